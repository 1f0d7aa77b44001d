package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;

/// Turns change batches into generations. Owned by one thread: the first that calls [#add] or
/// [#prepareCommit]; another one gets [MillraceException.Fenced].
public final class IndexWriter {

    /// Queues a batch, whole or not at all. Never blocks.
    ///
    /// @throws MillraceException.Unavailable when the index is failed or closed
    public Admission add(ChangeBatch batch) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Called, on a lane's thread, whenever a full intake has room again. One listener.
    public void onDrained(Runnable listener) {
        throw new MillraceException.Bug("skeleton");
    }

    /// Makes everything added so far durable but not visible. Blocks until the lanes are done.
    ///
    /// @throws MillraceException.Unavailable when the deadline passes (the same generation is kept:
    ///   call again), when there is no space, or when the generation failed (everything since the
    ///   last commit is dropped: the source must seek back to [#committed])
    public PreparedCommit prepareCommit() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Drops everything since the last commit. The source must seek back to [#committed].
    public void abort() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Where the source must start again: the checkpoint of the newest commit.
    public Checkpoint committed() {
        throw new MillraceException.Bug("skeleton");
    }

    /// The checkpoint after everything accepted so far.
    public Checkpoint accepted() {
        throw new MillraceException.Bug("skeleton");
    }

    /// Changes accepted since the last commit, and their bytes.
    public Pending pending() {
        throw new MillraceException.Bug("skeleton");
    }

    /// See [#pending].
    public record Pending(long changes, long bytes, int queuedDocuments, long queuedBytes) {}
}
