package io.millrace.merge;

import io.millrace.segment.SegmentReader;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// A segment to be merged, as the merge sees it from start to end.
///
/// - deleted: its documents that do not count; never changed
public record MergeInput(SegmentReader reader, ImmutableRoaringBitmap deleted) {
    public int liveCount() {
        return reader.documentCount() - deleted.getCardinality();
    }
}
