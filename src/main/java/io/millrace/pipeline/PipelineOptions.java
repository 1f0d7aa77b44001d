package io.millrace.pipeline;

import java.time.Duration;

/// Numbers of every pipeline.
///
/// - backOffMin, backOffMax: the wait before a failed step is tried again, doubling in between
/// - commitTimeout: how long [RunningIndex#commitNow] waits
/// - awaitedCommitGap: the least time between two commits that somebody waits for
/// - commitWaitersMax: how many may wait for commits of one index
/// - stopTimeout: how long [Indexes#close] waits for all pipelines together
/// - deleteWait: how long the deletion of an index waits until its last event is acknowledged
/// - diskFreeMinBytes: with less space than that, sources rest; 0 for never
/// - rejectsMaxPercent: above it, counted over the last `rejectWindow` records, reading rests
/// - rejectRestMin, rejectRestMax: how long, doubling as long as it does not get better
public record PipelineOptions(
        Duration backOffMin,
        Duration backOffMax,
        Duration commitTimeout,
        Duration stopTimeout,
        Duration deleteWait,
        long diskFreeMinBytes,
        int rejectsMaxPercent,
        int rejectWindow,
        Duration rejectRestMin,
        Duration rejectRestMax,
        Duration awaitedCommitGap,
        int commitWaitersMax) {
    public static final PipelineOptions DEFAULT =
            new PipelineOptions(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(30),
                    1L << 30,
                    10,
                    1_000,
                    Duration.ofSeconds(30),
                    Duration.ofMinutes(10),
                    Duration.ofMillis(50),
                    10_000);

    public PipelineOptions {
        if (rejectWindow < 1 || rejectsMaxPercent < 0) {
            throw new IllegalArgumentException(
                    "reject limit of %d %% over %d records"
                            .formatted(rejectsMaxPercent, rejectWindow));
        }
        if (diskFreeMinBytes < 0) {
            throw new IllegalArgumentException("diskFreeMinBytes of " + diskFreeMinBytes);
        }
    }

    public PipelineOptions withDiskFreeMinBytes(long bytes) {
        return new PipelineOptions(
                backOffMin,
                backOffMax,
                commitTimeout,
                stopTimeout,
                deleteWait,
                bytes,
                rejectsMaxPercent,
                rejectWindow,
                rejectRestMin,
                rejectRestMax,
                awaitedCommitGap,
                commitWaitersMax);
    }
}
