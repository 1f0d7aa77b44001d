package io.millrace.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The rejects files of the kept generations, by generation; the others have none. So a generation
/// can be dropped without reading its record again. Filled while the index is opened, then confined
/// to the manager's thread.
final class KeptRejects {
    private final TreeMap<Long, List<String>> files = new TreeMap<>();

    void add(CommitRecord record) {
        if (!record.rejects().isEmpty()) {
            files.put(
                    record.generation(), record.rejects().stream().map(RejectsMeta::name).toList());
        }
    }

    /// Forgets the generations below this one; the names of their files.
    List<String> dropBelow(long generation) {
        Map<Long, List<String>> dropped = files.headMap(generation);
        List<String> names = new ArrayList<>();
        dropped.values().forEach(names::addAll);
        dropped.clear();
        return names;
    }
}
