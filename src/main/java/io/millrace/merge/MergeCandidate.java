package io.millrace.merge;

import io.millrace.segment.SegmentMeta;

/// A segment that may be merged.
///
/// - deletedCount: its documents that no longer count
public record MergeCandidate(SegmentMeta meta, int deletedCount) {
    public MergeCandidate {
        if (deletedCount < 0 || deletedCount > meta.documentCount()) {
            throw new IllegalArgumentException(
                    "segment %s with %d of %d documents deleted"
                            .formatted(meta.id(), deletedCount, meta.documentCount()));
        }
    }

    public int liveCount() {
        return meta.documentCount() - deletedCount;
    }

    /// What the live documents take of the file, in bytes: their share by number.
    public long liveBytes() {
        if (meta.documentCount() == 0) {
            return 0;
        }
        return (long) ((double) meta.lengthBytes() * liveCount() / meta.documentCount());
    }
}
