package io.millrace.index;

/// The answer of [IndexWriter#add]: all of the batch or nothing of it.
public sealed interface Admission {
    /// The batch is queued; `changes` of it will be indexed or rejected.
    record Accepted(int changes) implements Admission {}

    /// Nothing was taken: the intake holds `queuedDocuments` changes of `queuedBytes` bytes. Try
    /// again after [IndexWriter#onDrained] was called.
    record QueueFull(int queuedDocuments, long queuedBytes) implements Admission {}
}
