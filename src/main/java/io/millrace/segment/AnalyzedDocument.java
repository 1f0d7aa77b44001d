package io.millrace.segment;

/// A document checked and cut into terms, ready to be added without a way to fail. Belongs to the
/// builder that made it, until its next [SegmentBuilder#analyze].
public final class AnalyzedDocument {}
