package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.index.CommitPoint;
import io.millrace.index.NodeResources.NanoClock;
import io.millrace.pipeline.PipelineStatus.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CompletableFuture;

/// What a pipeline does with an open index, turn by turn: reads, commits, rests. Confined to the
/// pipeline's thread.
final class DailyWork {
    private static final Logger LOG = System.getLogger(DailyWork.class.getName());

    private final IndexFeeder feeder;
    private final Inbox inbox;
    private final Orders orders;
    private final Course course;
    private final DiskGuard disk;
    private final CommitWaiters waiters;
    private final NanoClock clock;
    private final long longWaitNanos;

    private boolean diskLow;
    private long readingSinceNanos;

    DailyWork(
            IndexFeeder feeder,
            Inbox inbox,
            Orders orders,
            Course course,
            DiskGuard disk,
            CommitWaiters waiters,
            PipelineOptions options,
            NanoClock clock) {
        this.feeder = feeder;
        this.inbox = inbox;
        this.orders = orders;
        this.course = course;
        this.disk = disk;
        this.waiters = waiters;
        this.clock = clock;
        this.longWaitNanos = options.backOffMax().toNanos();
    }

    /// One look at everything there is to do, then a wait for more of it.
    void turn() {
        boolean mayRetry = course.mayRetry();
        if (orders.isPaused()) {
            holdStill(mayRetry);
            return;
        }
        if (mayRetry && mayRead() && !feeder.isReading()) {
            readingSinceNanos = clock.nanos();
            feeder.startReading();
        }
        feeder.takeBatches();
        feeder.noticeWaiters();
        CompletableFuture<CommitPoint> request =
                feeder.mayCommit() ? inbox.takeCommitRequest() : null;
        // After a commit there is no wait before batches are taken again: one that the writer had
        // no room for may have been told of room just when the commit came due.
        if (request != null) {
            answer(request);
            return;
        }
        if (feeder.isCommitDue() && (mayRetry || course.standing().ofSource())) {
            commit();
            return;
        }
        Throwable ofSource = feeder.sourceFailure();
        if (ofSource != null) {
            sourceFailed(IndexFeeder.asOurs(ofSource));
        }
        long untilDue = feeder.nanosUntilDue();
        long untilRetry = diskLow ? DiskGuard.LOOK_NANOS : course.nanosUntilRetry();
        if (untilRetry > 0) {
            await(untilDue <= 0 ? untilRetry : Math.min(untilDue, untilRetry));
        } else if (feeder.isReading()) {
            await(untilDue);
        }
    }

    private void await(long nanos) {
        if (feeder.mayCommit()) {
            inbox.await(nanos, feeder.takesNothing());
        } else {
            inbox.awaitBatches(nanos, feeder.takesNothing());
        }
    }

    /// What was read is published before the index rests; a batch that the writer had no room for
    /// will be read again.
    private void holdStill(boolean mayRetry) {
        feeder.stopReading();
        CompletableFuture<CommitPoint> request = inbox.takeCommitRequest();
        if (request != null) {
            answer(request);
        } else if (feeder.hasUnpublished() && mayRetry) {
            commit();
        } else if (feeder.hasUnpublished()) {
            inbox.await(course.nanosUntilRetry(), true);
        } else {
            course.stands(Standing.PAUSED);
            waiters.refuse(Standing.PAUSED.refusal(feeder.index().name()));
            inbox.await(Long.MAX_VALUE, true);
        }
    }

    /// False while there is too little space; what was read is still published.
    private boolean mayRead() {
        boolean low = disk.isLow();
        if (low) {
            feeder.stopReading();
            course.stands(new Standing(State.RETRYING, disk.reason(), false));
        }
        if (!low && (diskLow || course.standing().state() == State.PAUSED)) {
            course.stands(Standing.RUNNING);
        }
        if (low != diskLow) {
            diskLow = low;
            LOG.log(
                    Level.WARNING,
                    "reading {0} index={1} reason={2}",
                    low ? "rests" : "goes on",
                    feeder.index().name(),
                    low ? disk.reason() : "there is space again");
        }
        return !low;
    }

    private CommitPoint commit() {
        CommitPoint newest = feeder.commit();
        orders.tellCommitted();
        // A source in trouble is not helped by it.
        if (feeder.isReading()) {
            course.begins(Standing.RUNNING);
        }
        return newest;
    }

    /// Whoever asked gets the reason, and the pipeline treats it like any other failure.
    private void answer(CompletableFuture<CommitPoint> request) {
        try {
            request.complete(commit());
        } catch (RuntimeException | Error e) {
            request.completeExceptionally(IndexFeeder.asOurs(e));
            throw e;
        }
    }

    /// The source ended; what the writer has stays.
    private void sourceFailed(MillraceException failure) {
        feeder.stopReading();
        if (!(failure instanceof MillraceException.Unavailable)) {
            throw failure;
        }
        if (clock.nanos() - readingSinceNanos >= longWaitNanos) {
            course.backOff().reset();
        }
        course.retries(failure, true);
    }
}
