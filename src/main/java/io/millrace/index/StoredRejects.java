package io.millrace.index;

import io.millrace.change.Reject;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The rejects of one generation, in the order of the source, whichever lanes found them. They stay
/// on disk: held in memory is where each of them stands, about a hundred bytes. Confined to one
/// thread.
///
/// A generation may be dropped while its rejects are read: then there are no more of them.
public final class StoredRejects {
    private record Entry(int file, RejectsReader.Place place) {}

    private static final Comparator<Entry> SOURCE_ORDER =
            Comparator.comparing((Entry entry) -> entry.place().partition())
                    .thenComparingLong(entry -> entry.place().position());

    private final CommitHistory history;
    private final Directory directory;
    private final long generation;
    private final List<RejectsMeta> files;
    private final List<Entry> entries = new ArrayList<>();

    /// Reads all files once and compares their sums.
    StoredRejects(
            CommitHistory history, Directory directory, long generation, List<RejectsMeta> files) {
        this.history = history;
        this.directory = directory;
        this.generation = generation;
        this.files = files;
        history.reading(
                generation,
                () -> {
                    for (int i = 0; i < files.size(); i++) {
                        int file = i;
                        RejectsReader.scan(
                                directory,
                                files.get(i),
                                place -> entries.add(new Entry(file, place)));
                    }
                    return true;
                });
        entries.sort(SOURCE_ORDER);
    }

    public int count() {
        return entries.size();
    }

    /// Those from an ordinal on: at least one, at most `countMax`, and no more once their keys and
    /// values take `bytesMax`. Empty behind the last, and when the generation was dropped.
    public List<StoredReject> page(int from, int countMax, long bytesMax) {
        return history.reading(generation, () -> read(from, countMax, bytesMax)).orElse(List.of());
    }

    private List<StoredReject> read(int from, int countMax, long bytesMax) throws IOException {
        List<StoredReject> page = new ArrayList<>();
        Map<Integer, FileInput> open = new HashMap<>();
        try {
            long bytes = 0;
            int end = (int) Math.min(entries.size(), (long) from + countMax);
            for (int ordinal = from; ordinal < end && bytes < bytesMax; ordinal++) {
                Entry entry = entries.get(ordinal);
                RejectsMeta file = files.get(entry.file());
                FileInput input = open.get(entry.file());
                if (input == null) {
                    input = directory.open(file.name());
                    open.put(entry.file(), input);
                }
                Reject reject = RejectsReader.read(input, file, entry.place());
                bytes += reject.origin().sizeBytes();
                page.add(new StoredReject(generation, ordinal, reject));
            }
        } finally {
            for (FileInput input : open.values()) {
                input.close();
            }
        }
        return page;
    }
}
