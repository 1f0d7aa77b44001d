package io.millrace.source;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.document.Field;
import io.smallrye.mutiny.Multi;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A stream of changes that can be read again from any checkpoint it once gave.
public interface ChangeSource extends AutoCloseable {

    /// Where an index that never read this source starts, and what the source is. Blocks.
    ///
    /// @throws io.millrace.MillraceException.Unavailable while the source cannot be reached or does
    ///   not exist yet
    Start start();

    /// What a new index writes into its first commit.
    ///
    /// - fields: what the source knows of its documents; null where it knows nothing
    record Start(SourceIdentity identity, Checkpoint checkpoint, @Nullable SourceFields fields) {
        public Start(SourceIdentity identity, Checkpoint checkpoint) {
            this(identity, checkpoint, null);
        }
    }

    /// The key and the fields of a source's documents. What a definition says of the same comes
    /// first.
    record SourceFields(List<String> keyPaths, List<Field> fields) {
        public SourceFields {
            keyPaths = List.copyOf(keyPaths);
            fields = List.copyOf(fields);
        }
    }

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

    /// Somebody waits for everything that is in the source by now: it and its position are to be
    /// given soon, although nothing may follow. A hint, for a source that would take its time; from
    /// any thread, returns at once.
    default void awaited() {
        // What is there is given anyhow.
    }

    /// True while the server of the source keeps so much for what the reader has not committed that
    /// a commit is wanted before its time. From any thread, returns at once.
    default boolean isPressed() {
        return false;
    }

    SourceStatus status();

    /// Ends the reading thread and releases the connection.
    @Override
    void close();
}
