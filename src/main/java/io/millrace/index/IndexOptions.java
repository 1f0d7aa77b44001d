package io.millrace.index;

import java.time.Duration;

/// Numbers of one index.
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
}
