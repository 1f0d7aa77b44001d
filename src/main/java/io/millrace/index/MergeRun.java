package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.document.Schema;
import io.millrace.index.NodeResources.NanoClock;
import io.millrace.merge.MergeCancelled;
import io.millrace.merge.MergeControl;
import io.millrace.merge.MergeInput;
import io.millrace.merge.MergePlan;
import io.millrace.merge.MergedSegment;
import io.millrace.merge.SegmentMerger;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentReader;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;

/// One merge, from its claim to the end, on a thread of its own. Writes without the publication
/// token. On every way out the claim, the permit and the inputs are given back, and an output that
/// was not published is discarded.
final class MergeRun implements Runnable, MergeControl {

    /// What a merge may touch, taken in one step.
    ///
    /// - files: of the inputs, kept until [Generations#releaseFiles]
    record Claim(
            SegmentId output,
            String commitId,
            MergePlan plan,
            List<SegmentView> inputs,
            List<String> files,
            Schema schema) {
        long liveCount() {
            return inputs.stream().mapToLong(SegmentView::liveCount).sum();
        }

        long lengthBytes() {
            return inputs.stream().mapToLong(SegmentView::lengthBytes).sum();
        }
    }

    /// How a merge ended.
    sealed interface Outcome {
        record Published() implements Outcome {}

        /// Nothing is wrong with the inputs: the index closes, or nothing is left of them.
        record GivenUp(String reason) implements Outcome {}

        record Failed(Throwable cause) implements Outcome {}

        /// An input is not what its commit record says.
        record Damaged(SegmentId input, Throwable cause) implements Outcome {}

        static String reason(Throwable cause) {
            return cause.getMessage() == null ? cause.toString() : cause.getMessage();
        }
    }

    private final Directory directory;
    private final Merges merges;
    private final MergeOptions options;
    private final Claim claim;
    private final NanoClock clock;
    private final long startNanos;

    // Written by the merging thread, read by all.
    private volatile long documentsDone;
    private volatile long bytesWritten;
    private volatile MergeStatus.Step step = MergeStatus.Step.WRITING;

    MergeRun(
            Directory directory,
            Merges merges,
            MergeOptions options,
            Claim claim,
            NanoClock clock) {
        this.directory = directory;
        this.merges = merges;
        this.options = options;
        this.claim = claim;
        this.clock = clock;
        this.startNanos = clock.nanos();
    }

    Claim claim() {
        return claim;
    }

    @Override
    public void run() {
        Outcome outcome = new Outcome.GivenUp("it never began");
        try {
            merges.started(this);
            outcome = merge();
        } catch (MergeCancelled e) {
            outcome = new Outcome.GivenUp(String.valueOf(e.getMessage()));
        } catch (Throwable e) {
            outcome = blame(e);
        } finally {
            merges.ended(this, outcome);
        }
    }

    private Outcome merge() throws IOException {
        List<MergeInput> inputs =
                claim.inputs().stream()
                        .map(view -> new MergeInput(view.reader(), view.deleted()))
                        .toList();
        MergedSegment merged =
                SegmentMerger.merge(
                        directory, claim.output(), claim.schema(), inputs, options.order(), this);
        SegmentReader reader = merged.reader();
        boolean published = false;
        try {
            MergeCheck.verify(claim.inputs(), reader, merged.documents()::target);
            step = MergeStatus.Step.PUBLISHING;
            published =
                    merges.publish(
                            new FinishedMerge(
                                    claim.plan(),
                                    claim.commitId(),
                                    claim.inputs(),
                                    reader,
                                    merged.documents(),
                                    Duration.ofNanos(clock.nanos() - startNanos).toMillis()));
            return published
                    ? new Outcome.Published()
                    : new Outcome.GivenUp("nothing is left of its inputs");
        } finally {
            if (!published) {
                reader.close();
            }
        }
    }

    /// Reads the inputs again when the failure may be theirs. A map that lost its file answers with
    /// an [InternalError].
    private Outcome blame(Throwable cause) {
        if (cause instanceof MillraceException.Corrupt || cause instanceof InternalError) {
            for (SegmentView input : claim.inputs()) {
                try {
                    SegmentReader.open(directory, input.reader().meta()).close();
                } catch (MillraceException.Corrupt damage) {
                    return new Outcome.Damaged(input.reader().meta().id(), damage);
                } catch (IOException | RuntimeException | Error e) {
                    cause.addSuppressed(e);
                }
            }
        }
        return new Outcome.Failed(cause);
    }

    @Override
    public void progress(long documents, long bytes) {
        documentsDone = documents;
        bytesWritten = bytes;
        checkCancelled();
    }

    @Override
    public void checkCancelled() {
        merges.awaitGoing(0);
    }

    @Override
    public void throttle(long bytes) {
        merges.awaitGoing(merges.throttle().waitNanos(bytes));
    }

    long bytesWritten() {
        return bytesWritten;
    }

    MergeStatus.Running status() {
        long total = claim.liveCount();
        long done = documentsDone;
        long bytes = bytesWritten;
        long millis = Math.max(1, Duration.ofNanos(clock.nanos() - startNanos).toMillis());
        return new MergeStatus.Running(
                claim.output().ulid(),
                claim.plan().inputs().stream().map(SegmentId::ulid).toList(),
                claim.plan().reason(),
                step,
                done,
                total,
                bytes,
                claim.lengthBytes(),
                bytes * 1000 / millis,
                done == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of((long) ((double) millis / done * (total - done))));
    }
}
