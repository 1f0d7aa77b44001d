package io.millrace.index;

import io.millrace.index.NodeResources.NanoClock;

/// Spreads what the merges of an index write over time. What was not written is not saved up: a
/// burst is never longer than a tenth of a second. Guarded by itself.
final class MergeThrottle {
    private static final long SECOND_NANOS = 1_000_000_000;
    private static final long BURST_NANOS = SECOND_NANOS / 10;

    private final long bytesPerSecond;
    private final NanoClock clock;

    /// Guarded by this: when everything allowed so far would be written at the given rate.
    private long paidUntilNanos;

    /// @param bytesPerSecond 0 for no bound
    MergeThrottle(long bytesPerSecond, NanoClock clock) {
        this.bytesPerSecond = bytesPerSecond;
        this.clock = clock;
        this.paidUntilNanos = clock.nanos();
    }

    /// Nanoseconds to wait before these bytes are written; they count as written from now on.
    synchronized long waitNanos(long bytes) {
        if (bytesPerSecond == 0) {
            return 0;
        }
        long now = clock.nanos();
        if (now - paidUntilNanos > BURST_NANOS) {
            paidUntilNanos = now - BURST_NANOS;
        }
        paidUntilNanos += (long) ((double) bytes * SECOND_NANOS / bytesPerSecond);
        return Math.max(0, paidUntilNanos - now);
    }
}
