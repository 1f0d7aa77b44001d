package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Looks at the slot now and then, through a connection of its own. Confined to the thread of the
/// log.
final class SlotWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(SlotWatch.class.getName());

    /// The server sends the log up to what is on its disk. On a quiet server the last bytes before
    /// the end may never get there, or be nothing but the head of a page; a message that means
    /// nothing takes the end further.
    private static final String HEARTBEAT =
            "SELECT pg_catalog.pg_logical_emit_message(false, 'millrace', '')";

    private final PostgresConnections connections;
    private final long intervalNanos;
    private final LongSupplier nanoClock;
    private @Nullable Connection connection;
    private @Nullable Long lookNanos;

    /// Where the log ended, and had been read to, at the last look.
    private long endLsn;

    private long reachedLsn;

    SlotWatch(PostgresConnections connections, Duration interval, LongSupplier nanoClock) {
        this.connections = connections;
        this.intervalNanos = interval.toNanos();
        this.nanoClock = nanoClock;
    }

    /// Null when it is too early for a look, or nothing was seen. Blocks.
    @Nullable SlotFacts look(long reached) {
        long now = nanoClock.getAsLong();
        if (lookNanos != null && now - lookNanos < intervalNanos) {
            return null;
        }
        lookNanos = now;
        try {
            if (connection == null) {
                connection = connections.sql();
            }
            SlotFacts slot = SlotFacts.read(connection, connections.settings().slot()).orElse(null);
            if (slot != null) {
                if (slot.endLsn() == endLsn && reached == reachedLsn && reached < endLsn) {
                    beat(connection);
                }
                endLsn = slot.endLsn();
                reachedLsn = reached;
            }
            return slot;
        } catch (SQLException | MillraceException e) {
            // Nothing depends on it; the stream itself notices when the server is gone.
            LOG.log(Level.DEBUG, "slot not seen source=" + connections.settings().source(), e);
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
