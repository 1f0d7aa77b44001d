package io.millrace.index;

/// Whether an index can be written; it can be read in every state.
public sealed interface IndexState {
    record Open() implements IndexState {}

    /// No space or descriptors; nothing was lost, commits are tried again.
    record DiskFull(String reason) implements IndexState {}

    /// What is on disk is unknown after a failed force; only reopening helps.
    record Failed(String reason) implements IndexState {}

    record Closed() implements IndexState {}
}
