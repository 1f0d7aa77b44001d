package io.millrace.source.postgres;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.CopyState;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What the log says of one table from a position on, as batches. Confined to the index's thread,
/// but for [#wake].
final class TableLog implements AutoCloseable {
    private final PostgresStream stream;
    private final SourcePartition partition;
    private final LongSupplier nanoClock;
    private final WalFeed feed;
    private final TransactionBatches batches;
    private final RowChanges changes;
    private final OpenTypes types;

    /// Taken from the feed, not yet made changes of: about as much as a batch may hold.
    private final Deque<WalEvent> events = new ArrayDeque<>();

    /// Null once the log is past the copy.
    private @Nullable CopiedKeys copied;

    private long reachedLsn;
    private long lastBatchNanos;
    private boolean copiesAnew;

    /// @param from where the index stands: what is to be copied is copied
    TableLog(
            PostgresStream stream,
            Attachment attachment,
            TableBinding binding,
            OpenedTable table,
            SourcePartition partition,
            Refreshes refreshes,
            Checkpoint from) {
        this.stream = stream;
        this.partition = partition;
        this.nanoClock = stream.nanoClock();
        this.reachedLsn = Objects.requireNonNull(from.position(partition)).next();
        this.batches = new TransactionBatches(partition, reachedLsn, stream.options());
        this.types = new OpenTypes(stream.connections());
        CopyState copy = from.copy(partition);
        this.copied =
                copy.isDone() ? null : new CopiedKeys(stream.connections(), table.shape(), copy);
        this.changes =
                new RowChanges(
                        table.shape(),
                        partition,
                        table.schema(),
                        stream.settings().truncate(),
                        types::find,
                        copied,
                        refreshes,
                        batches);
        this.lastBatchNanos = nanoClock.getAsLong();
        this.feed = stream.open(attachment, table.known(), reachedLsn);
    }

    /// The next batch, or null when there is none within `nanos`, or when woken.
    ///
    /// @throws io.millrace.MillraceException why the log cannot be read on
    @Nullable ChangeBatch poll(long nanos) throws InterruptedException {
        ChangeBatch batch = take();
        if (batch == null) {
            long wait = batches.hasOnlyMoved() ? Math.min(nanos, nanosUntilPosition()) : nanos;
            feed.await(reachedLsn, wait);
            batch = take();
        }
        return batch;
    }

    /// True once a batch said that nothing of the table is copied: there is nothing more here.
    boolean copiesAnew() {
        return copiesAnew;
    }

    void wake() {
        feed.nudge();
    }

    private @Nullable ChangeBatch take() {
        if (events.isEmpty()) {
            reachedLsn = feed.drainTo(events);
        }
        for (WalEvent event = events.poll(); event != null; event = events.poll()) {
            changes.accept(event);
            if (changes.copiesAnew() && event instanceof WalEvent.Committed) {
                copiesAnew = true;
                return given(batches.cut()).withCopy(partition, CopyState.NOTHING);
            }
            if (batches.isFull()) {
                return given(batches.cut());
            }
        }
        batches.pass(reachedLsn);
        boolean due = batches.hasWhole() || (batches.hasOnlyMoved() && nanosUntilPosition() <= 0);
        return due ? given(batches.cut()) : null;
    }

    private ChangeBatch given(@Nullable ChangeBatch cut) {
        ChangeBatch batch = Objects.requireNonNull(cut);
        lastBatchNanos = nanoClock.getAsLong();
        CopiedKeys rows = copied;
        if (rows == null || batch.open()) {
            return batch;
        }
        Position to = batch.ranges().getFirst().to();
        if (!rows.isPast(to.next())) {
            return batch;
        }
        copied = null;
        rows.close();
        return batch.withCopy(partition, CopyState.DONE);
    }

    private long nanosUntilPosition() {
        return stream.options().positionInterval().toNanos()
                - (nanoClock.getAsLong() - lastBatchNanos);
    }

    @Override
    public void close() {
        feed.leave();
        types.close();
        CopiedKeys rows = copied;
        if (rows != null) {
            rows.close();
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
