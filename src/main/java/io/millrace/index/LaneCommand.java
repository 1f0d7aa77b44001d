package io.millrace.index;

import io.millrace.change.Change;
import io.millrace.change.Reject;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the writer tells a lane, in the order it is to be obeyed.
sealed interface LaneCommand {

    /// One lane's share of a batch: some or all of its changes, in their order, with what was
    /// rejected before they came here. Shares of one batch look at the same list. Immutable.
    final class Slice implements LaneCommand {
        private final List<Change> batch;

        /// Ordinals in `batch`, ascending; null for all of it.
        private final int @Nullable [] members;

        private final long batchSeq;
        private final List<Reject> rejects;
        private final long bytes;

        private Slice(
                List<Change> batch,
                int @Nullable [] members,
                long batchSeq,
                List<Reject> rejects,
                long bytes) {
            this.batch = batch;
            this.members = members;
            this.batchSeq = batchSeq;
            this.rejects = rejects;
            this.bytes = bytes;
        }

        /// @param batchSeq intake number of the first change of the batch; the others follow
        static Slice whole(List<Change> batch, long batchSeq, List<Reject> rejects, long bytes) {
            return new Slice(batch, null, batchSeq, rejects, bytes);
        }

        /// @param members ordinals in `batch`, ascending, of which the first `count` hold
        static Slice part(
                List<Change> batch,
                int[] members,
                int count,
                long batchSeq,
                List<Reject> rejects,
                long bytes) {
            return new Slice(batch, Arrays.copyOf(members, count), batchSeq, rejects, bytes);
        }

        int changeCount() {
            return members == null ? batch.size() : members.length;
        }

        Change change(int i) {
            return batch.get(members == null ? i : members[i]);
        }

        /// The intake number of a change, which counts the changes of all lanes.
        long seq(int i) {
            return batchSeq + (members == null ? i : members[i]);
        }

        List<Reject> rejects() {
            return rejects;
        }

        int documents() {
            return changeCount() + rejects.size();
        }

        long bytes() {
            return bytes;
        }
    }

    /// Everything before this belongs to the generation being prepared: write it and report to the
    /// barrier. What comes behind it waits in the intake until the generation is resolved.
    record Flush(Barrier barrier) implements LaneCommand {}

    /// The process needs memory: write what is collected.
    record Relieve() implements LaneCommand {}

    /// There was nothing to do for a while: hold no memory, and no thread if that stays so.
    record Rest() implements LaneCommand {}

    /// Forget everything since the newest generation, failures included, and report to `done`.
    record Reset(Barrier done) implements LaneCommand {}

    /// Forget everything and end.
    record Stop() implements LaneCommand {}
}
