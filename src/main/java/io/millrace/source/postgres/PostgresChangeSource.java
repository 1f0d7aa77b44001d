package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.CopyState;
import io.millrace.change.Position;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.source.RefreshingSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.Progress;
import io.millrace.source.SourceStatus.State;
import io.smallrye.mutiny.Multi;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// One table as the source of one index, read from a log that all indexes of the database share.
/// May be shared between threads.
///
/// The index is attached to the log from the beginning, whether it reads or not: the server keeps
/// what it has not committed until the source is closed.
///
/// Guarded by itself: the reader.
public final class PostgresChangeSource implements RefreshingSource {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    /// Between two looks whether the log is open.
    private static final long OPENING_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final TableBinding binding;
    private final PostgresStream stream;
    private final SourcePartition partition;
    private final Attachment attachment;
    private final Refreshes refreshes = new Refreshes();

    private @Nullable TableReader reader;
    private boolean closed;

    public PostgresChangeSource(TableBinding binding, PostgresStream stream) {
        this.binding = binding;
        this.stream = stream;
        this.partition = new SourcePartition(stream.settings().source(), 0);
        this.attachment = stream.attach(binding.index());
    }

    @Override
    public Start start() {
        PostgresConnections connections = stream.connections();
        PostgresSettings settings = connections.settings();
        // What is published and kept before the position is known, is there from the position on.
        new SourceSetup(connections).prepare(binding.table(), binding.keyIndex());
        try (WalConnection log = WalConnection.open(connections, stream.nanoClock());
                Connection connection = connections.sql()) {
            TableShape shape = OpenedTable.shape(connection, settings, binding);
            shape.checkKey(binding.schema().keyPaths());
            Schema schema = OpenedTable.schema(binding.schema(), shape, shape.key());
            return new Start(
                    OpenedTable.identity(settings, log.timelines(), shape, schema),
                    Checkpoint.of(Map.of(partition, Position.of(log.slot().endLsn())))
                            .withCopies(Map.of(partition, CopyState.NOTHING)),
                    new SourceFields(shape.key(), shape.fields()));
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return Multi.createFrom().publisher(subscriber -> subscribe(identity, from, subscriber));
    }

    private void subscribe(
            SourceIdentity identity,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber) {
        if (from.position(partition) == null) {
            throw new MillraceException.Fenced(
                    "checkpoint %s has no position in source %s"
                            .formatted(from, stream.settings().source()));
        }
        TableReader next;
        synchronized (this) {
            TableReader before = reader;
            if (closed || (before != null && !before.hasEnded() && !before.isCancelled())) {
                throw new MillraceException.Bug(
                        "table %s is read for index %s already, or no more"
                                .formatted(binding.table(), binding.index()));
            }
            next =
                    new TableReader(
                            binding,
                            stream,
                            attachment,
                            identity,
                            partition,
                            refreshes,
                            from,
                            subscriber,
                            before);
            reader = next;
        }
        Thread thread = stream.threads().newThread(next);
        thread.setName("postgres-" + binding.index());
        subscriber.onSubscribe(next);
        thread.start();
    }

    @Override
    public void acknowledge(Checkpoint committed) {
        Position position = committed.position(partition);
        if (position != null) {
            stream.committed(attachment, position.next());
        }
    }

    @Override
    public Refreshed refresh(DocumentKey key, Duration atMost) {
        long deadlineNanos = stream.nanoClock().getAsLong() + atMost.toNanos();
        OpenedTable table = following(deadlineNanos);
        return new RowRefresher(stream, binding, table, refreshes, key, deadlineNanos)
                .run(partition);
    }

    /// The table whose log is read; one that is just being opened is waited for.
    private OpenedTable following(long deadlineNanos) {
        while (true) {
            synchronized (this) {
                OpenedTable table = reader == null ? null : reader.following();
                if (table != null) {
                    return table;
                }
                boolean isOpening = reader != null && !reader.hasEnded() && !reader.isCopying();
                if (!isOpening || stream.nanoClock().getAsLong() >= deadlineNanos) {
                    throw new MillraceException.Unavailable(
                            "table %s is not followed now: %s"
                                    .formatted(
                                            binding.table(),
                                            isOpening
                                                    ? "its log is still being opened"
                                                    : whatItDoes(status())));
                }
            }
            LockSupport.parkNanos(this, OPENING_NANOS);
        }
    }

    @Override
    public void awaited() {
        stream.awaited();
    }

    @Override
    public boolean isPressed() {
        return stream.isPressed(attachment);
    }

    @Override
    public SourceStatus status() {
        return reading().with(stream.retained());
    }

    private synchronized SourceStatus reading() {
        PostgresStream.Status log = stream.status();
        Checkpoint ends =
                log.endLsn() == 0
                        ? Checkpoint.EMPTY
                        : Checkpoint.of(Map.of(partition, Position.of(log.endLsn())));
        if (reader == null) {
            return new SourceStatus(closed ? State.STOPPED : State.STARTING, ends, "");
        }
        MillraceException failure = reader.failure();
        if (failure != null) {
            return new SourceStatus(State.FAILED, ends, String.valueOf(failure.getMessage()));
        }
        if (reader.hasEnded()) {
            return new SourceStatus(State.STOPPED, ends, "");
        }
        if (!reader.isCopying()) {
            return new SourceStatus(log.state(), ends, log.detail());
        }
        Progress progress = reader.progress();
        return progress == null
                ? new SourceStatus(
                        State.STARTING,
                        ends,
                        "the copy of table %s waits for a snapshot: transactions that write now must end first"
                                .formatted(binding.table()))
                : new SourceStatus(State.READING, ends, log.detail(), progress);
    }

    private static String whatItDoes(SourceStatus status) {
        String state = status.state().name().toLowerCase(Locale.ROOT);
        return status.progress() == null
                ? "its source is %s %s".formatted(state, status.detail()).strip()
                : "it is being copied";
    }

    @Override
    public void close() {
        TableReader last;
        synchronized (this) {
            closed = true;
            last = reader;
        }
        if (last != null) {
            last.cancel();
            last.awaitEnd(CLOSE_TIMEOUT);
        }
        stream.detach(attachment);
    }
}
