package io.millrace.merge;

import io.millrace.segment.SegmentId;
import java.util.List;

/// Segments that shall become one.
///
/// - inputs: at least one, in the order of the candidates they were chosen from
public record MergePlan(List<SegmentId> inputs, Reason reason) {

    /// Why a merge is worth its cost.
    public enum Reason {
        /// A tier holds more segments of one size than it may.
        TIERED,
        /// Too many documents of a large segment are deleted.
        RECLAIM_DELETES,
        /// Somebody asked for fewer segments.
        FORCE,
        /// Somebody asked to be rid of deleted documents.
        EXPUNGE
    }

    public MergePlan {
        inputs = List.copyOf(inputs);
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException("merge plan without inputs");
        }
    }
}
