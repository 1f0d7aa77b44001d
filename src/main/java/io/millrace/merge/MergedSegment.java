package io.millrace.merge;

import io.millrace.segment.SegmentMeta;

/// A segment that a merge wrote, forced and verified.
///
/// - documents: where each document of the inputs went
public record MergedSegment(SegmentMeta meta, DocumentMap documents) {}
