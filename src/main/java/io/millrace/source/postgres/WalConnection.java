package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/// The driver's stream of a slot, made safe. Confined to the thread of the log, but for [#abort].
final class WalConnection implements AutoCloseable {
    /// After this long in the middle of a message the driver forgets that it has read a part of it:
    /// the connection is of no use any more. The server has given up long before.
    private static final long STALL_SECONDS = 120;

    private final PostgresSettings settings;
    private final LongSupplier nanoClock;

    /// The stream alone does not keep the connection from being collected, which closes it.
    private final Connection connection;

    private final Timelines timelines;
    private @Nullable PGReplicationStream stream;

    private WalConnection(
            PostgresSettings settings,
            LongSupplier nanoClock,
            Connection connection,
            Timelines timelines) {
        this.settings = settings;
        this.nanoClock = nanoClock;
        this.connection = connection;
        this.timelines = timelines;
    }

    /// Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server does not let us in
    static WalConnection open(PostgresConnections connections, LongSupplier nanoClock) {
        Connection connection = connections.replication();
        try {
            return new WalConnection(
                    connections.settings(), nanoClock, connection, Timelines.read(connection));
        } catch (SQLException e) {
            close(connection);
            throw PostgresFailures.of(connections.settings(), e);
        }
    }

    Timelines timelines() {
        return timelines;
    }

    /// @throws MillraceException.Fenced when there is no slot that can be read
    SlotFacts slot() {
        try {
            SlotFacts facts =
                    SlotFacts.read(connection, settings.slot())
                            .orElseThrow(() -> SlotFacts.missing(settings));
            facts.checkReadable(settings);
            return facts;
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// The process of the server at the other end.
    int serverPid() {
        try {
            return connection.unwrap(PGConnection.class).getBackendPID();
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// Begins to stream what is committed behind a position.
    ///
    /// @throws MillraceException.Unavailable when somebody else reads the slot
    void start(long fromLsn) {
        try {
            stream =
                    connection
                            .unwrap(PGConnection.class)
                            .getReplicationAPI()
                            .replicationStream()
                            .logical()
                            .withSlotName(settings.slot())
                            .withStartPosition(LogSequenceNumber.valueOf(fromLsn))
                            .withSlotOption("proto_version", 1)
                            .withSlotOption(
                                    "publication_names", TableName.quoted(settings.publication()))
                            .withSlotOption("messages", true)
                            .withStatusInterval(Math.toIntExact(STALL_SECONDS), TimeUnit.SECONDS)
                            // Else the driver confirms what nobody has committed.
                            .withAutomaticFlush(false)
                            .start();
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// The next message; null when none has arrived. Waits for a millisecond at most.
    ///
    /// @param now the nanosecond clock
    @Nullable ByteBuffer read(long now) {
        PGReplicationStream open = open();
        try {
            ByteBuffer message = open.readPending();
            if (message == null && open.isClosed()) {
                throw new MillraceException.Unavailable(
                        "database %s ended the stream of slot %s"
                                .formatted(settings.place(), settings.slot()));
            }
            if (message == null
                    && nanoClock.getAsLong() - now > TimeUnit.SECONDS.toNanos(STALL_SECONDS) / 2) {
                throw new MillraceException.Unavailable(
                        "database %s stopped in the middle of a message"
                                .formatted(settings.place()));
            }
            return message;
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// Behind this the server has sent nothing yet, as its last word says; to be trusted only when
    /// nothing waits to be read and no transaction is under way.
    long sentLsn() {
        return open().getLastReceiveLSN().asLong();
    }

    /// Tells the server that we are here, and what it may forget.
    ///
    /// @param flushedLsn 0 when that is not known
    void report(long flushedLsn) {
        PGReplicationStream open = open();
        try {
            if (flushedLsn > 0) {
                LogSequenceNumber flushed = LogSequenceNumber.valueOf(flushedLsn);
                open.setFlushedLSN(flushed);
                open.setAppliedLSN(flushed);
            }
            open.forceUpdateStatus();
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    private PGReplicationStream open() {
        PGReplicationStream open = stream;
        if (open == null) {
            throw new MillraceException.Bug("stream of " + settings.slot() + " is not started");
        }
        return open;
    }

    /// Ends whatever the thread of the log waits for. May be called by any thread.
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// Cut off rather than closed: a good-bye would wait until the server has sent the transaction
    /// that it is sending.
    @Override
    public void close() {
        close(connection);
    }

    private static void close(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw new MillraceException.Bug("a connection cannot be given up", e);
        }
    }
}
