package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What a source needs in its database: a publication that shows its tables, and a slot that keeps
/// the log. Makes them where the source says so, else says who should do what. May be shared
/// between threads; every call uses a connection of its own.
final class SourceSetup {
    private static final Logger LOG = System.getLogger(SourceSetup.class.getName());

    /// The oldest server that says which columns it publishes.
    private static final int VERSION_MIN = 150_000;

    private static final int GENERATED_COLUMNS_VERSION = 180_000;
    private static final int FAILOVER_SLOTS_VERSION = 170_000;

    /// A slot comes to be when all transactions that ran before have ended.
    private static final Duration SLOT_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration NETWORK_TIMEOUT = SLOT_TIMEOUT.plusSeconds(30);

    private static final String DUPLICATE_OBJECT = "42710";
    private static final String QUERY_CANCELED = "57014";
    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    private static final String SERVER =
            """
            SELECT current_setting('server_version_num')::int, current_setting('server_version'),
                   current_setting('wal_level'), current_setting('server_encoding'),
                   pg_is_in_recovery()\
            """;

    private static final String PUBLICATION =
            """
            SELECT pubinsert AND pubupdate AND pubdelete, pubtruncate, pubviaroot
            FROM pg_catalog.pg_publication WHERE pubname = ?\
            """;

    private static final String IS_PUBLISHED =
            """
            SELECT 1 FROM pg_catalog.pg_publication_tables
            WHERE pubname = ? AND schemaname = ? AND tablename = ?\
            """;

    private final PostgresConnections connections;

    SourceSetup(PostgresConnections connections) {
        this.connections = connections;
    }

    /// The table is published and the slot is there when it returns: what is committed from then on
    /// is kept. May be repeated. Blocks.
    ///
    /// @param keyIndex see [TableCatalog#read]
    /// @throws MillraceException.InvalidRequest when the table cannot be followed, with what to do
    /// @throws MillraceException.Unavailable when the server cannot be asked, does not let us, or
    ///   lacks what somebody else should make
    void prepare(TableName table, @Nullable String keyIndex) {
        PostgresSettings settings = connections.settings();
        try (Connection connection = connections.sql()) {
            connection.setNetworkTimeout(
                    Runnable::run, Math.toIntExact(NETWORK_TIMEOUT.toMillis()));
            int version = checkServer(connection, settings);
            TableShape shape =
                    new TableCatalog(new TypeCatalog()).preview(connection, table, keyIndex);
            publish(connection, settings, shape, version);
            if (!slotExists(connection, settings)) {
                createSlot(connection, settings, version);
            }
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// Slot and publication are gone when it returns, if they are ours. May be repeated. Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server cannot be asked, or somebody reads the
    ///   slot
    void drop() {
        PostgresSettings settings = connections.settings();
        if (!settings.managed()) {
            return;
        }
        try (Connection connection = connections.sql()) {
            dropSlot(connection, settings);
            try (Statement statement = connection.createStatement()) {
                statement.execute(
                        "DROP PUBLICATION IF EXISTS " + TableName.quoted(settings.publication()));
            }
            LOG.log(
                    Level.INFO,
                    "slot and publication dropped source={0} slot={1} publication={2}",
                    settings.source(),
                    settings.slot(),
                    settings.publication());
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    static void dropSlot(Connection connection, PostgresSettings settings) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE"
                                + " slot_name = ?")) {
            statement.setString(1, settings.slot());
            statement.execute();
        }
    }

    private static int checkServer(Connection connection, PostgresSettings settings)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(SERVER)) {
            answer.next();
            int version = answer.getInt(1);
            if (version < VERSION_MIN) {
                throw refused(
                        settings, "runs version %s, expected 15 or newer", answer.getString(2));
            }
            if (!answer.getString(3).equals("logical")) {
                throw refused(
                        settings,
                        "runs with wal_level = %s, expected logical: ALTER SYSTEM SET wal_level ="
                                + " logical, and restart the server",
                        answer.getString(3));
            }
            if (answer.getString(4).equals("SQL_ASCII")) {
                throw refused(
                        settings,
                        "has encoding SQL_ASCII, which does not say what its texts are; expected a"
                                + " real encoding such as UTF8");
            }
            if (answer.getBoolean(5)) {
                throw refused(
                        settings,
                        "is a standby, expected the primary that the table is written to");
            }
            return version;
        }
    }

    private void publish(
            Connection connection, PostgresSettings settings, TableShape shape, int version)
            throws SQLException {
        if (!publicationExists(connection, settings, shape)) {
            if (!settings.managed()) {
                throw refused(
                        settings, "has no publication yet: %s", create(settings, shape, version));
            }
            ours(connection, settings, create(settings, shape, version));
        }
        if (settings.managed() && !isPublished(connection, settings, shape.name())) {
            ours(
                    connection,
                    settings,
                    "ALTER PUBLICATION %s ADD TABLE %s"
                            .formatted(
                                    TableName.quoted(settings.publication()),
                                    shape.name().quoted()));
        }
    }

    /// What a person may type as well.
    private static String create(PostgresSettings settings, TableShape shape, int version) {
        return "CREATE PUBLICATION %s FOR TABLE %s WITH (publish_via_partition_root = true%s)"
                .formatted(
                        TableName.quoted(settings.publication()),
                        shape.name().quoted(),
                        version < GENERATED_COLUMNS_VERSION
                                ? ""
                                : ", publish_generated_columns = stored");
    }

    private static boolean publicationExists(
            Connection connection, PostgresSettings settings, TableShape shape)
            throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(PUBLICATION)) {
            question.setString(1, settings.publication());
            try (ResultSet answer = question.executeQuery()) {
                if (!answer.next()) {
                    return false;
                }
                String alter =
                        "ALTER PUBLICATION %s SET "
                                .formatted(TableName.quoted(settings.publication()));
                boolean truncates =
                        answer.getBoolean(2) || settings.truncate() == TruncatePolicy.IGNORE;
                if (!answer.getBoolean(1) || !truncates) {
                    throw refused(
                            settings,
                            "leaves changes out of publication %s: %s(publish = 'insert, update, delete,"
                                    + " truncate')",
                            settings.publication(),
                            alter);
                }
                if (shape.partitioned() && !answer.getBoolean(3)) {
                    throw refused(
                            settings,
                            "publishes table %s by its partitions: %s(publish_via_partition_root ="
                                    + " true)",
                            shape.name(),
                            alter);
                }
                return true;
            }
        }
    }

    private static boolean isPublished(
            Connection connection, PostgresSettings settings, TableName table) throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(IS_PUBLISHED)) {
            question.setString(1, settings.publication());
            question.setString(2, table.schema());
            question.setString(3, table.table());
            try (ResultSet answer = question.executeQuery()) {
                return answer.next();
            }
        }
    }

    private static boolean slotExists(Connection connection, PostgresSettings settings)
            throws SQLException {
        try (PreparedStatement question =
                connection.prepareStatement(
                        "SELECT 1 FROM pg_catalog.pg_replication_slots WHERE slot_name = ?")) {
            question.setString(1, settings.slot());
            try (ResultSet answer = question.executeQuery()) {
                return answer.next();
            }
        }
    }

    /// A slot that a standby keeps as well, where the server can do that.
    private static void createSlot(Connection connection, PostgresSettings settings, int version)
            throws SQLException {
        String create =
                "SELECT pg_create_logical_replication_slot(%s, 'pgoutput'%s)"
                        .formatted(
                                TableName.literal(settings.slot()),
                                version < FAILOVER_SLOTS_VERSION ? "" : ", failover => true");
        if (!settings.managed()) {
            throw refused(settings, "has no slot yet: %s", create);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET statement_timeout = %d".formatted(SLOT_TIMEOUT.toMillis()));
            ours(connection, settings, create);
        } catch (SQLException e) {
            if (QUERY_CANCELED.equals(e.getSQLState())) {
                throw refused(
                        settings,
                        "could not make slot %s within %d s: transactions that began before have to"
                                + " end first; look into pg_stat_activity for old ones",
                        settings.slot(),
                        SLOT_TIMEOUT.toSeconds());
            }
            throw e;
        }
    }

    /// Runs what makes something of ours. Somebody may have been faster.
    private static void ours(Connection connection, PostgresSettings settings, String sql)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            LOG.log(Level.INFO, "prepared source={0}: {1}", settings.source(), sql);
        } catch (SQLException e) {
            if (INSUFFICIENT_PRIVILEGE.equals(e.getSQLState())) {
                throw refused(
                        settings,
                        "does not let role %s do this: %s. Let somebody else do it and define the"
                                + " source with create: false, or grant it (%s)",
                        settings.user(),
                        sql,
                        String.valueOf(e.getMessage()));
            }
            if (!DUPLICATE_OBJECT.equals(e.getSQLState())) {
                throw e;
            }
        }
    }

    private static MillraceException.Unavailable refused(
            PostgresSettings settings, String format, Object... arguments) {
        return new MillraceException.Unavailable(
                "database %s ".formatted(settings.place()) + format.formatted(arguments));
    }
}
