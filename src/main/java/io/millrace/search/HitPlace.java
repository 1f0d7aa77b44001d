package io.millrace.search;

/// Where a hit lies in its generation, and so where a page ends and the next one begins.
///
/// - segment: position among the segments of the generation
/// - score: what the hit was ordered by, 0 where the order does not use scores
public record HitPlace(int segment, int document, float score) {}
