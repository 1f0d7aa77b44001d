package io.millrace.index;

import io.millrace.merge.MergeOrder;
import io.millrace.merge.MergePolicy;
import io.millrace.merge.TieredMergePolicy;
import java.time.Duration;

/// How an index merges; start from [#DEFAULT].
///
/// - background: merge without being asked
/// - order: of the documents in a merged segment
/// - runningMax: merges of this index at once, beside the node's [MergePermits]
/// - bytesPerSecond: bound of what all merges of this index write together, 0 for none
/// - reserveBytes: a merge is postponed unless this stays free beside 1.1 times its inputs
/// - backOffMin, backOffMax: how long the inputs of a failed merge are left alone, doubling
/// - stopTimeout: how long a closing index waits for its merges to give up
public record MergeOptions(
        boolean background,
        MergePolicy policy,
        MergeOrder order,
        int runningMax,
        long bytesPerSecond,
        long reserveBytes,
        Duration backOffMin,
        Duration backOffMax,
        Duration stopTimeout) {
    public static final MergeOptions DEFAULT =
            new MergeOptions(
                    true,
                    new TieredMergePolicy(TieredMergePolicy.Options.DEFAULT),
                    MergeOrder.INPUTS,
                    2,
                    0,
                    256L << 20,
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(30),
                    Duration.ofSeconds(10));

    public MergeOptions {
        check(runningMax >= 1, "runningMax", runningMax);
        check(bytesPerSecond >= 0, "bytesPerSecond", bytesPerSecond);
        check(reserveBytes >= 0, "reserveBytes", reserveBytes);
        check(backOffMin.isPositive(), "backOffMin", backOffMin);
        check(backOffMax.compareTo(backOffMin) >= 0, "backOffMax", backOffMax);
        check(stopTimeout.isPositive(), "stopTimeout", stopTimeout);
    }

    private static void check(boolean holds, String option, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(option + " of " + value);
        }
    }

    public MergeOptions withBackground(boolean merges) {
        return new MergeOptions(
                merges,
                policy,
                order,
                runningMax,
                bytesPerSecond,
                reserveBytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }

    public MergeOptions withPolicy(MergePolicy chosen) {
        return new MergeOptions(
                background,
                chosen,
                order,
                runningMax,
                bytesPerSecond,
                reserveBytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }

    public MergeOptions withOrder(MergeOrder declared) {
        return new MergeOptions(
                background,
                policy,
                declared,
                runningMax,
                bytesPerSecond,
                reserveBytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }

    public MergeOptions withRunningMax(int merges) {
        return new MergeOptions(
                background,
                policy,
                order,
                merges,
                bytesPerSecond,
                reserveBytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }

    public MergeOptions withBytesPerSecond(long bytes) {
        return new MergeOptions(
                background,
                policy,
                order,
                runningMax,
                bytes,
                reserveBytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }

    public MergeOptions withReserveBytes(long bytes) {
        return new MergeOptions(
                background,
                policy,
                order,
                runningMax,
                bytesPerSecond,
                bytes,
                backOffMin,
                backOffMax,
                stopTimeout);
    }
}
