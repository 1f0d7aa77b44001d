package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.index.CommitPoint;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/// Those who wait until an index has committed something: a future each, no thread. May be shared
/// between threads; guarded by itself, futures complete without the lock.
///
/// One that ends otherwise, because its time is over or nobody wants the answer any more, is let go
/// of at once.
final class CommitWaiters {
    private final int waitersMax;

    private final Map<CompletableFuture<CommitPoint>, Awaited> waiting = new LinkedHashMap<>();

    CommitWaiters(int waitersMax) {
        this.waitersMax = waitersMax;
    }

    /// @throws MillraceException.Unavailable when too many wait already
    CompletableFuture<CommitPoint> add(Awaited awaited) {
        CompletableFuture<CommitPoint> waiter = new CompletableFuture<>();
        synchronized (this) {
            if (waiting.size() >= waitersMax) {
                throw new MillraceException.Unavailable(
                        "%d requests wait for commits of this index, expected at most %d"
                                .formatted(waiting.size(), waitersMax));
            }
            waiting.put(waiter, awaited);
        }
        var _ = waiter.whenComplete((_, _) -> remove(waiter));
        return waiter;
    }

    private synchronized void remove(CompletableFuture<CommitPoint> waiter) {
        waiting.remove(waiter);
    }

    /// True when the commit of what was accepted would let somebody go on.
    synchronized boolean wants(Checkpoint accepted) {
        return waiting.values().stream().anyMatch(awaited -> accepted.covers(awaited.positions()));
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
        Iterator<Map.Entry<CompletableFuture<CommitPoint>, Awaited>> each =
                waiting.entrySet().iterator();
        while (each.hasNext()) {
            var entry = each.next();
            if (which.test(entry.getValue())) {
                taken.add(entry.getKey());
                each.remove();
            }
        }
        return taken;
    }
}
