package io.millrace.index;

import java.time.Duration;

/// Numbers of one index; start from [#DEFAULT].
///
/// - queueDocumentsMax, queueBytesMax: bound of the intake
/// - builderBytesMax: a builder above this becomes a segment at once
/// - prepareDeadline: how long [IndexWriter#prepareCommit] waits for the lanes, and how long a
///   prepared commit may stay unresolved
/// - keptCommits: commit records kept behind the newest
public record IndexOptions(
        int queueDocumentsMax,
        long queueBytesMax,
        long builderBytesMax,
        Duration prepareDeadline,
        int keptCommits) {
    public static final IndexOptions DEFAULT =
            new IndexOptions(10_000, 64L << 20, 64L << 20, Duration.ofSeconds(60), 100);

    public IndexOptions {
        check(queueDocumentsMax >= 1, "queueDocumentsMax", queueDocumentsMax);
        check(queueBytesMax >= 1, "queueBytesMax", queueBytesMax);
        check(builderBytesMax >= 1, "builderBytesMax", builderBytesMax);
        check(prepareDeadline.isPositive(), "prepareDeadline", prepareDeadline);
        check(keptCommits >= 0, "keptCommits", keptCommits);
    }

    private static void check(boolean holds, String option, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(option + " of " + value);
        }
    }

    public IndexOptions withQueue(int documentsMax, long bytesMax) {
        return new IndexOptions(
                documentsMax, bytesMax, builderBytesMax, prepareDeadline, keptCommits);
    }

    public IndexOptions withBuilderBytesMax(long bytes) {
        return new IndexOptions(
                queueDocumentsMax, queueBytesMax, bytes, prepareDeadline, keptCommits);
    }

    public IndexOptions withPrepareDeadline(Duration deadline) {
        return new IndexOptions(
                queueDocumentsMax, queueBytesMax, builderBytesMax, deadline, keptCommits);
    }

    public IndexOptions withKeptCommits(int commits) {
        return new IndexOptions(
                queueDocumentsMax, queueBytesMax, builderBytesMax, prepareDeadline, commits);
    }
}
