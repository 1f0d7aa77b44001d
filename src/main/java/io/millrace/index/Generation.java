package io.millrace.index;

import java.util.List;

/// A published generation in memory. Immutable but for `holders`, which [Generations] guards.
final class Generation {
    private final CommitRecordLayout.Sealed sealed;
    private final List<SegmentView> views;

    /// Guarded by the lock of [Generations]: snapshots that read this generation, and one for as
    /// long as it is the newest.
    int holders;

    /// @param sealed its checksum is the next link of the chain
    /// @param views the record's segments, in its order
    Generation(CommitRecordLayout.Sealed sealed, List<SegmentView> views) {
        this.sealed = sealed;
        this.views = List.copyOf(views);
    }

    CommitRecord record() {
        return sealed.record();
    }

    CommitRecordLayout.Sealed sealed() {
        return sealed;
    }

    int crc() {
        return sealed.crc();
    }

    List<SegmentView> views() {
        return views;
    }

    long number() {
        return record().generation();
    }
}
