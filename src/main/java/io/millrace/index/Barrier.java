package io.millrace.index;

import io.millrace.index.NodeResources.NanoClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Where the lanes of one prepare meet. An answer belongs to this barrier and no other, so a lane
/// that comes late can never satisfy the next generation. Guarded by itself.
final class Barrier {
    /// The clock that decides is handed in, so the wait looks at it again and again.
    private static final long LOOK_MILLIS = 10;

    private final int laneCount;
    private final List<LaneOutput> outputs = new ArrayList<>();
    private @Nullable Throwable failure;
    private boolean cancelled;

    Barrier(int laneCount) {
        this.laneCount = laneCount;
    }

    /// False when nobody waits any more: the output stays the lane's.
    synchronized boolean arrive(LaneOutput output) {
        if (cancelled) {
            return false;
        }
        outputs.add(output);
        notifyAll();
        return true;
    }

    synchronized void fail(Throwable cause) {
        if (failure == null) {
            failure = cause;
        }
        notifyAll();
    }

    /// Waits until every lane arrived or one failed; false when the deadline passed first. An
    /// interrupt is kept for the caller and does not end the wait, which is bounded anyway.
    synchronized boolean await(Duration deadline, NanoClock clock) {
        long start = clock.nanos();
        boolean interrupted = false;
        try {
            while (outputs.size() < laneCount && failure == null) {
                if (clock.nanos() - start >= deadline.toNanos()) {
                    return false;
                }
                try {
                    TimeUnit.MILLISECONDS.timedWait(this, LOOK_MILLIS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    synchronized int arrivedCount() {
        return outputs.size();
    }

    int laneCount() {
        return laneCount;
    }

    /// Takes the outputs of all lanes.
    ///
    /// @throws ExecutionException when one failed; what the others brought is left for [#take]
    synchronized List<LaneOutput> takeAll() throws ExecutionException {
        if (failure != null) {
            throw new ExecutionException(failure);
        }
        return take();
    }

    /// As [#take], for a lane that ends: whoever waits here, or comes to, gets `cause`.
    synchronized List<LaneOutput> takeBack(Throwable cause) {
        fail(cause);
        return take();
    }

    /// Takes what has arrived and refuses what comes later.
    synchronized List<LaneOutput> take() {
        cancelled = true;
        List<LaneOutput> taken = List.copyOf(outputs);
        outputs.clear();
        return taken;
    }
}
