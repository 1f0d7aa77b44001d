package io.millrace.source;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.smallrye.mutiny.Multi;

/// A stream of changes that can be read again from any checkpoint it once gave.
public interface ChangeSource extends AutoCloseable {

    /// Where an index that never read this source starts, and what the source is. Blocks.
    ///
    /// @throws io.millrace.MillraceException.Unavailable while the source cannot be reached or does
    ///   not exist yet
    Start start();

    /// What a new index writes into its first commit.
    record Start(SourceIdentity identity, Checkpoint checkpoint) {}

    /// Batches from the checkpoint on, one per request; without a request nothing is fetched, and
    /// the connection stays alive all the same. Fails with a MillraceException; one subscription at
    /// a time; subscribing again after a failure or a cancellation starts anew.
    ///
    /// @param identity what the index was built from; a source that is another one fails with
    ///   Fenced
    Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from);

    /// Tells the source that everything before the checkpoint is durable here. A hint: never waited
    /// for, failures are logged.
    void acknowledge(Checkpoint committed);

    SourceStatus status();

    /// Ends the reading thread and releases the connection.
    @Override
    void close();
}
