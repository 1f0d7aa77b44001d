package io.millrace.pipeline;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Another incarnation of an index, built from the start of the source while the one before it
/// serves, and the moment at which it takes its place.
///
/// That moment is chosen on the thread of the pipeline that serves, the only one that moves what is
/// served: what readers see never goes back. Guarded by itself.
final class Succession {
    private static final Logger LOG = System.getLogger(Succession.class.getName());

    private enum State {
        BUILDING,
        DONE,
        CANCELLED,
        /// Whether the other incarnation took over is for the next start to say.
        UNKNOWN
    }

    private final String name;
    private final String incarnation;
    private final IndexingPipeline successor;
    private final Runnable takeOver;

    private State state = State.BUILDING;
    private String detail = "";

    /// @param takeOver makes the other incarnation the current one, durably
    Succession(String name, String incarnation, IndexingPipeline successor, Runnable takeOver) {
        this.name = name;
        this.incarnation = incarnation;
        this.successor = successor;
        this.takeOver = takeOver;
    }

    IndexingPipeline successor() {
        return successor;
    }

    String incarnation() {
        return incarnation;
    }

    /// Called by the pipeline that serves, which ends when this is true.
    ///
    /// @param served null when it cannot be opened
    synchronized boolean takesOver(@Nullable Index served) {
        if (state != State.BUILDING || !hasCaughtUp(served)) {
            return false;
        }
        try {
            takeOver.run();
        } catch (RuntimeException e) {
            // What is on disk may be either now, and both incarnations stay good; a second attempt
            // could report a success that is none.
            state = State.UNKNOWN;
            detail = "it could not take over until the node starts again: " + e.getMessage();
            LOG.log(Level.ERROR, "rebuild did not take over index=" + name, e);
            return false;
        }
        state = State.DONE;
        LOG.log(Level.INFO, "index rebuilt index={0} incarnation={1}", name, incarnation);
        return true;
    }

    /// The incarnation before has told everything it had to tell.
    void predecessorIsSilent() {
        successor.orders().announce();
    }

    /// False when it is too late.
    synchronized boolean cancel() {
        if (state != State.BUILDING) {
            return false;
        }
        state = State.CANCELLED;
        return true;
    }

    /// It was not to be cancelled after all.
    synchronized void goOn() {
        state = State.BUILDING;
    }

    synchronized RunningIndex.Rebuilding progress(@Nullable Index served) {
        PipelineStatus status = successor.status();
        CommitPoint newest = successor.newestCommit();
        return new RunningIndex.Rebuilding(
                incarnation,
                state == State.UNKNOWN ? "failed" : status.state().label(),
                detail.isEmpty() ? status.detail() : detail,
                status.indexedChanges(),
                newest == null ? 0 : newest.documentCount(),
                lag(status.committed(), goal(served)));
    }

    private boolean hasCaughtUp(@Nullable Index served) {
        Checkpoint goal = goal(served);
        return !goal.positions().isEmpty() && successor.status().committed().covers(goal);
    }

    /// What it has to reach: where the other one stands, or the end of the source when that one
    /// reads another source or cannot be opened.
    private Checkpoint goal(@Nullable Index served) {
        Index built = successor.openIndex();
        if (served != null
                && built != null
                && served.identity().equals(built.identity())
                && built.newestCommit()
                        .checkpoint()
                        .positions()
                        .keySet()
                        .equals(served.newestCommit().checkpoint().positions().keySet())) {
            return served.newestCommit().checkpoint();
        }
        return successor.status().source().ends();
    }

    private static @Nullable Long lag(Checkpoint committed, Checkpoint goal) {
        if (goal.positions().isEmpty()) {
            return null;
        }
        long lag = 0;
        for (Map.Entry<SourcePartition, Position> want : goal.positions().entrySet()) {
            Position stands = committed.position(want.getKey());
            if (stands == null) {
                return null;
            }
            lag += Math.max(0, want.getValue().next() - stands.next());
        }
        return lag;
    }
}
