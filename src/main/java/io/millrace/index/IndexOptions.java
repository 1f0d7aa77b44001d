package io.millrace.index;

import java.time.Duration;
import java.util.function.Consumer;

/// Numbers of one index; start from [#DEFAULT].
///
/// - queueDocumentsMax, queueBytesMax: bound of the intake
/// - builderBytesMax: a builder above this becomes a segment at once
/// - prepareDeadline: how long [IndexWriter#prepareCommit] waits for the lanes, and how long a
///   prepared commit may stay unresolved
/// - keptCommits: commit records kept behind the newest
/// - unpublishedMax, unpublishedBytesMax: commit records kept because nobody acknowledged them, and
///   what all records and their rejects take; beyond, all but `keptCommits` are dropped
/// - rejects: how long those are kept whose commit records are not needed any more
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
        RejectLimits rejects,
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
                    RejectLimits.DEFAULT,
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

    private static void check(boolean holds, String option, Object value) {
        if (!holds) {
            throw new IllegalArgumentException(option + " of " + value);
        }
    }

    public IndexOptions withQueue(int documentsMax, long bytesMax) {
        return with(copy -> {
            copy.queueDocumentsMax = documentsMax;
            copy.queueBytesMax = bytesMax;
        });
    }

    public IndexOptions withBuilderBytesMax(long bytes) {
        return with(copy -> copy.builderBytesMax = bytes);
    }

    public IndexOptions withPrepareDeadline(Duration deadline) {
        return with(copy -> copy.prepareDeadline = deadline);
    }

    public IndexOptions withKeptCommits(int commits) {
        return with(copy -> copy.keptCommits = commits);
    }

    public IndexOptions withUnpublished(int commitsMax, long bytesMax) {
        return with(copy -> {
            copy.unpublishedMax = commitsMax;
            copy.unpublishedBytesMax = bytesMax;
        });
    }

    public IndexOptions withRejects(RejectLimits limits) {
        return with(copy -> copy.rejects = limits);
    }

    public IndexOptions withSchemaInRecord(int bytesMax) {
        return with(copy -> copy.schemaInRecordBytesMax = bytesMax);
    }

    public IndexOptions withLanes(int count) {
        return with(copy -> copy.lanes = count);
    }

    public IndexOptions withNarrowChanges(int changes) {
        return with(copy -> copy.narrowChanges = changes);
    }

    public IndexOptions withIdleAfter(Duration duration) {
        return with(copy -> copy.idleAfter = duration);
    }

    public IndexOptions withMerges(MergeOptions options) {
        return with(copy -> copy.merges = options);
    }

    private IndexOptions with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return new IndexOptions(
                copy.queueDocumentsMax,
                copy.queueBytesMax,
                copy.builderBytesMax,
                copy.prepareDeadline,
                copy.keptCommits,
                copy.unpublishedMax,
                copy.unpublishedBytesMax,
                copy.rejects,
                copy.schemaInRecordBytesMax,
                copy.lanes,
                copy.narrowChanges,
                copy.idleAfter,
                copy.merges);
    }

    /// What [#with] changes; never seen outside.
    private static final class Copy {
        private int queueDocumentsMax;
        private long queueBytesMax;
        private long builderBytesMax;
        private Duration prepareDeadline;
        private int keptCommits;
        private int unpublishedMax;
        private long unpublishedBytesMax;
        private RejectLimits rejects;
        private int schemaInRecordBytesMax;
        private int lanes;
        private int narrowChanges;
        private Duration idleAfter;
        private MergeOptions merges;

        Copy(IndexOptions options) {
            queueDocumentsMax = options.queueDocumentsMax;
            queueBytesMax = options.queueBytesMax;
            builderBytesMax = options.builderBytesMax;
            prepareDeadline = options.prepareDeadline;
            keptCommits = options.keptCommits;
            unpublishedMax = options.unpublishedMax;
            unpublishedBytesMax = options.unpublishedBytesMax;
            rejects = options.rejects;
            schemaInRecordBytesMax = options.schemaInRecordBytesMax;
            lanes = options.lanes;
            narrowChanges = options.narrowChanges;
            idleAfter = options.idleAfter;
            merges = options.merges;
        }
    }
}
