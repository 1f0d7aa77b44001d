package io.millrace.source.kafka;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Reject;
import io.millrace.testing.Awaiting;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// A subscriber that keeps what it gets and checks that positions are unbroken.
final class BatchCollector implements Flow.Subscriber<ChangeBatch> {
    private final List<ChangeBatch> batches = new CopyOnWriteArrayList<>();
    private final boolean greedy;
    private volatile Checkpoint reached;
    private volatile @Nullable Throwable failure;
    private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

    private BatchCollector(Checkpoint from, boolean greedy) {
        this.reached = from;
        this.greedy = greedy;
    }

    /// Asks for the next batch when it got one.
    static BatchCollector greedy(Checkpoint from) {
        return new BatchCollector(from, true);
    }

    /// Asks for nothing by itself.
    static BatchCollector reluctant(Checkpoint from) {
        return new BatchCollector(from, false);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription.complete(given);
        if (greedy) {
            given.request(1);
        }
    }

    @Override
    public void onNext(ChangeBatch batch) {
        batches.add(batch);
        reached = reached.after(batch);
        if (greedy) {
            subscription.join().request(1);
        }
    }

    @Override
    public void onError(Throwable thrown) {
        failure = thrown;
    }

    @Override
    public void onComplete() {}

    void request(long count) {
        subscription.join().request(count);
    }

    void cancel() {
        subscription.join().cancel();
    }

    List<ChangeBatch> batches() {
        return batches;
    }

    List<Change> changes() {
        return batches.stream().flatMap(batch -> batch.changes().stream()).toList();
    }

    List<Reject> rejects() {
        return batches.stream().flatMap(batch -> batch.rejects().stream()).toList();
    }

    Checkpoint reached() {
        return reached;
    }

    void awaitReached(Checkpoint wanted) {
        Awaiting.that(
                "reader reaches " + wanted,
                () -> {
                    if (failure != null) {
                        throw new AssertionError("reader failed at " + reached, failure);
                    }
                    return reached.covers(wanted);
                });
    }

    Throwable awaitFailure() {
        Awaiting.that("reader fails", () -> failure != null);
        return Objects.requireNonNull(failure);
    }
}
