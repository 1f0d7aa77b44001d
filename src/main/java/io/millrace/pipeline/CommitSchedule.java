package io.millrace.pipeline;

import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.change.ChangeBatch;
import java.time.Duration;

/// Says when the next generation is due: some time after its first change, or when it holds enough
/// changes or bytes. Rejects count as changes. Where only positions moved, it is due once the last
/// commit is an idle interval ago. Where somebody waits for it, it is due at once, but for a gap
/// after the last commit that lets those who wait share one.
///
/// Times are readings of one nanosecond clock. Confined to the pipeline's thread.
final class CommitSchedule {
    private final long awaitedGapNanos;
    private CommitCadence cadence;
    private long lastCommitNanos;
    private long firstChangeNanos;
    private long changes;
    private long bytes;
    private boolean moved;
    private boolean awaited;

    CommitSchedule(CommitCadence cadence, Duration awaitedGap, long nowNanos) {
        this.cadence = cadence;
        this.awaitedGapNanos = awaitedGap.toNanos();
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
        moved |= !batch.ranges().isEmpty() || !batch.copies().isEmpty();
    }

    /// Somebody waits for the commit of what is accepted.
    void awaited() {
        awaited = true;
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
        awaited = false;
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
        if (changes == 0 && !moved) {
            return Long.MAX_VALUE;
        }
        long untilCadence =
                changes > 0
                        ? cadence.interval().toNanos() - (nowNanos - firstChangeNanos)
                        : cadence.idleInterval().toNanos() - (nowNanos - lastCommitNanos);
        return awaited
                ? Math.min(untilCadence, awaitedGapNanos - (nowNanos - lastCommitNanos))
                : untilCadence;
    }
}
