package io.millrace.bench;

import io.millrace.node.dev.DevDatabase;
import io.millrace.node.dev.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;

/// A Postgres server of this run with one table, a publication of it, and a slot from before its
/// first row. Every side reads a copy of that slot, so each finds the same log.
final class WalServer implements AutoCloseable {
    static final String DATABASE = "postgres";
    static final String TABLE = "sale";
    static final String PUBLICATION = "sale";

    /// From before the first row.
    private static final String SLOT = "sale";

    private static final int TRANSACTION_ROWS = 1_000;

    private final EmbeddedPostgres server;

    private WalServer(EmbeddedPostgres server) {
        this.server = server;
    }

    static WalServer start(Path home) throws SQLException {
        // Nothing has to outlive the machine, on any side.
        var server =
                EmbeddedPostgres.start(
                        Path.of("target", "postgres-server"),
                        home,
                        0,
                        Map.of("fsync", "off", "full_page_writes", "off", "max_wal_size", "8GB"));
        // A run that is cut off leaves nothing behind; stopping twice does no harm.
        Runtime.getRuntime().addShutdownHook(new Thread(server::stop, "postgres-stop"));
        var started = new WalServer(server);
        execute(
                started.database(),
                """
                CREATE TABLE sale (
                    id bigint PRIMARY KEY,
                    customer int NOT NULL,
                    status text NOT NULL,
                    amount numeric(12,2) NOT NULL,
                    note text NOT NULL,
                    sold_at timestamptz NOT NULL)
                """,
                "CREATE PUBLICATION sale FOR TABLE sale",
                "SELECT pg_create_logical_replication_slot('sale', 'pgoutput')");
        return started;
    }

    DevDatabase database() {
        return server.database(DATABASE);
    }

    /// Inserts rows in transactions of a thousand.
    void fill(int rows) throws SQLException {
        try (Connection connection = database().connect();
                var insert =
                        connection.prepareStatement(
                                """
                                INSERT INTO sale SELECT n, n % 500000,
                                    (ARRAY['open','paid','sent','back'])[1 + n % 4],
                                    (n % 1000000)::numeric / 100, 'sale number ' || n || ' of the shop',
                                    timestamptz '2026-01-01' + n * interval '1 second'
                                FROM generate_series(?::bigint, ?::bigint) AS n
                                """)) {
            for (int from = 0; from < rows; from += TRANSACTION_ROWS) {
                insert.setLong(1, from);
                insert.setLong(2, Math.min(rows, from + TRANSACTION_ROWS) - 1);
                insert.executeUpdate();
            }
        }
    }

    /// A slot that stands where the first row begins.
    static void copySlot(DevDatabase database, String name) throws SQLException {
        execute(
                database,
                "SELECT pg_copy_logical_replication_slot('%s', '%s')".formatted(SLOT, name));
    }

    /// Where a reader of the slot begins.
    static long confirmedLsn(DevDatabase database, String slot) throws SQLException {
        try (Connection connection = database.connect();
                var statement = connection.createStatement();
                var answer =
                        statement.executeQuery(
                                "SELECT confirmed_flush_lsn - '0/0' FROM pg_replication_slots"
                                        + " WHERE slot_name = '%s'".formatted(slot))) {
            answer.next();
            return answer.getLong(1);
        }
    }

    static void dropSlot(DevDatabase database, String name) throws SQLException {
        execute(
                database,
                "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots"
                        + " WHERE slot_name = '%s' AND active_pid IS NOT NULL".formatted(name),
                "SELECT pg_drop_replication_slot('%s')".formatted(name));
    }

    static void execute(DevDatabase database, String... statements) throws SQLException {
        try (Connection connection = database.connect();
                var statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void close() {
        server.stop();
    }
}
