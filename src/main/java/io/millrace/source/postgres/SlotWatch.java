package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Looks at the slot now and then, through a connection of its own; often while somebody waits for
/// the end of the log. Confined to the thread of the log, but for [#awaited].
final class SlotWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SlotWatch.class.getName());

    /// The server sends the log up to what is on its disk. On a quiet server the last bytes before
    /// the end may never get there, or be nothing but the head of a page; a message that means
    /// nothing takes the end further.
    private static final String HEARTBEAT =
            "SELECT pg_catalog.pg_logical_emit_message(false, 'millrace', '')";

    /// Between two looks while somebody waits.
    private static final long AWAITED_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final PostgresConnections connections;
    private final long intervalNanos;
    private final LongSupplier nanoClock;
    private @Nullable Connection connection;
    private @Nullable Long lookNanos;

    /// Where the log ended, and had been read to, at the last look.
    private long endLsn;

    private long reachedLsn;

    /// Somebody wants the end of the log as it is at the next look.
    private final AtomicBoolean wish = new AtomicBoolean();

    /// What somebody wants read, 0 for nothing.
    private long awaitedLsn;

    SlotWatch(PostgresConnections connections, Duration interval, LongSupplier nanoClock) {
        this.connections = connections;
        this.intervalNanos = interval.toNanos();
        this.nanoClock = nanoClock;
    }

    /// Somebody waits for the end of the log as it is now.
    void awaited() {
        wish.set(true);
    }

    /// Null when it is too early for a look, or nothing was seen. Blocks.
    @Nullable SlotFacts look(long reached) {
        long now = nanoClock.getAsLong();
        boolean waitedFor = reached < awaitedLsn;
        long interval =
                waitedFor || wish.get() ? Math.min(AWAITED_NANOS, intervalNanos) : intervalNanos;
        if (lookNanos != null && now - lookNanos < interval) {
            return null;
        }
        lookNanos = now;
        boolean wished = wish.getAndSet(false);
        awaitedLsn = waitedFor ? awaitedLsn : 0;
        try {
            if (connection == null) {
                connection = connections.sql();
            }
            SlotFacts slot = SlotFacts.read(connection, connections.settings().slot()).orElse(null);
            if (slot != null) {
                boolean stands = reached == reachedLsn && reached < slot.endLsn();
                if (stands && (waitedFor || slot.endLsn() == endLsn)) {
                    beat(connection);
                    // The log is sent beyond it now, once for all who wait.
                    awaitedLsn = 0;
                }
                if (wished) {
                    awaitedLsn = slot.endLsn();
                }
                endLsn = slot.endLsn();
                reachedLsn = reached;
            }
            return slot;
        } catch (SQLException | MillraceException e) {
            // Nothing depends on it; the stream itself notices when the server is gone.
            LOG.log(Level.DEBUG, "slot not seen source=" + connections.settings().source(), e);
            awaitedLsn = 0;
            close();
            return null;
        }
    }

    private static void beat(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(HEARTBEAT);
        }
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "connection not closed", e);
        }
    }
}
