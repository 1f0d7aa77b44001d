package io.millrace.pipeline;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// Waits that double from one failure to the next, with a tenth of chance so that many indexes do
/// not come back at once. Confined to one thread.
final class BackOff {
    private final long minNanos;
    private final long maxNanos;
    private final RandomGenerator random;
    private long nextNanos;

    BackOff(Duration min, Duration max, RandomGenerator random) {
        this.minNanos = min.toNanos();
        this.maxNanos = max.toNanos();
        this.random = random;
        this.nextNanos = minNanos;
    }

    /// How long to wait after this failure, in nanoseconds.
    long nextNanos() {
        long wait = nextNanos;
        nextNanos = Math.min(maxNanos, wait * 2);
        return wait - (long) (random.nextDouble() * wait / 10);
    }

    /// Something worked: the next failure is a first one again.
    void reset() {
        nextNanos = minNanos;
    }
}
