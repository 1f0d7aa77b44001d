package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.CopyState;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.source.SourceStatus.Progress;
import io.millrace.testing.Awaiting;
import io.millrace.testing.Seeded;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What a table had before the log began, and what happens to it while it is copied.
class TableCopyTest {
    private static final Schema BY_ID =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG)), true);

    private static final TableName LARGE = new TableName("public", "t");

    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, name text)";

    @Test
    void anEmptyTableIsCopiedAndThenFollowed() {
        try (var source = FollowedSource.of("empty", TABLE)) {
            var index = source.copy("t");
            assertEquals(List.of(), index.catchUp().documents());
            assertEquals(CopyState.DONE, index.copied());

            source.database.execute("INSERT INTO t VALUES (1, 'one')");

            assertEquals(List.of("{\"id\":1,\"name\":\"one\"}"), index.catchUp().documents());
        }
    }

    @Test
    void aTableOfOneRowIsCopied() {
        try (var source = FollowedSource.of("single", TABLE, "INSERT INTO t VALUES (7, NULL)")) {
            assertEquals(
                    List.of("{\"id\":7,\"name\":null}"), source.copy("t").catchUp().documents());
        }
    }

    @Test
    void rowsOfTheTimeBeforeTheSlotAndOfTheTimeBeforeTheSnapshotComeOnce() {
        try (var source =
                FollowedSource.of(
                        "many",
                        TABLE,
                        "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(1, 2000) i")) {
            source.database.execute(
                    "INSERT INTO t SELECT i, 'row ' || i FROM generate_series(2001, 2500) i",
                    "DELETE FROM t WHERE id = 3");
            var index = source.copy("t").catchUp();
            assertEquals(2_499, index.size());
            assertEquals(2_499, index.given().size());
            assertEquals(
                    source.database.value("SELECT count(*) FROM t WHERE name = 'row ' || id"),
                    Integer.toString(index.size()));
        }
    }

    @Test
    void aColumnThatComesWhileTheSnapshotIsWaitedForIsCopied() throws SQLException {
        try (var source = FollowedSource.of("shape", TABLE, "INSERT INTO t VALUES (1, 'one')")) {
            TableFollower index;
            try (Connection open = source.database.connect()) {
                // Given: the table was looked at, its snapshot waits for a transaction
                open.setAutoCommit(false);
                open.createStatement().execute("SELECT txid_current()");
                index = source.copy("t");
                Awaiting.that(
                        "the copy waits",
                        () ->
                                !source.database
                                        .rows(
                                                "SELECT 1 FROM pg_replication_slots WHERE temporary"
                                                        + " AND database = current_database()")
                                        .isEmpty());

                // When
                source.database.execute(
                        "ALTER TABLE t ADD price int, ADD note text", "UPDATE t SET price = 5");
                open.commit();
            }

            // Then
            assertEquals(
                    List.of("{\"id\":1,\"name\":\"one\",\"price\":5,\"note\":null}"),
                    index.catchUp().documents());
        }
    }

    /// A million with `-Dsoak.factor=50`: what is held is what the queue holds.
    @Test
    void everyRowOfALargeTableComesOnceAndProgressIsTold() throws Exception {
        int count = 20_000 * Integer.getInteger("soak.factor", 1);
        try (var source =
                FollowedSource.of(
                        "large",
                        "CREATE TABLE t (id int PRIMARY KEY, name text, price numeric(9, 2))",
                        "INSERT INTO t SELECT i, 'track ' || i, i / 100.0 FROM generate_series(0, "
                                + (count - 1)
                                + ") i")) {
            PostgresConnections connections = new PostgresConnections(() -> source.settings);
            SourcePartition partition = new SourcePartition("large", 0);
            CopyOptions options =
                    new CopyOptions(2, 6_000, 2_000, 4 << 20, 16 << 20, Duration.ofSeconds(1));
            BitSet seen = new BitSet(count);
            long start = System.nanoTime();
            try (var sql = connections.sql();
                    var copy =
                            new TableCopy(
                                    connections,
                                    new TableBinding("large", LARGE, null, BY_ID),
                                    new TableCatalog(new TypeCatalog())
                                            .read(sql, LARGE, source.settings.publication(), null),
                                    BY_ID,
                                    Checkpoint.of(Map.of(partition, Position.of(0)))
                                            .withCopies(Map.of(partition, CopyState.NOTHING)),
                                    options,
                                    System::nanoTime,
                                    Thread::new)) {
                while (!copy.isDone()) {
                    ChangeBatch batch = copy.poll(Duration.ofSeconds(1).toNanos());
                    for (Change change : batch == null ? List.<Change>of() : batch.changes()) {
                        int id = id((Change.Upsert) change);
                        assertFalse(seen.get(id), () -> id + " came twice");
                        seen.set(id);
                    }
                }
                Progress.Rows progress = (Progress.Rows) copy.progress();
                assertEquals(new Progress.Rows(count, count, 0L), progress);
            }
            assertEquals(count, seen.cardinality());
            System.out.printf(
                    "copy of %d rows: %d rows/s%n",
                    count, count * 1_000_000_000L / (System.nanoTime() - start));
        }
    }

    private static int id(Change.Upsert upsert) {
        return Integer.parseInt(upsert.key().toString());
    }

    /// The order of such keys is the database's: by language, by case, by blanks that do not count.
    @Test
    void keysOfAnyTypeAndCollationAreCopied() {
        try (var source =
                FollowedSource.of(
                        "collated",
                        "CREATE TABLE words (word text COLLATE \"en-x-icu\", no int, PRIMARY KEY"
                                + " (word, no))",
                        "INSERT INTO words SELECT w || i, i % 7 FROM generate_series(1, 150) i,"
                                + " unnest('{a,B,Ä,_,\"it''s \\\\ \\\"\",é,Z}'::text[]) w",
                        "CREATE TABLE padded (code char(9) PRIMARY KEY)",
                        "INSERT INTO padded SELECT i FROM generate_series(1, 350) i",
                        "CREATE TABLE mixed (u uuid, at timestamptz, n numeric, b bool, d date,"
                                + " PRIMARY KEY (b, n, u, at, d))",
                        "INSERT INTO mixed SELECT gen_random_uuid(), now() + i * interval '1 h',"
                                + " (i % 20)::numeric / 8, i % 2 = 0, '2000-01-01'::date - i * 3650"
                                + " FROM generate_series(1, 500) i",
                        "CREATE SCHEMA ext",
                        "CREATE EXTENSION citext SCHEMA ext",
                        "CREATE TABLE anycase (word ext.citext PRIMARY KEY)",
                        "INSERT INTO anycase SELECT chr(65 + i % 26 + 32 * (i / 26 % 2)) || i FROM"
                                + " generate_series(1, 350) i",
                        "CREATE TABLE floats (f float8 PRIMARY KEY)",
                        "INSERT INTO floats SELECT sin(i) * 10 ^ (i % 300) FROM"
                                + " generate_series(1, 300) i",
                        "INSERT INTO floats VALUES ('NaN'), ('Infinity'), ('-Infinity')")) {
            for (String table : List.of("words", "padded", "mixed", "anycase", "floats")) {
                var index = source.copy(table).catchUp();
                assertEquals(List.of(), index.rejects());
                String count = source.database.value("SELECT count(*) FROM " + table);
                assertEquals(count, Integer.toString(index.size()), table);
                assertEquals(count, Integer.toString(index.given().size()), table);
            }
        }
    }

    @Test
    void aPartitionedTableIsCopiedThroughItsRootAndAParentWithoutItsChildren() {
        try (var source =
                FollowedSource.of(
                        "parted",
                        "CREATE TABLE p (id int PRIMARY KEY, n int) PARTITION BY HASH (id)",
                        "CREATE TABLE p0 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 0)",
                        "CREATE TABLE p1 PARTITION OF p FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
                        "INSERT INTO p SELECT i, i FROM generate_series(1, 450) i",
                        "CREATE TABLE parent (id int PRIMARY KEY)",
                        "CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent)",
                        "INSERT INTO parent VALUES (1)",
                        "INSERT INTO child VALUES (2)")) {
            var root = source.copy("p").catchUp();
            assertEquals(450, root.size());
            source.database.execute(
                    "UPDATE p SET n = -1 WHERE id = 17", "DELETE FROM p WHERE id < 9");
            assertEquals(442, root.catchUp().size());
            assertTrue(root.documents().contains("{\"id\":17,\"n\":-1}"));
            // The log names the child for its rows.
            assertEquals(List.of("{\"id\":1}"), source.copy("parent").catchUp().documents());
        }
    }

    @Test
    void aCopyThatWaitsForTransactionsSaysSo() throws Exception {
        try (var source = FollowedSource.of("waiting", TABLE, "INSERT INTO t VALUES (1, 'one')");
                var writing = source.database.connect();
                var statement = writing.createStatement()) {
            writing.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (2, 'two')");
            var index = source.copy("t");
            Awaiting.that(
                    "it says so",
                    () -> index.source().status().detail().contains("waits for a snapshot"));
            writing.commit();
            assertEquals(2, index.catchUp().size());
            Awaiting.that("it waits no more", () -> index.source().status().detail().isEmpty());
        }
    }

    @Test
    void aPausedCopyGoesOnWhereItStopped() {
        try (var source =
                FollowedSource.of(
                        "paused",
                        "CREATE TABLE t (id int PRIMARY KEY, pad text)",
                        "INSERT INTO t SELECT i, repeat('x', 500) FROM generate_series(1, 3000) i")) {
            source.database.execute(
                    "ALTER ROLE postgres IN DATABASE %s SET idle_in_transaction_session_timeout = 200"
                            .formatted(source.database.name()));
            var index = source.copy("t", 6);
            // Longer than the server lets a transaction idle; the readers' queue is full by then.
            source.database.value("SELECT pg_sleep(0.6)::text || 'slept'");
            assertTrue(index.size() < 3_000);
            index.askAgain();
            assertEquals(3_000, index.catchUp().size());
            assertEquals(3_000, index.given().size());
        }
    }

    @Test
    void aTableThatIsWrittenAnewLosesNoRows() {
        try (var source =
                FollowedSource.of(
                        "rewritten",
                        TABLE,
                        "INSERT INTO t SELECT i, repeat('n', 300) FROM generate_series(1, 3000) i")) {
            var index = source.copy("t", 6);
            Awaiting.that("some rows are copied", () -> index.batches() == 6);
            source.database.execute("ALTER TABLE t ALTER COLUMN id TYPE bigint");
            index.askAgain();
            String reason = String.valueOf(index.awaitFailure().getMessage());
            assertTrue(reason.contains("written anew"), reason);
            index.commit();
            index.readAgain();
            assertEquals(3_000, index.catchUp().size());
        }
    }

    @Test
    void aTruncationBetweenTwoSnapshotsEmptiesTheIndexAndCopiesAnew() {
        try (var source =
                FollowedSource.of(
                        "truncated",
                        TABLE,
                        "INSERT INTO t SELECT i, repeat('o', 300) FROM generate_series(1, 3000) i")) {
            var index = source.copy("t", 6);
            Awaiting.that("some rows are copied", () -> index.batches() == 6);
            index.commit();
            assertFalse(index.copied().complete());
            source.stop();
            source.database.execute(
                    "INSERT INTO t VALUES (-5, 'before')",
                    "BEGIN; TRUNCATE t; INSERT INTO t VALUES (1, 'in it'); COMMIT",
                    "DELETE FROM t",
                    "INSERT INTO t SELECT i, 'new' FROM generate_series(1, 900, 3) i");
            index.askAgain();
            source.restart();

            assertEquals(300, index.catchUp().size());
            assertTrue(index.documents().getFirst().contains("new"));
            assertTrue(
                    index.given().stream().anyMatch(change -> change instanceof Change.Truncate));
            assertEquals(CopyState.DONE, index.copied());
        }
    }

    /// Rows come, change, move and go while they are copied; the process dies several times. In the
    /// end the index is the table.
    @Test
    void aTableThatIsWrittenToWhileItIsCopiedIsInTheIndexAsItIs() {
        Seeded.repeat(3, TableCopyTest::copyUnderFire);
    }

    private static void copyUnderFire(RandomGenerator random) throws InterruptedException {
        try (var source =
                FollowedSource.of(
                        "fire",
                        "CREATE TABLE t (a text COLLATE \"en-x-icu\", b int, n int, large text,"
                                + " PRIMARY KEY (a, b))",
                        "ALTER TABLE t ALTER COLUMN large SET STORAGE EXTERNAL",
                        "INSERT INTO t SELECT chr(65 + i % 26 + 32 * (i % 2)), i / 9, 0, repeat('-', 3000)"
                                + " FROM generate_series(1, 2000) i ON CONFLICT DO NOTHING")) {
            TableHammer hammer = new TableHammer(source.database, random.nextLong());
            hammer.start();
            var index = source.copy("t");
            for (int life = random.nextInt(2, 6); life > 0; life--) {
                int enough = index.given().size() + random.nextInt(600);
                Awaiting.that(
                        "enough rows came",
                        () ->
                                index.readsOn()
                                        && (index.given().size() >= enough
                                                || index.copied().isDone()));
                index.commitIfWhole();
                source.restart();
            }
            Awaiting.that("the copy is done", () -> index.readsOn() && index.copied().complete());
            hammer.end();

            index.inStep();
            assertEquals(List.of(), index.rejects());
            List<String> expected =
                    source
                            .database
                            .rows(
                                    "SELECT format('{\"a\":\"%s\",\"b\":%s,\"n\":%s,\"large\":\"%s\"}',"
                                            + " a, b, n, large) FROM t ORDER BY a COLLATE \"C\", b")
                            .stream()
                            .map(row -> String.valueOf(row.getFirst()))
                            .toList();
            assertEquals(String.join("\n", expected), String.join("\n", index.documents()));
            assertNotEquals(0, hammer.transactions());
        }
    }
}
