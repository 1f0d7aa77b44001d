package io.millrace.pipeline;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.smallrye.mutiny.Multi;
import java.util.function.BooleanSupplier;

/// A source that is told of commits only once the index serves: one that is built beside another
/// one is far behind it, and what the source was told must not go back.
final class SilentSource implements ChangeSource {
    private final ChangeSource source;
    private final BooleanSupplier announcing;

    SilentSource(ChangeSource source, BooleanSupplier announcing) {
        this.source = source;
        this.announcing = announcing;
    }

    @Override
    public Start start() {
        return source.start();
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return source.changes(identity, from);
    }

    @Override
    public void acknowledge(Checkpoint committed) {
        if (announcing.getAsBoolean()) {
            source.acknowledge(committed);
        }
    }

    @Override
    public void awaited() {
        source.awaited();
    }

    @Override
    public SourceStatus status() {
        return source.status();
    }

    @Override
    public void close() {
        source.close();
    }
}
