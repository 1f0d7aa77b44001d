package io.millrace.index;

import io.millrace.segment.SegmentReader;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// A segment as one generation sees it.
///
/// - deleted: its documents that no longer count
public record SegmentView(SegmentReader reader, ImmutableRoaringBitmap deleted) {
    /// The segment's ULID.
    public String id() {
        return reader.meta().id().ulid();
    }

    /// Length of its file, in bytes.
    public long lengthBytes() {
        return reader.meta().lengthBytes();
    }

    /// Documents in its file, deleted ones included.
    public int documentCount() {
        return reader.documentCount();
    }

    public int liveCount() {
        return reader.documentCount() - deleted.getCardinality();
    }
}
