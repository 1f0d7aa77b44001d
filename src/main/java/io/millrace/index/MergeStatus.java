package io.millrace.index;

import io.millrace.merge.MergePlan;
import java.util.List;
import java.util.OptionalLong;

/// What the merges of an index are doing.
///
/// - pauseCount: who asked for a pause and has not ended it
/// - waiting: why merges that should run do not, empty when nothing keeps them
/// - heldBack: segments that are left alone
public record MergeStatus(
        List<Running> running, int pauseCount, String waiting, List<HeldBack> heldBack) {
    public MergeStatus {
        running = List.copyOf(running);
        heldBack = List.copyOf(heldBack);
    }

    /// A merge under way.
    ///
    /// - id: ULID of its output
    /// - documentsDone: the share of the work that is done, counted in documents
    /// - bytesPerSecond: written so far by the time since it began
    /// - remainingMillis: estimated from what is done; empty before anything is
    public record Running(
            String id,
            List<String> inputs,
            MergePlan.Reason reason,
            Step step,
            long documentsDone,
            long documentsTotal,
            long bytesWritten,
            long inputBytes,
            long bytesPerSecond,
            OptionalLong remainingMillis) {
        /// For whoever does not know of plans.
        public String reasonName() {
            return reason.name();
        }
    }

    /// How far a merge is.
    public enum Step {
        WRITING,
        /// The output is whole and checked, a prepared commit or a pause comes first.
        PUBLISHING
    }

    /// A segment that no merge takes for now.
    ///
    /// - quarantined: its file is damaged; it stays as it is until the index is opened again
    /// - retryMillis: until it may be merged again, 0 when quarantined
    public record HeldBack(String segment, String reason, boolean quarantined, long retryMillis) {}
}
