package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.CopiedRange;
import io.millrace.change.CopyState;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.document.Schema;
import io.millrace.source.SourceStatus.Progress;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Copies the rows that a table has into an index that has none, or not all, of them: what the log
/// does not tell because it happened before. Cut into ranges of keys, which several readers copy in
/// the state of one snapshot; every batch says which ranges are copied with it, so that whoever
/// goes on later copies the rest from another snapshot.
///
/// The threads `copy-<index>` fill a queue, [#poll] empties it; when it is full they pause, with
/// their connections open.
///
/// Guarded by its lock: the queue, the plan, the failure. The cutting of ranges takes turns.
final class TableCopy implements AutoCloseable {
    private static final long END_WAIT_MILLIS = 5_000;

    private final PostgresConnections connections;
    private final TableBinding binding;
    private final TableShape table;
    private final Schema schema;
    private final SourcePartition partition;
    private final Position stands;
    private final CopyState before;
    private final CopyOptions options;
    private final ThreadFactory threads;
    private final CopyPace pace;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ReentrantLock cutting = new ReentrantLock();
    private final Deque<Copied> queue = new ArrayDeque<>();
    private final List<Connection> open = new ArrayList<>();
    private final List<Thread> running = new ArrayList<>();
    private @Nullable CopyPlan plan;
    private long queuedBytes;
    private @Nullable MillraceException failure;
    private boolean closed;
    private boolean done;

    /// Rows of a part that were read.
    ///
    /// - reached: the last key of them, where more follow
    /// - finishes: the part has no more
    record Copied(
            CopyPlan.Part part,
            List<String> reached,
            boolean finishes,
            List<Change> changes,
            List<Reject> rejects,
            long bytes) {}

    /// Says where a range is to be cut.
    @FunctionalInterface
    interface Cut {
        /// @return the last key of the part to be taken, empty for the whole range
        List<String> of(List<String> after, List<String> upTo) throws SQLException;
    }

    /// Begins to copy what is not copied yet.
    ///
    /// @param from where the index stands: not before the slot does, so that the log tells whatever
    ///   a snapshot from now on does not show
    /// @param nanoClock a clock for durations
    TableCopy(
            PostgresConnections connections,
            TableBinding binding,
            TableShape table,
            Schema schema,
            Checkpoint from,
            CopyOptions options,
            LongSupplier nanoClock,
            ThreadFactory threads) {
        this.connections = connections;
        this.binding = binding;
        this.table = table;
        this.schema = schema;
        this.partition = new SourcePartition(connections.settings().source(), 0);
        this.stands = Objects.requireNonNull(from.position(partition), "position of " + partition);
        this.before = from.copy(partition);
        this.options = options;
        this.threads = threads;
        this.pace =
                new CopyPace(binding.index(), table.name(), options.reportInterval(), nanoClock);
        start(this::begin);
    }

    /// The next rows, or null when there are none within `nanos`.
    ///
    /// @throws MillraceException why the copy cannot go on, once nothing waits any more
    @Nullable ChangeBatch poll(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (queue.isEmpty() && failure == null && !closed && left > 0) {
                left = changed.awaitNanos(left);
            }
            Copied copied = queue.poll();
            if (copied == null) {
                if (failure != null) {
                    throw failure;
                }
                return null;
            }
            queuedBytes -= copied.bytes();
            changed.signalAll();
            return batch(copied, Objects.requireNonNull(plan));
        } finally {
            lock.unlock();
        }
    }

    /// True when the last batch was taken: the log tells the rest.
    boolean isDone() {
        lock.lock();
        try {
            return done;
        } finally {
            lock.unlock();
        }
    }

    /// How far it is; null while nothing is known.
    @Nullable Progress progress() {
        return pace.progress();
    }

    private ChangeBatch batch(Copied copied, CopyPlan of) {
        of.reach(copied.part(), copied.reached());
        if (copied.finishes()) {
            of.finish(copied.part());
        }
        pace.add(copied.changes().size() + copied.rejects().size());
        CopyState state = of.state();
        if (!state.complete()) {
            return ChangeBatch.of(copied.changes(), copied.rejects(), List.of())
                    .withCopy(partition, state);
        }
        done = true;
        pace.end();
        // What ends before the oldest snapshot is in all of them: the log need not tell it.
        long oldest = state.ranges().stream().mapToLong(CopiedRange::position).min().orElse(0);
        long next = Math.max(stands.next(), oldest);
        boolean isPast = state.ranges().stream().allMatch(range -> range.position() <= next);
        return ChangeBatch.of(
                        copied.changes(),
                        copied.rejects(),
                        List.of(new PositionRange(partition, stands, Position.of(next))))
                .withCopy(partition, isPast ? CopyState.DONE : state);
    }

    // The readers.

    /// Takes the next range that nobody copies, or null when there is none. Blocks while others cut
    /// theirs.
    CopyPlan.@Nullable Part take(Cut cut) throws SQLException {
        cutting.lock();
        try {
            CopyPlan.Part next;
            lock.lock();
            try {
                next = Objects.requireNonNull(plan).next();
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return null;
            }
            List<String> upTo = cut.of(next.after(), next.upTo());
            lock.lock();
            try {
                return Objects.requireNonNull(plan).take(next, upTo);
            } finally {
                lock.unlock();
            }
        } finally {
            cutting.unlock();
        }
    }

    /// One alone passes, however large.
    private boolean hasRoom(long bytes) throws InterruptedException {
        if (closed || failure != null) {
            throw new InterruptedException("copy of " + table.name() + " is over");
        }
        return queue.isEmpty() || queuedBytes + bytes <= options.queueBytesMax();
    }

    /// Hands on what was read once there is room; false when that takes longer than `nanos`.
    ///
    /// @throws InterruptedException when nobody wants it any more
    boolean offer(Copied copied, long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (!hasRoom(copied.bytes())) {
                if (left <= 0) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            queue.add(copied);
            queuedBytes += copied.bytes();
            changed.signalAll();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void begin() throws SQLException, InterruptedException {
        try (Connection sql = keep(connections.sql())) {
            CopySnapshot.endless(sql);
            begin(sql);
        }
    }

    private void begin(Connection sql) throws SQLException, InterruptedException {
        try (CopySnapshot snapshot =
                CopySnapshot.take(
                        connections.settings(), keep(connections.replication()), sql, table)) {
            TableShape shape = shape(sql);
            KeyOrder order = KeyOrder.read(sql, shape);
            CopyReader.tune(sql, order);
            CopyPlan rest = new CopyPlan(before, snapshot.position());
            pace.begin(sql, order, rest, snapshot);
            lock.lock();
            try {
                plan = rest;
            } finally {
                lock.unlock();
            }
            List<Thread> readers = new ArrayList<>();
            for (int i = 0; i < options.readers(); i++) {
                readers.add(start(() -> read(snapshot, shape, order)));
            }
            // The snapshot is there as long as this thread holds it.
            for (Thread reader : readers) {
                reader.join();
            }
        }
    }

    /// The table as it is now that there is a snapshot: columns that came while that was waited for
    /// are in its rows, and the log does not tell them.
    private TableShape shape(Connection sql) throws SQLException {
        TableShape now = OpenedTable.shape(sql, connections.settings(), binding);
        sql.rollback();
        sql.setAutoCommit(true);
        if (now.oid() != table.oid() || !now.key().equals(table.key())) {
            throw new MillraceException.Unavailable(
                    "table %s has become another one, or has another key, since its copy began"
                            .formatted(table.name()));
        }
        return now;
    }

    private void read(CopySnapshot snapshot, TableShape shape, KeyOrder order)
            throws SQLException, InterruptedException {
        try (CopyReader reader =
                new CopyReader(this, shape, schema, partition, options, snapshot, order)) {
            reader.run();
        }
    }

    /// A connection that ends with the copy. Blocks.
    Connection connect(KeyOrder order) throws SQLException, InterruptedException {
        Connection connection = keep(connections.sql());
        CopyReader.tune(connection, order);
        return connection;
    }

    /// Ends a connection in the middle of whatever it does.
    void abandon(Connection connection) throws SQLException {
        lock.lock();
        try {
            open.remove(connection);
        } finally {
            lock.unlock();
        }
        connection.abort(Runnable::run);
    }

    private Connection keep(Connection connection) throws SQLException, InterruptedException {
        lock.lock();
        try {
            if (!closed && failure == null) {
                open.add(connection);
                return connection;
            }
        } finally {
            lock.unlock();
        }
        connection.close();
        throw new InterruptedException("copy of " + table.name() + " is over");
    }

    /// What a thread of a copy does.
    @FunctionalInterface
    private interface Work {
        void run() throws SQLException, InterruptedException;
    }

    private Thread start(Work work) {
        Thread thread =
                threads.newThread(() -> {
                    try {
                        work.run();
                    } catch (InterruptedException e) {
                        // Nobody wants more.
                    } catch (SQLException e) {
                        fail(PostgresFailures.of(connections.settings(), e));
                    } catch (MillraceException e) {
                        fail(e);
                    } catch (RuntimeException | Error e) {
                        fail(new MillraceException.Bug("copy of " + table.name(), e));
                    }
                });
        lock.lock();
        try {
            running.add(thread);
            thread.setName("copy-%s-%d".formatted(binding.index(), running.size()));
        } finally {
            lock.unlock();
        }
        thread.start();
        return thread;
    }

    private void fail(MillraceException reason) {
        lock.lock();
        try {
            if (failure == null && !closed) {
                failure = reason;
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        abort();
    }

    private void abort() {
        List<Connection> connected;
        lock.lock();
        try {
            connected = List.copyOf(open);
        } finally {
            lock.unlock();
        }
        for (Connection connection : connected) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                // It is closed already.
            }
        }
    }

    /// Ends the readers and their connections. Blocks for a moment.
    @Override
    public void close() {
        List<Thread> ending;
        lock.lock();
        try {
            closed = true;
            queue.clear();
            changed.signalAll();
            ending = List.copyOf(running);
        } finally {
            lock.unlock();
        }
        abort();
        try {
            for (Thread thread : ending) {
                thread.join(END_WAIT_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
