package io.millrace.index;

import io.millrace.change.Checkpoint;
import io.millrace.document.Schema;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A generation between prepare and publication. Confined to the manager's thread, but for what
/// never changes and what says that it is lost.
final class Draft {

    /// What the writer hands over.
    ///
    /// - commitId: minted before the lanes were asked, so that it outlives every retry
    /// - schema: of the newest generation, grown or not
    record Staged(
            String commitId,
            List<LaneOutput> outputs,
            Checkpoint checkpoint,
            long nextSequence,
            Schema schema) {

        /// Names of the files that the lanes wrote.
        List<String> fileNames() {
            List<String> files = new ArrayList<>();
            outputs.forEach(output -> files.addAll(output.fileNames()));
            return files;
        }

        /// The outputs are not used after all.
        void close() {
            outputs.forEach(LaneOutput::close);
        }

        /// What the lanes deleted has been carried over to the newest generation.
        void releaseBases() {
            outputs.forEach(LaneOutput::releaseBase);
        }
    }

    /// A generation ready to be linked: all its files are durable.
    record Ready(Generation next, Generation former, List<String> files, long deadlineNanos) {}

    enum State {
        OPEN,
        COMMITTED,
        ABORTED,
        /// Nobody resolved it in time.
        EXPIRED,
        /// Nobody can resolve it any more.
        LOST
    }

    private final @Nullable Ready ready;
    private State state = State.OPEN;

    /// Set once, by whoever finds out.
    private volatile boolean lost;

    private Draft(@Nullable Ready ready) {
        this.ready = ready;
    }

    /// Nothing changed, so there is nothing to publish.
    static Draft unchanged() {
        return new Draft(null);
    }

    static Draft of(Ready ready) {
        return new Draft(ready);
    }

    @Nullable Ready ready() {
        return ready;
    }

    State state() {
        return state;
    }

    void toState(State next) {
        state = next;
    }

    /// Whoever could have resolved it forgot it.
    boolean isLost() {
        return lost;
    }

    void markLost() {
        lost = true;
    }
}
