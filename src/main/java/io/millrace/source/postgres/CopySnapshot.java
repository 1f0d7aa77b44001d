package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.ReplicationSlotInfo;

/// A state of the database that other connections can look at, and its exact place in the log: it
/// holds the transactions that end at or before [#position], and no other. Lives as long as its
/// connection.
///
/// The server gives such a pair only with a new slot, so there is one for the time of the copy.
final class CopySnapshot implements AutoCloseable {
    /// Whatever ends a session that says nothing for a while; each server knows some of them.
    private static final String NO_TIMEOUTS =
            """
            SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings
            WHERE name IN ('idle_in_transaction_session_timeout', 'idle_session_timeout',
                           'statement_timeout', 'transaction_timeout', 'lock_timeout')\
            """;

    /// The files of a table and its partitions: others when it was written anew, which snapshots
    /// from before do not survive: they see no rows.
    private static final String FILES =
            """
            SELECT pg_catalog.string_agg(
                       f.relation::bigint || '=' ||
                           coalesce(pg_catalog.pg_relation_filenode(f.relation), 0), ' '
                       ORDER BY f.relation)
            FROM (SELECT ?::bigint::oid AS relation
                  UNION SELECT relid FROM pg_catalog.pg_partition_tree(?::bigint::oid::regclass)) f\
            """;

    private static final int NAME_BYTES_MAX = 63;

    private final Connection connection;
    private final TableShape table;
    private final String files;
    private final String name;
    private final long position;

    private CopySnapshot(
            Connection connection, TableShape table, String files, String name, long position) {
        this.connection = connection;
        this.table = table;
        this.files = files;
        this.name = name;
        this.position = position;
    }

    /// Blocks until all transactions that write now have ended.
    ///
    /// @param replication a connection that can stream the log; given away
    /// @param sql another one, used until this returns
    static CopySnapshot take(
            PostgresSettings settings, Connection replication, Connection sql, TableShape table)
            throws SQLException {
        endless(replication);
        String files = files(sql, table);
        PGConnection driver = replication.unwrap(PGConnection.class);
        ReplicationSlotInfo slot =
                driver.getReplicationAPI()
                        .createReplicationSlot()
                        .logical()
                        .withSlotName(slotName(settings, driver.getBackendPID()))
                        .withOutputPlugin("pgoutput")
                        .withTemporaryOption()
                        .make();
        @Nullable String name = slot.getSnapshotName();
        if (name == null) {
            throw new MillraceException.Unavailable(
                    "database %s gave no snapshot with a slot".formatted(settings.place()));
        }
        return new CopySnapshot(
                replication, table, files, name, slot.getConsistentPoint().asLong());
    }

    /// A process has one slot of this kind at most.
    private static String slotName(PostgresSettings settings, int pid) {
        String suffix = "_copy_" + pid;
        String slot = settings.slot();
        return slot.substring(0, Math.min(slot.length(), NAME_BYTES_MAX - suffix.length()))
                + suffix;
    }

    /// Nothing ends the session while an index takes its time.
    static void endless(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(NO_TIMEOUTS);
        }
    }

    long position() {
        return position;
    }

    /// Begins a transaction that sees this state, and keeps the table as it is until it ends.
    ///
    /// @param sql without automatic commits
    /// @throws MillraceException.Unavailable when this state of the table is lost
    void enter(Connection sql) throws SQLException {
        try (Statement statement = sql.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
            statement.execute("SET TRANSACTION SNAPSHOT " + TableName.literal(name));
            statement.execute(
                    "LOCK TABLE %s%s IN ACCESS SHARE MODE"
                            .formatted(table.partitioned() ? "" : "ONLY ", table.name().quoted()));
        }
        if (!files(sql, table).equals(files)) {
            throw new MillraceException.Unavailable(
                    ("table %s was written anew (TRUNCATE, ALTER TABLE, VACUUM FULL) or has other"
                                    + " partitions since its copy began; the rest is copied from"
                                    + " another snapshot")
                            .formatted(table.name()));
        }
    }

    private static String files(Connection sql, TableShape table) throws SQLException {
        try (PreparedStatement question = sql.prepareStatement(FILES)) {
            question.setLong(1, table.oid());
            question.setLong(2, table.oid());
            try (ResultSet answer = question.executeQuery()) {
                answer.next();
                return String.valueOf(answer.getString(1));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
