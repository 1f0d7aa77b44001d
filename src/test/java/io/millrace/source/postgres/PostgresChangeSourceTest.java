package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Fenced;
import io.millrace.change.Change;
import io.millrace.change.Reject;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the log of a real server becomes.
class PostgresChangeSourceTest {
    /// Four texts, each too large to stay in its row even when compressed.
    private static final String LARGE =
            "(SELECT string_agg(md5(i::text || '%s'), '') FROM generate_series(1, 400) i)";

    private static String large(String salt) {
        return LARGE.formatted(salt);
    }

    @Test
    void insertUpdateAndDeleteArriveAsTheyWereCommitted() {
        try (var source =
                FollowedSource.of("rows", "CREATE TABLE t (id int PRIMARY KEY, name text)")) {
            // Given
            var index = source.follow("t");

            // When
            source.database.execute(
                    "INSERT INTO t VALUES (1, 'one'), (2, 'two'), (3, NULL)",
                    "UPDATE t SET name = 'zwei' WHERE id = 2",
                    "DELETE FROM t WHERE id = 1");

            // Then
            assertEquals(
                    List.of("{\"id\":2,\"name\":\"zwei\"}", "{\"id\":3,\"name\":null}"),
                    index.catchUp().documents());
            assertEquals(List.of(), index.rejects());
        }
    }

    @Test
    void largeValuesThatAnUpdateDidNotTouchAreKept() {
        // X: an unchanged TOAST column is not in the log; it must not become null
        try (var source =
                FollowedSource.of(
                        "toast",
                        "CREATE TABLE t (id int PRIMARY KEY, n int, body text, tags text[], j jsonb)",
                        "ALTER TABLE t ALTER body SET STORAGE EXTERNAL, ALTER tags SET STORAGE"
                                + " EXTERNAL, ALTER j SET STORAGE EXTERNAL")) {
            // Given
            var index = source.follow("t");
            source.database.execute(
                    "INSERT INTO t SELECT 1, 0, b, ARRAY[b, 'x'], jsonb_build_object('a', b) FROM %s AS f(b)"
                            .formatted(large("1")));
            String before = index.catchUp().documents().getFirst();

            // When
            source.database.execute("UPDATE t SET n = 1");
            String untouched = index.catchUp().documents().getFirst();
            source.database.execute("UPDATE t SET body = NULL, tags = '{short}'");
            String changed = index.catchUp().documents().getFirst();

            // Then
            Change.Upsert update = assertInstanceOf(Change.Upsert.class, index.given().get(1));
            assertEquals(List.of("body", "tags", "j"), update.keep());
            assertEquals(before.replace("\"n\":0", "\"n\":1"), untouched);
            assertTrue(changed.contains("\"body\":null,\"tags\":[\"short\"]"), changed);
            assertTrue(changed.contains("\"j\":{\"a\":\""), changed.substring(0, 200));
        }
    }

    @Test
    void wholeOldRowsFillInWhatAnUpdateDidNotTouch() {
        try (var source =
                FollowedSource.of(
                        "full",
                        "CREATE TABLE t (id int PRIMARY KEY, n int, body text)",
                        "ALTER TABLE t ALTER body SET STORAGE EXTERNAL, REPLICA IDENTITY FULL")) {
            // Given
            var index = source.follow("t");
            source.database.execute(
                    "INSERT INTO t SELECT 1, 0, b FROM %s AS f(b)".formatted(large("1")));
            String before = index.catchUp().documents().getFirst();

            // When: the key changes too, so that nothing under the new key could be kept
            source.database.execute("UPDATE t SET id = 2, n = 1");

            // Then
            assertEquals(
                    List.of(before.replace("\"id\":1,\"n\":0", "\"id\":2,\"n\":1")),
                    index.catchUp().documents());
            assertEquals(List.of(), index.rejects());
        }
    }

    @Test
    void anUpdateOfALargeRowWithoutABaseIsARejectWithItsCells() {
        try (var source =
                FollowedSource.of(
                        "base",
                        "CREATE TABLE t (id int PRIMARY KEY, n int, body text)",
                        "ALTER TABLE t ALTER body SET STORAGE EXTERNAL",
                        "INSERT INTO t SELECT 1, 0, b FROM %s AS f(b)".formatted(large("1")))) {
            // Given: an index that does not hold the row
            var index = source.follow("t");

            // When
            source.database.execute("UPDATE t SET n = 1");

            // Then
            assertEquals(List.of(), index.catchUp().documents());
            Reject reject = index.rejects().getFirst();
            assertEquals(Reject.TOAST_BASE_MISSING, reject.reason());
            assertEquals(
                    "{\"id\":\"1\",\"n\":\"1\"}",
                    new String(reject.origin().value(), StandardCharsets.UTF_8));

            // When, Then: the way out
            source.database.execute("UPDATE t SET body = body || ''");
            assertEquals(1, index.catchUp().size());
        }
    }

    @Test
    void aChangedKeyIsADeleteAndAnUpsertInOneTransaction() {
        try (var source =
                FollowedSource.of(
                        "keys",
                        "CREATE TABLE t (a int, b text, n int, PRIMARY KEY (b, a))",
                        "INSERT INTO t VALUES (1, 'x', 0), (2, 'y', 0)")) {
            // Given
            var index = source.follow("t");
            source.database.execute("UPDATE t SET n = 1");

            // When: keys pass from row to row
            source.database.transaction(
                    "UPDATE t SET a = 3 WHERE a = 1",
                    "UPDATE t SET a = 1, b = 'x' WHERE a = 2",
                    "UPDATE t SET a = 2 WHERE a = 3");

            // Then
            assertEquals(
                    List.of("{\"a\":1,\"b\":\"x\",\"n\":1}", "{\"a\":2,\"b\":\"x\",\"n\":1}"),
                    index.catchUp().documents());
            assertEquals(
                    List.of("Delete", "Upsert", "Delete", "Upsert", "Delete", "Upsert"),
                    index.given().stream()
                            .skip(2)
                            .map(change -> change.getClass().getSimpleName())
                            .toList());
        }
    }

    @ParameterizedTest
    @EnumSource(TruncatePolicy.class)
    void aTruncatedTableIsWhatThePolicySays(TruncatePolicy policy) {
        try (var usual = FollowedSource.of("truncate", "CREATE TABLE t (id int PRIMARY KEY)");
                var source = usual.with(settings -> settings.with(policy))) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1), (2)");
            index.catchUp().commit();

            // When
            source.database.transaction("TRUNCATE t", "INSERT INTO t VALUES (7)");

            // Then
            switch (policy) {
                case APPLY -> assertEquals(List.of("{\"id\":7}"), index.catchUp().documents());
                case IGNORE -> assertEquals(3, index.catchUp().size());
                case HALT -> {
                    Fenced stop = assertInstanceOf(Fenced.class, index.awaitFailure());
                    assertTrue(
                            String.valueOf(stop.getMessage()).contains("public.t was truncated"),
                            stop::getMessage);
                    assertEquals(2, index.size());
                    assertEquals(stop.getMessage(), index.source().status().detail());
                }
            }
        }
    }

    @Test
    void partitionsAreReadAsTheirRoot() {
        try (var source =
                FollowedSource.of(
                        "parts",
                        "CREATE TABLE t (id int PRIMARY KEY, n int) PARTITION BY RANGE (id)",
                        "CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (10)",
                        "CREATE TABLE high PARTITION OF t FOR VALUES FROM (10) TO (20)")) {
            // Given
            var index = source.follow("t");

            // When: a row moves, and a partition comes that has its columns in another order
            source.database.execute(
                    "INSERT INTO t VALUES (1, 1), (11, 1)",
                    "UPDATE t SET id = 12 WHERE id = 1",
                    "CREATE TABLE more (n int, gone int, id int NOT NULL)",
                    "ALTER TABLE more DROP gone",
                    "ALTER TABLE t ATTACH PARTITION more FOR VALUES FROM (20) TO (30)",
                    "INSERT INTO t VALUES (21, 5)",
                    "UPDATE t SET n = 6 WHERE id = 21");

            // Then
            assertEquals(
                    List.of("{\"id\":11,\"n\":1}", "{\"id\":12,\"n\":1}", "{\"id\":21,\"n\":6}"),
                    index.catchUp().documents());
        }
    }

    @Test
    void columnsThatComeGoAndChangeAreFollowed() {
        try (var source =
                FollowedSource.of(
                        "ddl",
                        "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                        "CREATE TABLE t (id int PRIMARY KEY, a int, b text)")) {
            // Given
            var index = source.follow("t");

            // When
            source.database.execute(
                    "INSERT INTO t VALUES (1, 7, 'x')",
                    "ALTER TABLE t ADD c numeric DEFAULT 1.50",
                    "INSERT INTO t VALUES (2, 7, 'x')",
                    "ALTER TABLE t DROP b",
                    "INSERT INTO t VALUES (3, 7)",
                    "ALTER TABLE t RENAME a TO alpha",
                    "INSERT INTO t VALUES (4, 7)",
                    "ALTER TABLE t ALTER alpha TYPE text USING alpha::text",
                    "INSERT INTO t VALUES (5, 'seven')",
                    "ALTER TABLE t ADD m mood",
                    "INSERT INTO t VALUES (6, 'seven', 2, 'happy')");

            // Then
            assertEquals(
                    List.of(
                            "{\"id\":1,\"a\":7,\"b\":\"x\"}",
                            "{\"id\":2,\"a\":7,\"b\":\"x\",\"c\":1.50}",
                            "{\"id\":3,\"a\":7,\"c\":1.50}",
                            "{\"id\":4,\"alpha\":7,\"c\":1.50}",
                            "{\"id\":5,\"alpha\":\"seven\",\"c\":1.50}",
                            "{\"id\":6,\"alpha\":\"seven\",\"c\":2,\"m\":\"happy\"}"),
                    index.catchUp().documents());
        }
    }

    @Test
    void aKeyColumnThatIsGoneStopsTheIndex() {
        try (var source = FollowedSource.of("gone", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t").catchUp();

            // When
            source.database.execute(
                    "ALTER TABLE t RENAME id TO number", "INSERT INTO t VALUES (1, 1)");

            // Then
            Fenced stop = assertInstanceOf(Fenced.class, index.awaitFailure());
            assertTrue(
                    String.valueOf(stop.getMessage()).contains("no column id any more"),
                    stop::getMessage);
        }
    }

    @Test
    void aTableMadeAnewStopsTheIndex() {
        // Its old rows are gone, and the log does not say so
        try (var source = FollowedSource.of("anew", "CREATE TABLE t (id int PRIMARY KEY)")) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1)");
            index.catchUp().commit();

            // When
            source.database.execute(
                    "DROP TABLE t",
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "INSERT INTO t VALUES (2)");

            // Then
            Fenced stop = assertInstanceOf(Fenced.class, index.awaitFailure());
            assertTrue(String.valueOf(stop.getMessage()).contains("made anew"), stop::getMessage);

            // When, Then: it stays so
            index.readAgain();
            assertInstanceOf(Fenced.class, index.awaitFailure());
        }
    }

    @Test
    void whatOneTransactionDidComesAsOneOrNotAtAll() throws SQLException {
        try (var source = FollowedSource.of("whole", "CREATE TABLE t (id int PRIMARY KEY, n int)");
                Connection writer = source.database.connect();
                Statement statement = writer.createStatement()) {
            // Given: four batches of it are in the log, and then it is undone
            var index = source.follow("t");
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t SELECT i, 0 FROM generate_series(1, 200) i");
            statement.execute("SAVEPOINT s");
            statement.execute("INSERT INTO t SELECT i, 0 FROM generate_series(1001, 1200) i");
            statement.execute("ROLLBACK TO SAVEPOINT s");
            statement.execute("UPDATE t SET n = 1 WHERE id <= 10");

            // When, Then: nothing comes before the commit
            source.database.execute("INSERT INTO t VALUES (5000, 0)");
            assertEquals(1, index.catchUp().size());

            // When, Then
            writer.commit();
            assertEquals(201, index.catchUp().size());
            assertTrue(index.parts() > 0);

            // When, Then
            statement.execute("DELETE FROM t");
            writer.rollback();
            assertEquals(201, index.catchUp().size());
            index.commit();
        }
    }

    @Test
    void whatCannotBeReadIsARejectAndTheRestGoesOn() {
        try (var source =
                FollowedSource.of("reject", "CREATE TABLE t (id text PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t");

            // When: a key is longer than keys may be
            source.database.execute(
                    "INSERT INTO t VALUES ('a', 1), (repeat('k', 2000), 2), ('\"', 3)");

            // Then
            assertEquals(
                    List.of("{\"id\":\"\\\"\",\"n\":3}", "{\"id\":\"a\",\"n\":1}"),
                    index.catchUp().documents());
            Reject reject = index.rejects().getFirst();
            assertEquals(Reject.Stage.KEY, reject.stage());
            assertEquals(
                    "{\"id\":\"" + "k".repeat(2000) + "\",\"n\":\"2\"}",
                    new String(reject.origin().value(), StandardCharsets.UTF_8));
            assertTrue(reject.origin().position() > 0);
            assertTrue(reject.origin().timestampMillis() > 1_600_000_000_000L);
            assertEquals(1, index.rejects().size());
        }
    }
}
