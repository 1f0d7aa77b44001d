package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.source.Demand;
import io.millrace.source.SourceStatus.Progress;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One subscription: copies the rows of a table that an index has not got yet, then gives what the
/// log says of it, on its own thread. One batch is made ahead of demand.
///
/// - Confined to its thread: everything but demand, cancellation and the status.
final class TableReader implements Flow.Subscription, Runnable {
    private static final Duration PREDECESSOR_TIMEOUT = Duration.ofSeconds(10);

    /// How long a cancellation goes unnoticed at most.
    private static final long WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final TableBinding binding;
    private final PostgresStream stream;
    private final Attachment attachment;
    private final SourceIdentity identity;
    private final SourcePartition partition;
    private final Refreshes refreshes;
    private final Flow.Subscriber<? super ChangeBatch> subscriber;

    /// Ends when the reader before this one is gone: two must not read for one subscriber. Given up
    /// then, or a source in trouble would hold all that ever tried.
    private @Nullable TableReader predecessor;

    // Written by the subscriber's threads.
    private final Demand demand = new Demand();
    private volatile boolean cancelled;

    // Published by its own thread.
    private volatile @Nullable Thread thread;
    private volatile @Nullable TableLog log;
    private volatile @Nullable OpenedTable following;
    private volatile @Nullable TableCopy copy;
    private volatile @Nullable MillraceException failure;
    private final CountDownLatch ended = new CountDownLatch(1);

    // Confined to its thread.
    private Checkpoint stands;

    TableReader(
            TableBinding binding,
            PostgresStream stream,
            Attachment attachment,
            SourceIdentity identity,
            SourcePartition partition,
            Refreshes refreshes,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber,
            @Nullable TableReader predecessor) {
        this.binding = binding;
        this.stream = stream;
        this.attachment = attachment;
        this.identity = identity;
        this.partition = partition;
        this.refreshes = refreshes;
        this.stands = from;
        this.subscriber = subscriber;
        this.predecessor = predecessor;
    }

    @Override
    public void request(long batches) {
        demand.add(batches);
        LockSupport.unpark(thread);
    }

    /// Ends the thread soon, without a further signal to the subscriber.
    @Override
    public void cancel() {
        cancelled = true;
        LockSupport.unpark(thread);
        TableLog open = log;
        if (open != null) {
            open.wake();
        }
    }

    /// Why it ended; null when it was told to, or has not.
    @Nullable MillraceException failure() {
        return failure;
    }

    /// The table while its log is read, else null.
    @Nullable OpenedTable following() {
        return following;
    }

    boolean isCopying() {
        return copy != null;
    }

    /// How far the copy of the table is; null while nothing is known.
    @Nullable Progress progress() {
        TableCopy open = copy;
        return open == null ? null : open.progress();
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /// Waits for the thread's end; false when it takes longer than `atMost`.
    boolean awaitEnd(Duration atMost) {
        try {
            return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        MillraceException reason = null;
        try {
            awaitPredecessor();
            if (!cancelled) {
                read();
            }
        } catch (MillraceException e) {
            reason = e;
        } catch (InterruptedException e) {
            // Nobody of ours interrupts; whoever does wants the thread gone.
            cancelled = true;
        } catch (RuntimeException | Error e) {
            reason =
                    new MillraceException.Bug(
                            "reading table %s broke: %s".formatted(binding.table(), e), e);
        } finally {
            end(reason);
        }
    }

    private void end(@Nullable MillraceException reason) {
        if (cancelled || reason == null) {
            ended.countDown();
            return;
        }
        failure = reason;
        // Before the signal: whoever subscribes again on it finds this reader gone.
        ended.countDown();
        subscriber.onError(reason);
    }

    private void awaitPredecessor() {
        if (predecessor != null && !predecessor.awaitEnd(PREDECESSOR_TIMEOUT)) {
            throw new MillraceException.Unavailable(
                    "table %s is still being read by the subscription before this one"
                            .formatted(binding.table()));
        }
        predecessor = null;
    }

    private void read() throws InterruptedException {
        OpenedTable table = OpenedTable.find(stream.connections(), binding, identity);
        stream.standsAt(attachment, Objects.requireNonNull(stands.position(partition)).next());
        while (!cancelled) {
            if (!stands.copy(partition).complete()) {
                copy(table);
            } else {
                follow(table);
            }
        }
    }

    private void copy(OpenedTable table) throws InterruptedException {
        try (TableCopy open =
                new TableCopy(
                        stream.connections(),
                        binding,
                        table.shape(),
                        table.schema(),
                        stands,
                        stream.copying(),
                        stream.nanoClock(),
                        stream.threads())) {
            copy = open;
            while (!cancelled && !open.isDone()) {
                give(open.poll(WAIT_NANOS));
            }
        } finally {
            copy = null;
        }
    }

    private void follow(OpenedTable table) throws InterruptedException {
        try (TableLog open =
                new TableLog(stream, attachment, binding, table, partition, refreshes, stands)) {
            log = open;
            following = table;
            while (!cancelled && !open.copiesAnew()) {
                give(open.poll(WAIT_NANOS));
            }
        } finally {
            following = null;
            log = null;
        }
    }

    /// Waits for demand.
    private void give(@Nullable ChangeBatch batch) {
        demand.check();
        if (batch == null) {
            return;
        }
        while (!cancelled && demand.isNone()) {
            LockSupport.park(this);
            demand.check();
        }
        if (!cancelled && demand.take()) {
            stands = stands.after(batch);
            subscriber.onNext(batch);
        }
    }
}
