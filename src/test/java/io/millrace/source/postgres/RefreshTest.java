package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.Unavailable;
import io.millrace.change.Change;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.source.RefreshingSource.Refreshed;
import io.millrace.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/// A row that is brought once more, in the order of the log, with a real server.
class RefreshTest {
    private static final Duration AT_MOST = Duration.ofSeconds(60);

    private static final int REFRESHES = 5 * Integer.getInteger("soak.factor", 1);

    private static final DocumentKey ONE = DocumentKey.of(1);

    /// Too large to stay in its row.
    private static final String LARGE_ROW =
            "INSERT INTO t SELECT 1, 0, string_agg(md5(i::text), '') FROM generate_series(1, 400) i";

    @Test
    void aRowWhoseLargeValueTheIndexNeverGotIsHealed() {
        try (var source =
                FollowedSource.of(
                        "heal",
                        "CREATE TABLE t (id int PRIMARY KEY, n int, body text)",
                        "ALTER TABLE t ALTER body SET STORAGE EXTERNAL",
                        LARGE_ROW)) {
            // Given: an index that was not there when the row was written
            var index = source.follow("t");
            source.database.execute("UPDATE t SET n = 1");
            index.catchUp();
            assertEquals(1, index.rejects().size());
            assertEquals(List.of(), index.documents());

            // When
            boolean isFound = index.refresh(ONE);

            // Then
            assertTrue(isFound);
            assertEquals(
                    List.of(
                            "{\"id\":1,\"n\":1,\"body\":\"%s\"}"
                                    .formatted(source.database.value("SELECT body FROM t"))),
                    index.documents());
            assertEquals(1, index.rejects().size());
        }
    }

    @Test
    void aDocumentWhoseRowIsGoneIsDeleted() {
        try (var usual =
                        FollowedSource.of(
                                "gone", "CREATE TABLE t (id int PRIMARY KEY, name text)");
                var source = usual.with(settings -> settings.with(TruncatePolicy.IGNORE))) {
            // Given: documents that outlived their rows
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 'one'), (2, 'two')", "TRUNCATE t");
            assertEquals(2, index.catchUp().size());

            // When
            boolean isFound = index.refresh(ONE);

            // Then
            assertFalse(isFound);
            assertEquals(List.of("{\"id\":2,\"name\":\"two\"}"), index.documents());
        }
    }

    @Test
    void aRowThatIsWrittenAllTheTimeNeverGoesBackToAnOlderState() throws Exception {
        try (var source =
                FollowedSource.of("hammered", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t");
            AtomicBoolean ending = new AtomicBoolean();
            Thread writer = new Thread(() -> count(source.database, ending), "writer");
            writer.start();

            // When
            for (int i = 0; i < REFRESHES; i++) {
                index.refresh(ONE);
            }
            ending.set(true);
            writer.join();

            // Then: each came as the state that was the newest at its place
            long before = 0;
            int repeated = 0;
            for (Change change : index.catchUp().given()) {
                long state = state(change, before);
                assertTrue(state >= before, () -> "older state " + change);
                repeated += state == before ? 1 : 0;
                before = state;
            }
            assertEquals(REFRESHES, repeated);
        }
    }

    /// The row comes with a number that ends in 1, grows to one that ends in 9, and goes.
    private static void count(TestDatabase database, AtomicBoolean ending) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            for (int n = 1; !ending.get(); n += 2) {
                statement.execute(
                        n % 10 == 1
                                ? "INSERT INTO t VALUES (1, %d)".formatted(n)
                                : "UPDATE t SET n = %d".formatted(n));
                if (n % 10 == 9) {
                    statement.execute("DELETE FROM t");
                }
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The number of a row that is there, the one behind its last for a row that is gone; below
    /// zero where it cannot be gone.
    private static long state(Change change, long before) {
        if (change instanceof Change.Upsert upsert) {
            return ((Value.Int) Objects.requireNonNull(upsert.document().root().get("n"))).value();
        }
        return before % 10 == 9 || before % 10 == 0 ? (before + 1) / 10 * 10 : -1;
    }

    @Test
    void transactionsThatWriteWhenItBeginsAreWaitedFor() throws SQLException {
        try (var source =
                FollowedSource.of("writers", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1), (2, 1)");
            index.catchUp();
            try (Connection open = source.database.connect();
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("UPDATE t SET n = 2 WHERE id = 2");

                // When
                var refused =
                        assertThrows(
                                Unavailable.class,
                                () -> index.source().refresh(ONE, Duration.ofMillis(50)));

                // Then
                assertTrue(
                        String.valueOf(refused.getMessage())
                                .contains("that write to table public.t"),
                        refused::getMessage);
                open.commit();
                assertTrue(index.refresh(ONE));
            }
        }
    }

    @Test
    void aTableThatIsLockedKeepsNobodyBeyondHisTime() throws SQLException {
        try (var source =
                FollowedSource.of("locked", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            index.catchUp();
            try (Connection open = source.database.connect();
                    Statement statement = open.createStatement()) {
                open.setAutoCommit(false);
                statement.execute("LOCK TABLE t IN ACCESS EXCLUSIVE MODE");

                // When, Then: before the connection itself gives up
                assertTimeout(
                        Duration.ofSeconds(40),
                        () ->
                                assertThrows(
                                        Unavailable.class,
                                        () -> index.source().refresh(ONE, Duration.ofMillis(300))));
                open.commit();
                assertTrue(index.refresh(ONE));
            }
        }
    }

    @Test
    void aKeyOfManyTypesIsFoundInTheTable() {
        try (var source =
                FollowedSource.of(
                        "keytypes",
                        "CREATE TABLE t (i bigint, t text, c char(4), n numeric, b bool, u uuid,"
                                + " d date, z timestamptz, s timestamp, h time,"
                                + " v int, PRIMARY KEY (u, i, t, c, n, b, d, z, s, h))")) {
            // Given
            var index = source.follow("t");
            source.database.execute(
                    "INSERT INTO t VALUES (-1, 'O''Neill, \\ x', 'ab', 1.50, true,"
                            + " 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '2026-11-21',"
                            + " '2026-11-21 12:30:00.123456+02', '1999-12-31 23:59:59.5', '01:02:03.5',"
                            + " 0)");
            index.catchUp();
            DocumentKey key = ((Change.Upsert) index.given().getFirst()).key();

            // When
            boolean isFound = index.refresh(key);

            // Then
            assertTrue(isFound);
            assertEquals(key, ((Change.Upsert) index.given().getLast()).key());
            assertEquals(2, index.given().size());
            assertEquals(1, index.size());
        }
    }

    @Test
    void aKeyThatIsNoneOfTheTableIsRefused() {
        try (var source = FollowedSource.of("nokey", "CREATE TABLE t (id date PRIMARY KEY)")) {
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES ('0044-03-15 BC')");
            index.catchUp();
            DocumentKey key = ((Change.Upsert) index.given().getFirst()).key();

            var refused =
                    assertThrows(InvalidRequest.class, () -> index.source().refresh(key, AT_MOST));

            assertTrue(
                    String.valueOf(refused.getMessage()).contains("is none of table public.t"),
                    refused::getMessage);
        }
    }

    @Test
    void whoReadsTheLogOnceMoreGetsItOnceMore() {
        try (var source =
                FollowedSource.of("again", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            index.catchUp();
            try (Refreshed refreshed = index.source().refresh(ONE, AT_MOST)) {
                assertTrue(refreshed.isFound());
                source.database.execute("UPDATE t SET n = 2");
                index.catchUp();

                // When
                index.readAgain();
                index.catchUp();
            }

            // Then
            assertEquals(
                    List.of(1L, 1L, 2L, 1L, 1L, 2L),
                    index.given().stream().map(change -> state(change, 0)).toList());

            // When, Then: nobody waits for it any more
            index.readAgain();
            index.catchUp();
            assertEquals(8, index.given().size());
        }
    }

    @Test
    void whoMayOnlyReadMayRefresh() {
        try (var usual = FollowedSource.of("least", "CREATE TABLE t (id int PRIMARY KEY, n int)")) {
            String role = usual.database.name() + "_reader";
            usual.database.execute(
                    "CREATE ROLE %s LOGIN REPLICATION".formatted(role),
                    "GRANT SELECT ON t TO " + role,
                    "INSERT INTO t VALUES (1, 1)");
            try (var source =
                    usual.with(settings ->
                            TestSources.settings(
                                    usual.database,
                                    role,
                                    settings.slot(),
                                    settings.publication(),
                                    false))) {
                var index = source.follow("t");
                assertTrue(index.refresh(ONE));
                assertEquals(List.of("{\"id\":1,\"n\":1}"), index.documents());
            } finally {
                usual.database.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
            }
        }
    }
}
