package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.MergeStatus;
import io.millrace.index.SegmentView;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What merges do, as answered by the status and by a request to merge.
final class MergeAnswers {
    private MergeAnswers() {}

    /// What came of a request to merge.
    ///
    /// - deleted: documents in the segments that do not count any more
    @Schema(name = "Merged")
    record MergedAnswer(
            @Schema(description = "false while it goes on") boolean done,
            @Schema(description = "the newest, when this was answered") long generation,
            long segments,
            @Schema(description = "visible documents") long documents,
            @Schema(description = "replaced or deleted, and still in a file") long deleted,
            MergesAnswer merges)
            implements Wire {
        static MergedAnswer of(Index index, boolean done) {
            try (IndexSnapshot snapshot = index.snapshot()) {
                List<SegmentView> segments = snapshot.segments();
                return new MergedAnswer(
                        done,
                        snapshot.commit().generation(),
                        segments.size(),
                        snapshot.liveCount(),
                        segments.stream()
                                .mapToLong(view -> view.documentCount() - view.liveCount())
                                .sum(),
                        MergesAnswer.of(index.merges()));
            }
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("done", Value.of(done))
                    .put("generation", generation)
                    .put("segments", segments)
                    .put("documents", documents)
                    .put("deleted", deleted)
                    .put("merges", merges)
                    .toObj();
        }
    }

    @Schema(name = "MergesStatus")
    record MergesAnswer(
            List<RunningAnswer> running,
            @Schema(
                            description =
                                    "why merges that should run do not, empty when nothing keeps them")
                    String waiting,
            List<HeldBackAnswer> heldBack)
            implements Wire {
        static MergesAnswer of(MergeStatus merges) {
            return new MergesAnswer(
                    merges.running().stream().map(RunningAnswer::of).toList(),
                    merges.waiting(),
                    merges.heldBack().stream().map(HeldBackAnswer::of).toList());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("running", running)
                    .put("waiting", waiting)
                    .put("heldBack", heldBack)
                    .toObj();
        }
    }

    @Schema(name = "RunningMerge")
    record RunningAnswer(
            @Schema(description = "the segment it writes") String id,
            @Schema(description = "TIERED, RECLAIM_DELETES, FORCE or EXPUNGE") String reason,
            @Schema(description = "writing, or publishing while a commit or a pause comes first")
                    String step,
            List<String> inputs,
            long inputBytes,
            @Schema(description = "the share of the work that is done") long documentsDone,
            long documentsTotal,
            long bytesWritten,
            long bytesPerSecond,
            @Schema(description = "at the pace so far") @Nullable Long leftMillis)
            implements Wire {
        static RunningAnswer of(MergeStatus.Running merge) {
            return new RunningAnswer(
                    merge.id(),
                    merge.reasonName(),
                    merge.step().name().toLowerCase(Locale.ROOT),
                    merge.inputs(),
                    merge.inputBytes(),
                    merge.documentsDone(),
                    merge.documentsTotal(),
                    merge.bytesWritten(),
                    merge.bytesPerSecond(),
                    merge.remainingMillis().isEmpty()
                            ? null
                            : Long.valueOf(merge.remainingMillis().getAsLong()));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("id", id)
                    .put("reason", reason)
                    .put("step", step)
                    .put("inputs", new Value.Array(inputs.stream().<Value>map(Value::of).toList()))
                    .put("inputBytes", inputBytes)
                    .put("documentsDone", documentsDone)
                    .put("documentsTotal", documentsTotal)
                    .put("bytesWritten", bytesWritten)
                    .put("bytesPerSecond", bytesPerSecond)
                    .put("leftMillis", leftMillis)
                    .toObj();
        }
    }

    @Schema(name = "HeldBackSegment")
    record HeldBackAnswer(
            String segment,
            String reason,
            @Schema(description = "its file is damaged: left alone until the index is opened anew")
                    boolean quarantined,
            @Schema(description = "until it may be merged again, absent when quarantined")
                    @Nullable Long retryMillis)
            implements Wire {
        static HeldBackAnswer of(MergeStatus.HeldBack held) {
            return new HeldBackAnswer(
                    held.segment(),
                    held.reason(),
                    held.quarantined(),
                    held.quarantined() ? null : Long.valueOf(held.retryMillis()));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("segment", segment)
                    .put("reason", reason)
                    .put("quarantined", Value.of(quarantined))
                    .put("retryMillis", retryMillis)
                    .toObj();
        }
    }
}
