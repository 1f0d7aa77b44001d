package io.millrace.index;

import java.util.Optional;

/// The second half of a two-phase commit: everything heavy is done, nothing is visible. Closing it
/// uncommitted aborts.
public interface PreparedCommit extends AutoCloseable {

    /// Publishes atomically. Empty when no document, no reject and no position changed.
    Optional<CommitPoint> commit();

    /// Aborts unless [#commit] succeeded: drops everything since the last commit.
    @Override
    void close();
}
