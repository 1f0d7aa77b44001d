package io.millrace.index;

/// What lies in the folder of an index and nobody needs.
///
/// - undeletedFiles, undeletedBytes: files whose deletion failed and is tried again, and what they
///   take, as far as that can be told
/// - orphansFound: files that nobody owned, found and deleted since the index was opened
public record Leftovers(int undeletedFiles, long undeletedBytes, long orphansFound) {}
