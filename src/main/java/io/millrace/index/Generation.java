package io.millrace.index;

import java.util.List;

/// A published generation in memory. Immutable but for `holders`, which [Generations] guards.
final class Generation {
    private final CommitRecord record;
    private final int crc;
    private final List<SegmentView> views;

    /// Guarded by the lock of [Generations]: snapshots that read this generation, and one for as
    /// long as it is the newest.
    int holders;

    /// @param crc checksum of the record's file, the next link of the chain
    /// @param views the record's segments, in its order
    Generation(CommitRecord record, int crc, List<SegmentView> views) {
        this.record = record;
        this.crc = crc;
        this.views = List.copyOf(views);
    }

    CommitRecord record() {
        return record;
    }

    int crc() {
        return crc;
    }

    List<SegmentView> views() {
        return views;
    }

    long number() {
        return record.generation();
    }
}
