package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.index.CommitPoint;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Everything that others want of a pipeline's thread: one place to wait for all of it.
///
/// Bounded by what is asked for: one batch at a time, one commit request that all who wait share.
/// Guarded by lock; nothing is called while it is held.
final class Inbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private @Nullable Feed feed;
    private @Nullable ChangeBatch batch;
    private @Nullable Throwable sourceFailure;
    private @Nullable CompletableFuture<CommitPoint> commitRequest;
    private boolean roomAgain;
    private boolean nudged;
    private boolean stopping;
    private boolean closed;

    /// One subscription. Signals of an older one are ignored.
    final class Feed implements Flow.Subscriber<ChangeBatch> {
        private final CompletableFuture<Flow.Subscription> subscription = new CompletableFuture<>();

        /// Asks for one more batch. Only after the one before was taken out.
        void request() {
            var _ = subscription.thenAccept(given -> given.request(1));
        }

        void cancel() {
            var _ = subscription.thenAccept(Flow.Subscription::cancel);
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription.complete(given);
        }

        @Override
        public void onNext(ChangeBatch arrived) {
            change(() -> {
                if (feed == this) {
                    if (batch != null) {
                        sourceFailure = new MillraceException.Bug("a batch nobody asked for");
                    } else {
                        batch = arrived;
                    }
                }
            });
        }

        @Override
        public void onError(Throwable failure) {
            change(() -> {
                if (feed == this) {
                    sourceFailure = failure;
                }
            });
        }

        @Override
        public void onComplete() {
            onError(new MillraceException.Unavailable("the source ended"));
        }
    }

    /// A subscriber for a new subscription; whatever the one before it left is forgotten.
    Feed openFeed() {
        Feed opened = new Feed();
        change(() -> {
            feed = opened;
            batch = null;
            sourceFailure = null;
        });
        return opened;
    }

    void closeFeed() {
        change(() -> {
            feed = null;
            batch = null;
            sourceFailure = null;
        });
    }

    /// The writer's intake has room again.
    void roomAgain() {
        change(() -> roomAgain = true);
    }

    /// Lets the thread look around.
    void nudge() {
        change(() -> nudged = true);
    }

    void stop() {
        change(() -> stopping = true);
    }

    boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    /// Completes with the newest commit once everything read so far is published.
    CompletableFuture<CommitPoint> requestCommit() {
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new MillraceException.Unavailable("the index is stopped"));
            }
            if (commitRequest == null) {
                commitRequest = new CompletableFuture<>();
                changed.signalAll();
            }
            return commitRequest;
        } finally {
            lock.unlock();
        }
    }

    @Nullable CompletableFuture<CommitPoint> takeCommitRequest() {
        lock.lock();
        try {
            CompletableFuture<CommitPoint> taken = commitRequest;
            commitRequest = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Refuses further requests; those that wait are told.
    void close() {
        CompletableFuture<CommitPoint> left;
        lock.lock();
        try {
            closed = true;
            left = commitRequest;
            commitRequest = null;
        } finally {
            lock.unlock();
        }
        if (left != null) {
            left.completeExceptionally(new MillraceException.Unavailable("the index is stopped"));
        }
    }

    @Nullable ChangeBatch takeBatch() {
        lock.lock();
        try {
            ChangeBatch taken = batch;
            batch = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Why the source ended; once the batches before it are taken.
    @Nullable Throwable takeSourceFailure() {
        lock.lock();
        try {
            if (batch != null) {
                return null;
            }
            Throwable taken = sourceFailure;
            sourceFailure = null;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /// Waits until there is something to do, at most `nanos`.
    ///
    /// @param full the writer refused a batch: another one is nothing to do before there is room
    void await(long nanos, boolean full) {
        await(nanos, full, true);
    }

    /// The same, where requests for a commit have to wait.
    void awaitBatches(long nanos, boolean full) {
        await(nanos, full, false);
    }

    private void await(long nanos, boolean full, boolean answers) {
        lock.lock();
        try {
            long left = nanos;
            while (left > 0 && !hasWork(full, answers)) {
                left = changed.awaitNanos(left);
            }
            roomAgain = false;
            nudged = false;
        } catch (InterruptedException e) {
            // Nobody of ours interrupts; whoever does wants the thread gone.
            stopping = true;
        } finally {
            lock.unlock();
        }
    }

    private boolean hasWork(boolean full, boolean answers) {
        return stopping
                || nudged
                || (answers && commitRequest != null)
                || (full ? roomAgain : batch != null || sourceFailure != null);
    }

    private void change(Runnable mutation) {
        lock.lock();
        try {
            mutation.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
