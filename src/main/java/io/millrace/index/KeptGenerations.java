package io.millrace.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What the records of the kept generations take on disk, and their rejects and schema files, so
/// that a generation can be dropped without reading its record again. Filled while the index is
/// opened, then confined to the manager's thread.
final class KeptGenerations {
    private static final int SPAN_MIN = 128;

    /// By generation; the others have none.
    private final TreeMap<Long, List<String>> files = new TreeMap<>();

    /// How many generations need a file.
    private final Map<String, Integer> users = new HashMap<>();

    /// By generation modulo the length, a power of two that no span of kept generations exceeds.
    private long[] bytes = new long[SPAN_MIN];

    private long from;

    /// Exclusive; as `from` while there are none.
    private long end;

    private long totalBytes;

    /// Of a generation next to those that are here.
    void add(CommitRecordLayout.Sealed sealed) {
        CommitRecord record = sealed.record();
        long generation = record.generation();
        long grownFrom = from == end ? generation : Math.min(from, generation);
        long grownEnd = Math.max(end, generation + 1);
        makeRoom(grownEnd - grownFrom);
        from = grownFrom;
        end = grownEnd;
        long size =
                sealed.lengthBytes()
                        + record.rejects().stream().mapToLong(RejectsMeta::lengthBytes).sum();
        bytes[place(generation)] = size;
        totalBytes += size;
        List<String> names = new ArrayList<>();
        record.rejects().forEach(file -> names.add(file.name()));
        record.schemaFile().ifPresent(names::add);
        if (!names.isEmpty()) {
            files.put(generation, names);
            names.forEach(name -> users.merge(name, 1, Integer::sum));
        }
    }

    /// True for a rejects or schema file of a kept generation.
    boolean names(String file) {
        return users.containsKey(file);
    }

    /// Of all records and rejects.
    long totalBytes() {
        return totalBytes;
    }

    /// Forgets the generations below this one; the names of the files that no other one needs.
    List<String> dropBelow(long generation) {
        for (; from < Math.min(generation, end); from++) {
            totalBytes -= bytes[place(from)];
        }
        Map<Long, List<String>> dropped = files.headMap(generation);
        List<String> unneeded = new ArrayList<>();
        for (List<String> names : dropped.values()) {
            for (String name : names) {
                if (users.merge(name, -1, Integer::sum) == 0) {
                    users.remove(name);
                    unneeded.add(name);
                }
            }
        }
        dropped.clear();
        return unneeded;
    }

    private void makeRoom(long span) {
        if (span <= bytes.length) {
            return;
        }
        long[] former = bytes;
        bytes = new long[Math.toIntExact(Long.highestOneBit(span - 1) << 1)];
        for (long generation = from; generation < end; generation++) {
            bytes[place(generation)] = former[(int) (generation & (former.length - 1))];
        }
    }

    private int place(long generation) {
        return (int) (generation & (bytes.length - 1));
    }
}
