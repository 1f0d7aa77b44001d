package io.millrace.merge;

import java.util.List;

/// Chooses what to merge. Deterministic, without state, hence shared.
///
/// Every method takes the segments that are in no other merge, in the order of the generation, and
/// returns plans that share no segment. A segment without a live document is never planned: its
/// owner drops it. The caller asks again after each merge; when nothing is left to do the answer is
/// empty.
public interface MergePolicy {

    /// What should be merged in the background.
    List<MergePlan> plan(List<MergeCandidate> free);

    /// What brings the number of segments down to `segmentsMax`, whatever their size.
    List<MergePlan> planForce(List<MergeCandidate> free, int segmentsMax);

    /// What removes every deleted document.
    List<MergePlan> planExpunge(List<MergeCandidate> free);
}
