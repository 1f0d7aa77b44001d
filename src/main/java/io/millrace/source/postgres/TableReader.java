package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// One subscription: gives an index what the log says of its table, on its own thread. One batch is
/// made ahead of demand.
///
/// - Confined to its thread: everything but demand, cancellation and the status.
final class TableReader implements Flow.Subscription, Runnable {
    private static final Duration PREDECESSOR_TIMEOUT = Duration.ofSeconds(10);

    /// Nothing needs to be looked at sooner.
    private static final long WAIT_NANOS_MAX = TimeUnit.SECONDS.toNanos(1);

    private final TableBinding binding;
    private final PostgresStream stream;
    private final Attachment attachment;
    private final SourceIdentity identity;
    private final SourcePartition partition;
    private final long fromLsn;
    private final Flow.Subscriber<? super ChangeBatch> subscriber;
    private final LongSupplier nanoClock;

    /// Ends when the reader before this one is gone: two must not read for one subscriber. Given up
    /// then, or a source in trouble would hold all that ever tried.
    private @Nullable TableReader predecessor;

    // Written by the subscriber's threads.
    private final AtomicLong demand = new AtomicLong();
    private volatile boolean cancelled;
    private volatile boolean brokeDemandRule;

    // Published by its own thread.
    private volatile @Nullable Thread thread;
    private volatile @Nullable WalFeed feed;
    private volatile @Nullable MillraceException failure;
    private final CountDownLatch ended = new CountDownLatch(1);

    // Confined to its thread.
    private long lastBatchNanos;

    TableReader(
            TableBinding binding,
            PostgresStream stream,
            Attachment attachment,
            SourceIdentity identity,
            SourcePartition partition,
            long fromLsn,
            Flow.Subscriber<? super ChangeBatch> subscriber,
            @Nullable TableReader predecessor) {
        this.binding = binding;
        this.stream = stream;
        this.attachment = attachment;
        this.identity = identity;
        this.partition = partition;
        this.fromLsn = fromLsn;
        this.subscriber = subscriber;
        this.nanoClock = stream.nanoClock();
        this.predecessor = predecessor;
    }

    @Override
    public void request(long batches) {
        if (batches <= 0) {
            brokeDemandRule = true;
        } else {
            demand.accumulateAndGet(
                    batches, (held, more) -> held + more < 0 ? Long.MAX_VALUE : held + more);
        }
        LockSupport.unpark(thread);
    }

    /// Ends the thread soon, without a further signal to the subscriber.
    @Override
    public void cancel() {
        cancelled = true;
        LockSupport.unpark(thread);
        WalFeed open = feed;
        if (open != null) {
            open.nudge();
        }
    }

    /// Why it ended; null when it was told to, or has not.
    @Nullable MillraceException failure() {
        return failure;
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
        WalFeed open = feed;
        if (open != null) {
            open.leave();
        }
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
        WalFeed open = stream.open(attachment, table.known(), fromLsn);
        feed = open;
        lastBatchNanos = nanoClock.getAsLong();
        try (OpenTypes types = new OpenTypes(stream.connections())) {
            TransactionBatches batches =
                    new TransactionBatches(partition, fromLsn, stream.options());
            RowChanges changes =
                    new RowChanges(
                            binding.table(),
                            partition,
                            table.schema(),
                            stream.settings().truncate(),
                            types::find,
                            batches);
            List<WalEvent> events = new ArrayList<>();
            while (!cancelled) {
                events.clear();
                long reachedLsn = open.drainTo(events);
                for (WalEvent event : events) {
                    changes.accept(event);
                    if (batches.isFull()) {
                        give(batches.cut());
                    }
                }
                batches.pass(reachedLsn);
                if (batches.hasWhole() || (batches.hasOnlyMoved() && nanosUntilPosition() <= 0)) {
                    give(batches.cut());
                } else {
                    long nanos = batches.hasOnlyMoved() ? nanosUntilPosition() : WAIT_NANOS_MAX;
                    open.await(reachedLsn, nanos);
                }
            }
        }
    }

    private long nanosUntilPosition() {
        return stream.options().positionInterval().toNanos()
                - (nanoClock.getAsLong() - lastBatchNanos);
    }

    /// Waits for demand.
    private void give(@Nullable ChangeBatch batch) {
        while (!cancelled && demand.get() == 0) {
            checkDemandRule();
            LockSupport.park(this);
        }
        checkDemandRule();
        if (batch != null && !cancelled) {
            demand.decrementAndGet();
            lastBatchNanos = nanoClock.getAsLong();
            subscriber.onNext(batch);
        }
    }

    private void checkDemandRule() {
        if (brokeDemandRule) {
            throw new MillraceException.Bug("a subscriber asked for less than one batch");
        }
    }

    /// Types of the database, through a connection that is opened when somebody asks for one that
    /// not every database has.
    private static final class OpenTypes implements AutoCloseable {
        private final PostgresConnections connections;
        private final TypeCatalog types = new TypeCatalog();
        private @Nullable Connection connection;

        OpenTypes(PostgresConnections connections) {
            this.connections = connections;
        }

        ColumnType find(long oid) {
            ColumnType known = types.known(oid);
            if (known != null) {
                return known;
            }
            try {
                if (connection == null) {
                    connection = connections.sql();
                }
                return types.find(connection, oid);
            } catch (SQLException e) {
                throw PostgresFailures.of(connections.settings(), e);
            }
        }

        @Override
        public void close() {
            try {
                if (connection != null) {
                    connection.close();
                }
            } catch (SQLException e) {
                throw PostgresFailures.of(connections.settings(), e);
            }
        }
    }
}
