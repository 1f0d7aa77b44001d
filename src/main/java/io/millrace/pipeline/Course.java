package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.PipelineStatus.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// How a pipeline stands, and when it may try again what failed. Written by the pipeline's thread;
/// the standing may be read by all.
final class Course {
    private static final Logger LOG = System.getLogger(Course.class.getName());

    private final String index;
    private final NodeResources.NanoClock clock;
    private final BackOff backOff;
    private volatile Standing standing = Standing.STARTING;
    private final CountDownLatch begun = new CountDownLatch(1);

    // Confined to the pipeline's thread.
    private long retryAtNanos;

    Course(String index, PipelineOptions options, NodeResources resources) {
        this.index = index;
        this.clock = resources.nanoClock();
        this.backOff = new BackOff(options.backOffMin(), options.backOffMax(), resources.random());
        this.retryAtNanos = clock.nanos();
    }

    Standing standing() {
        return standing;
    }

    void stands(Standing next) {
        standing = next;
        if (next != Standing.STARTING) {
            begun.countDown();
        }
    }

    /// Waits for the end of the first attempt to open, however that went.
    void awaitFirstAttempt(Duration atMost) throws InterruptedException {
        var _ = begun.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    BackOff backOff() {
        return backOff;
    }

    boolean mayRetry() {
        return nanosUntilRetry() <= 0;
    }

    long nanosUntilRetry() {
        return retryAtNanos - clock.nanos();
    }

    /// What failed before counts no more.
    void begins(Standing next) {
        backOff.reset();
        retryAtNanos = clock.nanos();
        stands(next);
    }

    /// Nothing is open yet, and what it takes is not there.
    void waits(MillraceException failure) {
        stands(new Standing(State.STARTING, message(failure), false));
        retryAtNanos = clock.nanos() + backOff.nextNanos();
    }

    /// Interrupted by what passes.
    void retries(MillraceException failure, boolean ofSource) {
        long waitNanos = backOff.nextNanos();
        retryAtNanos = clock.nanos() + waitNanos;
        stands(new Standing(State.RETRYING, message(failure), ofSource));
        LOG.log(
                Level.WARNING,
                "indexing interrupted index={0} retryMillis={1} reason={2}",
                index,
                waitNanos / 1_000_000,
                message(failure));
    }

    /// Until somebody acts.
    void fails(MillraceException failure) {
        stands(new Standing(State.FAILED, message(failure), false));
        LOG.log(Level.ERROR, "indexing stopped index=" + index, failure);
    }

    private static String message(MillraceException failure) {
        return String.valueOf(failure.getMessage());
    }
}
