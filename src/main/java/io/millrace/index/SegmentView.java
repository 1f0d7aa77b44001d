package io.millrace.index;

import io.millrace.segment.SegmentReader;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// A segment as one generation sees it.
///
/// - deleted: its documents that no longer count
public record SegmentView(SegmentReader reader, ImmutableRoaringBitmap deleted) {
    public int liveCount() {
        return reader.documentCount() - deleted.getCardinality();
    }
}
