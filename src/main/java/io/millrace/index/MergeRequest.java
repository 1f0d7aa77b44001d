package io.millrace.index;

import io.millrace.merge.MergeCandidate;
import io.millrace.merge.MergePlan;
import io.millrace.merge.MergePolicy;
import io.millrace.segment.SegmentId;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Somebody wants fewer segments, or none with deleted documents. Only the segments that were there
/// when it was asked for count, so it comes to an end under load. Guarded by the lock of [Merges].
final class MergeRequest {
    private static final int EXPUNGE = 0;

    /// Fewer than this, or [#EXPUNGE].
    private final int segmentsMax;

    private final Set<SegmentId> segments;
    private boolean done;
    private String blockedBy = "";

    private MergeRequest(int segmentsMax, Collection<SegmentId> segments) {
        this.segmentsMax = segmentsMax;
        this.segments = new HashSet<>(segments);
    }

    /// @param segmentsMax 1 or more
    static MergeRequest force(int segmentsMax, Collection<SegmentId> segments) {
        return new MergeRequest(segmentsMax, segments);
    }

    static MergeRequest expunge(Collection<SegmentId> segments) {
        return new MergeRequest(EXPUNGE, segments);
    }

    List<MergePlan> plans(MergePolicy policy, List<MergeCandidate> free) {
        List<MergeCandidate> wanted =
                free.stream().filter(one -> segments.contains(one.meta().id())).toList();
        if (wanted.isEmpty()) {
            return List.of();
        }
        return segmentsMax == EXPUNGE
                ? policy.planExpunge(wanted)
                : policy.planForce(wanted, segmentsMax);
    }

    /// The output of a merge stands for its inputs; an expunged one is done with, whatever is
    /// deleted from it later.
    void merged(List<SegmentId> inputs, SegmentId output) {
        if (segments.removeAll(inputs) && segmentsMax != EXPUNGE) {
            segments.add(output);
        }
    }

    boolean isDone() {
        return done;
    }

    /// Empty while the request can still be met.
    String blockedBy() {
        return blockedBy;
    }

    void done() {
        done = true;
    }

    void blocked(String reason) {
        done = true;
        blockedBy = reason;
    }
}
