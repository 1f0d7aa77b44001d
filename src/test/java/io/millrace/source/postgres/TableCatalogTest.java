package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.Unavailable;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.source.postgres.TableShape.ReplicaIdentity;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableCatalogTest {
    private static final TestDatabase DATABASE = TestPostgres.database("catalog");

    @BeforeAll
    static void tables() {
        DATABASE.execute(
                "CREATE TABLE track (track_id int PRIMARY KEY, title text NOT NULL, price numeric,"
                        + " _hidden text)",
                "CREATE TABLE heap (a int, b text)",
                "CREATE TABLE named (a int NOT NULL, b text NOT NULL, c text)",
                "CREATE UNIQUE INDEX named_b_a ON named (b, a) INCLUDE (c)",
                "CREATE UNIQUE INDEX named_some ON named (a) WHERE a > 7",
                "CREATE UNIQUE INDEX named_c ON named (c)",
                "CREATE UNIQUE INDEX named_upper ON named (upper(b))",
                "CREATE TABLE silent (id int PRIMARY KEY)",
                "ALTER TABLE silent REPLICA IDENTITY NOTHING",
                "CREATE UNLOGGED TABLE forgetful (id int PRIMARY KEY)",
                "CREATE VIEW seen AS SELECT * FROM track",
                "CREATE TABLE document (id jsonb PRIMARY KEY)",
                "CREATE TABLE parted (id int, at date, note text, PRIMARY KEY (at, id))"
                        + " PARTITION BY RANGE (at)",
                "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM ('2020-01-01') TO"
                        + " ('2021-01-01')",
                "CREATE TABLE muted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE muted_1 PARTITION OF muted FOR VALUES FROM (0) TO (9)",
                "ALTER TABLE muted_1 REPLICA IDENTITY NOTHING",
                "CREATE TABLE partial (id int PRIMARY KEY, shown text, secret text)",
                "CREATE TABLE keyless (id int PRIMARY KEY, shown text)",
                "CREATE SCHEMA \"Odd.Schema\"",
                "CREATE TABLE \"Odd.Schema\".\"It's\" (\"Id\" bigint PRIMARY KEY, \"a.b\" text)",
                "CREATE PUBLICATION pub FOR TABLE track, named, parted, \"Odd.Schema\".\"It's\","
                        + " partial (id, shown) WHERE (id > 10), keyless (shown)"
                        + " WITH (publish_via_partition_root = true)");
    }

    private static PostgresConnections connections() {
        return TestSources.connections(DATABASE, "slot", "pub");
    }

    private static TableShape read(String table, @Nullable String keyIndex) {
        try (var connection = connections().sql()) {
            return new TableCatalog(new TypeCatalog())
                    .read(connection, TableName.parse(table).orElseThrow(), "pub", keyIndex);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static TableShape preview(String table, @Nullable String keyIndex) {
        try (var connection = connections().sql()) {
            return new TableCatalog(new TypeCatalog())
                    .preview(connection, TableName.parse(table).orElseThrow(), keyIndex);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theKeyIsThePrimaryKeyAndFieldsComeFromTheColumns() {
        var shape = read("track", null);

        assertEquals(List.of("track_id"), shape.key());
        assertEquals(ReplicaIdentity.DEFAULT, shape.identity());
        assertFalse(shape.partitioned());
        assertNull(shape.rowFilter());
        assertEquals(
                List.of("track_id", "title", "price", "_hidden"),
                shape.columns().stream().map(Column::name).toList());
        assertEquals(Field.of("track_id", FieldType.LONG), shape.fields().getFirst());
        assertEquals(
                List.of("track_id", "title", "price"),
                shape.fields().stream().map(Field::path).toList());
        assertTrue(shape.column("price").orElseThrow().nullable());
        assertFalse(shape.column("title").orElseThrow().nullable());
    }

    @Test
    void anotherUniqueIndexIsTheKeyWhereItIsTheReplicaIdentityToo() {
        var refusal = assertThrows(InvalidRequest.class, () -> read("named", "named_b_a"));
        DATABASE.execute("ALTER TABLE named REPLICA IDENTITY USING INDEX named_b_a");

        var shape = read("public.named", "named_b_a");

        assertEquals("/source/postgres/table", refusal.pointer());
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .contains(
                                "ALTER TABLE \"public\".\"named\" REPLICA IDENTITY USING INDEX"
                                        + " \"named_b_a\""),
                refusal.getMessage());
        assertEquals(List.of("b", "a"), shape.key());
        assertEquals(ReplicaIdentity.INDEX, shape.identity());
    }

    @ParameterizedTest
    @CsvSource({
        "heap,, has no primary key",
        "named,, has no primary key",
        "named, named_x, has no index named_x",
        "named, named_some, does not tell rows apart",
        "named, named_c, does not tell rows apart",
        "named, named_upper, does not tell rows apart",
        "silent,, REPLICA IDENTITY DEFAULT",
        "forgetful,, SET LOGGED",
        "seen,, is a view",
        "document,, cannot be part of a key",
        "parted_1,, is a partition of public.parted",
        "muted,, ALTER TABLE public.muted_1 REPLICA IDENTITY DEFAULT"
    })
    void whatCannotBeKeptInStepIsRefusedWithWhatToDo(
            String table, @Nullable String index, String message) {
        var refusal = assertThrows(InvalidRequest.class, () -> preview(table, index));

        assertTrue(String.valueOf(refusal.getMessage()).contains(message), refusal.getMessage());
    }

    @Test
    void rowsOfPartitionsBelongToTheirRoot() {
        var shape = read("parted", null);

        assertTrue(shape.partitioned());
        assertEquals(List.of("at", "id"), shape.key());
    }

    @Test
    void onlyWhatIsPublishedIsThere() {
        var shape = read("partial", null);

        assertEquals(List.of("id", "shown"), shape.columns().stream().map(Column::name).toList());
        assertEquals("(id > 10)", shape.rowFilter());
        var refusal = assertThrows(InvalidRequest.class, () -> read("keyless", null));
        assertTrue(
                String.valueOf(refusal.getMessage())
                        .contains("publication pub leaves out column id"),
                refusal.getMessage());
    }

    @Test
    void namesAreAsTheCatalogHasThem() {
        var shape = read("\"Odd.Schema\".It's", null);

        assertEquals(new TableName("Odd.Schema", "It's"), shape.name());
        assertEquals(List.of("Id"), shape.key());
        assertEquals("\"Odd.Schema\".\"It's\"", shape.name().quoted());
        assertThrows(Unavailable.class, () -> read("Track", null));
    }

    @Test
    void aTableThatIsNotThereOrNotPublishedIsWaitedFor() {
        assertEquals(
                "table public.absent does not exist yet",
                assertThrows(Unavailable.class, () -> read("absent", null)).getMessage());
        assertEquals(
                "publication pub does not have table public.silent yet: ALTER PUBLICATION \"pub\" ADD"
                        + " TABLE \"public\".\"silent\"",
                assertThrows(Unavailable.class, () -> read("silent", null)).getMessage());
    }
}
