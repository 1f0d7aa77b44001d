package io.millrace.index;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What the records of the kept generations take on disk, and their rejects and schema files, so
/// that a generation can be dropped without reading its record again; with those below the floor
/// that are kept for their rejects alone. Filled while the index is opened, then confined to the
/// manager's thread.
final class KeptGenerations {
    private static final int SPAN_MIN = 128;

    /// By generation; the others have none.
    private final Map<Long, List<String>> files = new HashMap<>();

    /// Of those that rejected anything.
    private final Map<Long, Long> committedAtMillis = new HashMap<>();

    private final OlderRejects older;

    /// How many generations need a file.
    private final Map<String, Integer> users = new HashMap<>();

    /// By generation modulo the length, a power of two that no span of kept generations exceeds.
    private long[] bytes = new long[SPAN_MIN];

    private long from;

    /// Exclusive; as `from` while there are none.
    private long end;

    private long totalBytes;

    KeptGenerations(OlderRejects older) {
        this.older = older;
    }

    OlderRejects older() {
        return older;
    }

    /// Of a generation next to those that are here.
    void add(CommitRecordLayout.Sealed sealed) {
        CommitRecord record = sealed.record();
        long generation = record.generation();
        long grownFrom = from == end ? generation : Math.min(from, generation);
        long grownEnd = Math.max(end, generation + 1);
        makeRoom(grownEnd - grownFrom);
        from = grownFrom;
        end = grownEnd;
        long size = sizeBytes(sealed);
        bytes[place(generation)] = size;
        totalBytes += size;
        if (!record.rejects().isEmpty()) {
            committedAtMillis.put(generation, record.committedAtMillis());
        }
        addFiles(record);
    }

    /// One below all that are here, for its rejects alone; false when there is no room for it, nor
    /// for any that is older.
    boolean addOlder(CommitRecordLayout.Sealed sealed) {
        CommitRecord record = sealed.record();
        long size = sizeBytes(sealed);
        if (!older.hasRoomFor(size)) {
            return false;
        }
        older.add(record.generation(), size, record.committedAtMillis());
        addFiles(record);
        return true;
    }

    private static long sizeBytes(CommitRecordLayout.Sealed sealed) {
        return sealed.lengthBytes()
                + sealed.record().rejects().stream().mapToLong(RejectsMeta::lengthBytes).sum();
    }

    private void addFiles(CommitRecord record) {
        List<String> names = new ArrayList<>();
        record.rejects().forEach(file -> names.add(file.name()));
        record.schemaFile().ifPresent(names::add);
        if (!names.isEmpty()) {
            files.put(record.generation(), names);
            names.forEach(name -> users.merge(name, 1, Integer::sum));
        }
    }

    /// True for a rejects or schema file of a kept generation.
    boolean names(String file) {
        return users.containsKey(file);
    }

    /// Of all records and rejects but the older ones.
    long totalBytes() {
        return totalBytes;
    }

    /// Forgets the generations below this one, unless their rejects are kept; the names of their
    /// records and of the files that no other one needs.
    List<String> dropBelow(long generation) {
        List<String> unneeded = new ArrayList<>();
        for (; from < Math.min(generation, end); from++) {
            long size = bytes[place(from)];
            totalBytes -= size;
            Long rejectedAtMillis = committedAtMillis.remove(from);
            if (rejectedAtMillis == null) {
                forget(from, unneeded);
            } else {
                older.add(from, size, rejectedAtMillis);
            }
        }
        unneeded.addAll(dropOlder());
        return unneeded;
    }

    /// Forgets what is kept for its rejects alone, and too much or too old; the names as of
    /// [#dropBelow].
    List<String> dropOlder() {
        List<String> unneeded = new ArrayList<>();
        older.takeSuperfluous().forEach(generation -> forget(generation, unneeded));
        return unneeded;
    }

    private void forget(long generation, List<String> unneeded) {
        unneeded.add(new IndexFile.Commit(generation).name());
        List<String> names = files.remove(generation);
        for (String name : names == null ? List.<String>of() : names) {
            if (users.merge(name, -1, Integer::sum) == 0) {
                users.remove(name);
                unneeded.add(name);
            }
        }
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
