package io.millrace.index;

import io.millrace.change.Change;
import io.millrace.change.Reject;
import java.util.List;

/// What the writer tells a lane, in the order it is to be obeyed.
sealed interface LaneCommand {

    /// Changes of one batch, with what was rejected before they came here.
    ///
    /// - firstSeq: intake number of the first change; the others follow
    record Slice(List<Change> changes, long firstSeq, List<Reject> rejects, long bytes)
            implements LaneCommand {
        int documents() {
            return changes.size() + rejects.size();
        }
    }

    /// Everything before this belongs to the generation being prepared: write it, report to the
    /// barrier, then do nothing until [Resume] or [Reset].
    record Flush(Barrier barrier) implements LaneCommand {}

    /// The generation is resolved: go on upon the newest one, which holds everything before the
    /// barrier.
    record Resume() implements LaneCommand {}

    /// Forget everything since the newest generation, failures included, and report to `done`.
    record Reset(Barrier done) implements LaneCommand {}

    /// Forget everything and end.
    record Stop() implements LaneCommand {}
}
