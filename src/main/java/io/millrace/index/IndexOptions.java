package io.millrace.index;

import java.time.Duration;

/// Numbers of one index; start from [#DEFAULT].
///
/// - queueDocumentsMax, queueBytesMax: bound of the intake
/// - builderBytesMax: a builder above this becomes a segment at once
/// - prepareDeadline: how long [IndexWriter#prepareCommit] waits for the lanes, and how long a
///   prepared commit may stay unresolved
/// - keptCommits: commit records kept behind the newest
/// - unpublishedMax, unpublishedBytesMax: commit records kept because nobody acknowledged them, and
///   what all records and their rejects take; beyond, all but `keptCommits` are dropped
/// - schemaInRecordBytesMax: a larger schema is a file of its own, which commit records name
/// - lanes: workers at most
/// - narrowChanges: so many first changes of a generation are left to one worker, so that a small
///   generation is one segment
/// - idleAfter: a worker without work for so long gives up its memory and its thread
public record IndexOptions(
        int queueDocumentsMax,
        long queueBytesMax,
        long builderBytesMax,
        Duration prepareDeadline,
        int keptCommits,
        int unpublishedMax,
        long unpublishedBytesMax,
        int schemaInRecordBytesMax,
        int lanes,
        int narrowChanges,
        Duration idleAfter,
        MergeOptions merges) {
    public static final IndexOptions DEFAULT =
            new IndexOptions(
                    10_000,
                    64L << 20,
                    64L << 20,
                    Duration.ofSeconds(60),
                    100,
                    100_000,
                    4L << 30,
                    64 << 10,
                    Math.min(Runtime.getRuntime().availableProcessors(), 4),
                    4096,
                    Duration.ofSeconds(60),
                    MergeOptions.DEFAULT);

    static final int LANES_MAX = 64;
    static final int NARROW_CHANGES_MAX = 1 << 16;

    public IndexOptions {
        check(queueDocumentsMax >= 1, "queueDocumentsMax", queueDocumentsMax);
        check(queueBytesMax >= 1, "queueBytesMax", queueBytesMax);
        check(builderBytesMax >= 1, "builderBytesMax", builderBytesMax);
        check(idleAfter.isPositive(), "idleAfter", idleAfter);
        check(prepareDeadline.isPositive(), "prepareDeadline", prepareDeadline);
        check(keptCommits >= 0, "keptCommits", keptCommits);
        check(unpublishedMax >= 1, "unpublishedMax", unpublishedMax);
        check(unpublishedBytesMax >= 1, "unpublishedBytesMax", unpublishedBytesMax);
        check(schemaInRecordBytesMax >= 0, "schemaInRecordBytesMax", schemaInRecordBytesMax);
        check(lanes >= 1 && lanes <= LANES_MAX, "lanes", lanes);
        check(
                narrowChanges >= 0 && narrowChanges <= NARROW_CHANGES_MAX,
                "narrowChanges",
                narrowChanges);
    }

    public IndexOptions withIdleAfter(Duration duration) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                duration,
                merges);
    }

    private static void check(boolean holds, String option, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(option + " of " + value);
        }
    }

    public IndexOptions withQueue(int documentsMax, long bytesMax) {
        return new IndexOptions(
                documentsMax,
                bytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withBuilderBytesMax(long bytes) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                bytes,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withPrepareDeadline(Duration deadline) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                deadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withKeptCommits(int commits) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                commits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withUnpublished(int commitsMax, long bytesMax) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                commitsMax,
                bytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withSchemaInRecord(int bytesMax) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                bytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withLanes(int count) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                count,
                narrowChanges,
                idleAfter,
                merges);
    }

    public IndexOptions withNarrowChanges(int changes) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                changes,
                idleAfter,
                merges);
    }

    public IndexOptions withMerges(MergeOptions options) {
        return new IndexOptions(
                queueDocumentsMax,
                queueBytesMax,
                builderBytesMax,
                prepareDeadline,
                keptCommits,
                unpublishedMax,
                unpublishedBytesMax,
                schemaInRecordBytesMax,
                lanes,
                narrowChanges,
                idleAfter,
                options);
    }
}
