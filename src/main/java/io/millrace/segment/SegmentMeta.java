package io.millrace.segment;

/// The facts about a segment file that a commit record holds.
///
/// - lengthBytes: of the whole file
/// - footerCrc: CRC32C of the footer, which holds the CRCs of everything else
/// - documentCount: documents in the file, deleted ones included
/// - schemaVersion: the schema the segment was written with
public record SegmentMeta(
        SegmentId id, long lengthBytes, int footerCrc, int documentCount, int schemaVersion) {}
