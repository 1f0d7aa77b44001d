package io.millrace.index;

import io.millrace.merge.DocumentMap;
import io.millrace.merge.MergePlan;
import io.millrace.segment.SegmentReader;
import java.util.List;

/// A merge whose output is whole and checked, on its way to a generation.
///
/// - commitId: minted when the merge was claimed
/// - inputs: as they were then, in the order in which they were merged
/// - reader: of the output; owned by the merge until its generation is published
/// - documents: where the documents of the inputs went
record FinishedMerge(
        MergePlan plan,
        String commitId,
        List<SegmentView> inputs,
        SegmentReader reader,
        DocumentMap documents,
        long tookMillis) {

    /// @param generation the first one that holds the output
    LaneBases.Merged toMerged(long generation) {
        return new LaneBases.Merged(
                generation,
                inputs.stream().map(view -> view.reader().meta().id()).toList(),
                reader.meta().id(),
                documents::target);
    }
}
