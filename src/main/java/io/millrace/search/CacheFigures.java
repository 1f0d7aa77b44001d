package io.millrace.search;

/// How the cache of answers does, since the node began.
///
/// - bytes: of the answers in it, estimated
public record CacheFigures(long hits, long misses, long answers, long bytes) {}
