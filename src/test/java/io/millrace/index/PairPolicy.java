package io.millrace.index;

import io.millrace.merge.MergeCandidate;
import io.millrace.merge.MergePlan;
import io.millrace.merge.MergePlan.Reason;
import io.millrace.merge.MergePolicy;
import io.millrace.segment.SegmentId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// Merges any two segments, so that work is never done before one is left. Counts how often it is
/// asked.
final class PairPolicy implements MergePolicy {
    final AtomicInteger asked = new AtomicInteger();

    @Override
    public List<MergePlan> plan(List<MergeCandidate> free) {
        asked.incrementAndGet();
        List<MergePlan> plans = new ArrayList<>();
        for (int i = 0; i + 1 < free.size(); i += 2) {
            plans.add(new MergePlan(ids(free.subList(i, i + 2)), Reason.TIERED));
        }
        return plans;
    }

    @Override
    public List<MergePlan> planForce(List<MergeCandidate> free, int segmentsMax) {
        asked.incrementAndGet();
        return free.size() <= segmentsMax
                ? List.of()
                : List.of(new MergePlan(ids(free), Reason.FORCE));
    }

    @Override
    public List<MergePlan> planExpunge(List<MergeCandidate> free) {
        return List.of();
    }

    private static List<SegmentId> ids(List<MergeCandidate> candidates) {
        return candidates.stream().map(one -> one.meta().id()).toList();
    }
}
