package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.change.ChangeBatch;

/// Says when the next generation is due: some time after its first change, or when it holds enough
/// changes or bytes. Rejects count as changes. Where only positions moved, it is due once the last
/// commit is an idle interval ago.
///
/// Times are readings of one nanosecond clock. Confined to the pipeline's thread.
final class CommitSchedule {
    private CommitCadence cadence;
    private long lastCommitNanos;
    private long firstChangeNanos;
    private long changes;
    private long bytes;
    private boolean moved;

    CommitSchedule(CommitCadence cadence, long nowNanos) {
        this.cadence = cadence;
        this.lastCommitNanos = nowNanos;
    }

    void apply(CommitCadence newCadence) {
        cadence = newCadence;
    }

    /// The writer took a batch.
    void accepted(ChangeBatch batch, long nowNanos) {
        int arrived = batch.changes().size() + batch.rejects().size();
        if (arrived > 0 && changes == 0) {
            firstChangeNanos = nowNanos;
        }
        changes += arrived;
        bytes += batch.sizeBytes();
        moved |= !batch.ranges().isEmpty();
    }

    /// Everything accepted is committed.
    void committed(long nowNanos) {
        lastCommitNanos = nowNanos;
        dropped();
    }

    /// Everything accepted is gone.
    void dropped() {
        changes = 0;
        bytes = 0;
        moved = false;
    }

    boolean isDue(long nowNanos) {
        return nanosUntilDue(nowNanos) <= 0;
    }

    /// Nanoseconds until the next commit, 0 or less when it is due, `Long.MAX_VALUE` when there is
    /// nothing to commit.
    long nanosUntilDue(long nowNanos) {
        if (changes >= cadence.changes() || bytes >= cadence.bytes()) {
            return 0;
        }
        if (changes > 0) {
            return cadence.interval().toNanos() - (nowNanos - firstChangeNanos);
        }
        if (moved) {
            return cadence.idleInterval().toNanos() - (nowNanos - lastCommitNanos);
        }
        return Long.MAX_VALUE;
    }
}
