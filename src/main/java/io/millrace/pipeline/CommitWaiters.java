package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.index.CommitPoint;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Those who wait until an index has committed something: a future each, no thread. May be shared
/// between threads; guarded by itself, futures complete without the lock.
///
/// One that ends otherwise, because its time is over or nobody wants the answer any more, is let go
/// of at once.
final class CommitWaiters {
    private final int waitersMax;

    private final Set<Waiter> waiting = new LinkedHashSet<>();

    /// One who waits; equal to itself alone.
    private static final class Waiter {
        final Awaited awaited;
        final CompletableFuture<CommitPoint> future = new CompletableFuture<>();

        Waiter(Awaited awaited) {
            this.awaited = awaited;
        }
    }

    CommitWaiters(int waitersMax) {
        this.waitersMax = waitersMax;
    }

    /// @throws MillraceException.Unavailable when too many wait already
    CompletableFuture<CommitPoint> add(Awaited awaited) {
        Waiter waiter = new Waiter(awaited);
        synchronized (this) {
            if (waiting.size() >= waitersMax) {
                throw new MillraceException.Unavailable(
                        "%d requests wait for commits of this index, expected at most %d"
                                .formatted(waiting.size(), waitersMax));
            }
            waiting.add(waiter);
        }
        var _ = waiter.future.whenComplete((_, _) -> remove(waiter));
        return waiter.future;
    }

    private synchronized void remove(Waiter waiter) {
        waiting.remove(waiter);
    }

    /// True when the commit of what was accepted would let somebody go on. Who waits for a number
    /// alone waits for the usual commits: no early one brings what is not read.
    synchronized boolean wants(Checkpoint accepted) {
        return waiting.stream()
                .map(waiter -> waiter.awaited.positions())
                .anyMatch(positions ->
                        !positions.positions().isEmpty() && accepted.covers(positions));
    }

    synchronized int count() {
        return waiting.size();
    }

    void committed(CommitPoint commit) {
        take(awaited -> awaited.isHeldBy(commit)).forEach(waiter -> waiter.complete(commit));
    }

    /// What they wait for does not come.
    void refuse(MillraceException reason) {
        take(_ -> true).forEach(waiter -> waiter.completeExceptionally(reason));
    }

    private synchronized List<CompletableFuture<CommitPoint>> take(Predicate<Awaited> which) {
        List<CompletableFuture<CommitPoint>> taken = new ArrayList<>();
        waiting.removeIf(waiter -> {
            boolean leaves = which.test(waiter.awaited);
            if (leaves) {
                taken.add(waiter.future);
            }
            return leaves;
        });
        return taken;
    }
}
