package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.Unavailable;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SourceSetupTest {
    private static final TableName TRACK = new TableName("public", "track");

    private final TestDatabase database = TestPostgres.database("setup");

    /// Slots and roles belong to the server.
    private final String own = database.name();

    private final String reader = own + "_reader";
    private final String maker = own + "_maker";

    @BeforeEach
    void tables() {
        database.execute(
                "CREATE TABLE track (id int PRIMARY KEY, title text)",
                "CREATE TABLE album (id int PRIMARY KEY, title text)",
                "CREATE TABLE heap (id int)",
                "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE ROLE %s LOGIN REPLICATION".formatted(reader),
                "CREATE ROLE %s LOGIN REPLICATION".formatted(maker));
    }

    @AfterEach
    void slots() {
        database.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE"
                        + " database = current_database()",
                "DROP OWNED BY %s, %s".formatted(reader, maker),
                "DROP ROLE %s, %s".formatted(reader, maker));
    }

    private SourceSetup setup(String user, boolean managed) {
        return new SourceSetup(
                new PostgresConnections(
                        () -> TestSources.settings(database, user, own, "pub_" + own, managed)));
    }

    private SourceSetup setup() {
        return setup(database.at().user(), true);
    }

    private List<String> published() {
        return database
                .rows("SELECT tablename FROM pg_publication_tables ORDER BY tablename")
                .stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    private List<String> slotsThere() {
        return database
                .rows(
                        "SELECT slot_name || ' ' || plugin FROM pg_replication_slots WHERE database ="
                                + " current_database()")
                .stream()
                .map(row -> String.valueOf(row.getFirst()))
                .toList();
    }

    @Test
    void slotAndPublicationAreMadeOnceAndGrowByTables() {
        setup().prepare(TRACK, null);
        String confirmed =
                database.value(
                        "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE"
                                + " slot_name = '%s'".formatted(own));

        setup().prepare(new TableName("public", "album"), null);
        setup().prepare(TRACK, null);

        assertEquals(List.of("album", "track"), published());
        assertEquals(List.of(own + " pgoutput"), slotsThere());
        assertEquals(
                confirmed,
                database.value(
                        "SELECT confirmed_flush_lsn::text FROM pg_replication_slots WHERE"
                                + " slot_name = '%s'".formatted(own)));
        assertEquals(
                "t", database.value("SELECT pubviaroot::text FROM pg_publication").substring(0, 1));
    }

    @Test
    void bothGoWithTheSource() {
        setup().prepare(TRACK, null);

        setup().drop();
        setup().drop();

        assertEquals(List.of(), published());
        assertEquals(List.of(), slotsThere());
    }

    // A table that is published and cannot tell its rows apart refuses every UPDATE of anybody.
    @Test
    void aTableThatCannotBeFollowedIsNotPublished() {
        setup().prepare(TRACK, null);

        assertThrows(
                InvalidRequest.class, () -> setup().prepare(new TableName("public", "heap"), null));

        assertEquals(List.of("track"), published());
        database.execute("INSERT INTO heap VALUES (1)", "UPDATE heap SET id = 2");
    }

    @Test
    void whatSomebodyElseMakesIsAskedForInHisWords() {
        var noPublication =
                assertThrows(Unavailable.class, () -> setup(reader, false).prepare(TRACK, null));
        String create = statement(noPublication);
        database.execute(create);
        var noSlot =
                assertThrows(Unavailable.class, () -> setup(reader, false).prepare(TRACK, null));
        database.execute(statement(noSlot));

        setup(reader, false).prepare(TRACK, null);

        assertTrue(create.startsWith("CREATE PUBLICATION \"pub_" + own), create);
        assertEquals(List.of(own + " pgoutput"), slotsThere());
        setup(reader, false).drop();
        assertEquals(List.of("track"), published());
    }

    private static String statement(Unavailable refusal) {
        String message = String.valueOf(refusal.getMessage());
        return message.substring(message.indexOf("yet: ") + 5);
    }

    // The least a role needs where somebody else makes slot and publication: src/docs/postgres.md.
    @Test
    void aReaderNeedsToReplicateAndToSelect() throws SQLException {
        setup().prepare(TRACK, null);
        database.execute("INSERT INTO track VALUES (1, 'a')");
        var connections =
                new PostgresConnections(
                        () -> TestSources.settings(database, reader, own, "pub_" + own, false));
        new SourceSetup(connections).prepare(TRACK, null);
        try (Connection connection = connections.sql()) {
            var denied = assertThrows(SQLException.class, () -> count(connection));
            assertEquals("42501", denied.getSQLState());
        }

        database.execute("GRANT SELECT ON track TO " + reader);

        try (Connection connection = connections.sql();
                var statement = connection.createStatement()) {
            assertEquals(1, count(connection));
            assertEquals(
                    List.of("id", "title"),
                    new TableCatalog(new TypeCatalog())
                            .read(connection, TRACK, "pub_" + own, null).columns().stream()
                                    .map(Column::name)
                                    .toList());
            statement.execute("SELECT pg_logical_emit_message(false, 'millrace', '')");
            statement.execute("SELECT pg_current_wal_insert_lsn()");
        }
        try (Connection replication = connections.replication();
                var statement = replication.createStatement();
                var slot =
                        statement.executeQuery(
                                "CREATE_REPLICATION_SLOT copy_%s TEMPORARY LOGICAL pgoutput"
                                        .formatted(own))) {
            assertTrue(slot.next());
        }
    }

    private static int count(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT count(*) FROM public.track")) {
            rows.next();
            return rows.getInt(1);
        }
    }

    // The least a role needs to make slot and publication itself: src/docs/postgres.md.
    @Test
    void aMakerOwnsTheTableAndMayCreateInTheDatabase() {
        var refusal =
                assertThrows(Unavailable.class, () -> setup(maker, true).prepare(TRACK, null));
        database.execute("GRANT CREATE ON DATABASE %s TO %s".formatted(own, maker));
        var second = assertThrows(Unavailable.class, () -> setup(maker, true).prepare(TRACK, null));

        database.execute("ALTER TABLE track OWNER TO " + maker);
        setup(maker, true).prepare(TRACK, null);

        assertTrue(
                String.valueOf(refusal.getMessage()).contains("does not let role " + maker),
                refusal.getMessage());
        assertTrue(
                String.valueOf(second.getMessage()).contains("must be owner"), second.getMessage());
        assertEquals(List.of("track"), published());
        setup(maker, true).drop();
        assertEquals(List.of(), slotsThere());
    }

    @Test
    void aPublicationThatLeavesThingsOutIsRefused() {
        database.execute(
                "CREATE PUBLICATION pub_%s FOR TABLE track, parted WITH (publish = 'insert')"
                        .formatted(own));
        var inserts =
                assertThrows(Unavailable.class, () -> setup(reader, false).prepare(TRACK, null));
        database.execute(
                "ALTER PUBLICATION pub_%s SET (publish = 'insert, update, delete, truncate')"
                        .formatted(own));
        var partitions =
                assertThrows(
                        Unavailable.class,
                        () ->
                                setup(reader, false)
                                        .prepare(new TableName("public", "parted"), null));

        assertTrue(String.valueOf(inserts.getMessage()).contains("leaves changes out"));
        assertTrue(
                String.valueOf(partitions.getMessage()).contains("publish_via_partition_root"),
                partitions.getMessage());
    }
}
