package io.millrace.merge;

import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;

/// A segment that a merge wrote, forced, read back and compared with its inputs.
///
/// - reader: open, and the caller's to close
/// - documents: where each document of the inputs went
public record MergedSegment(SegmentReader reader, DocumentMap documents) {
    public SegmentMeta meta() {
        return reader.meta();
    }
}
