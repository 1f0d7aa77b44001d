package io.millrace.pipeline;

import io.millrace.index.IndexCopy;

/// Backs up running indexes. May be shared between threads.
public interface Backups {

    /// A backup that is whole and durable.
    ///
    /// - place: where it lies, below the folder of all backups
    record Backup(String place, IndexCopy.Summary summary) {}

    /// Copies the newest generation of an index and its definition, while reading and writing go
    /// on. Blocks.
    ///
    /// @throws io.millrace.MillraceException.Unavailable before generation 1, or when the copy
    ///   cannot be written; what is left of it holds no generation
    Backup take(RunningIndex index);
}
