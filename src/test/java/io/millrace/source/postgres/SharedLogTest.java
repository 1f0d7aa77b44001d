package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.source.SourceStatus.State;
import io.millrace.testing.Awaiting;
import io.millrace.testing.Seeded;
import io.millrace.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// One log for several indexes: nobody loses what somebody else has, nobody gets a thing twice.
class SharedLogTest {
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, n int)";
    private static final String OTHER = "CREATE TABLE u (id int PRIMARY KEY, body text)";

    @Test
    void theServerForgetsOnlyWhatEveryIndexHasCommitted() {
        try (var source = FollowedSource.of("shared", TABLE, OTHER)) {
            // Given
            var fast = source.follow("t");
            var slow = source.follow("u");
            source.database.execute("INSERT INTO t VALUES (1, 1)", "INSERT INTO u VALUES (1, 'x')");
            fast.catchUp().commit();
            slow.catchUp();

            // When, Then: one of them has committed nothing
            source.database.execute("INSERT INTO t VALUES (2, 1)");
            fast.catchUp().commit();
            assertTrue(source.confirmedLsn() <= slow.committedLsn());

            // When, Then
            slow.commit();
            awaitConfirmed(source, slow.committedLsn());
        }
    }

    @Test
    void nothingIsForgottenBeforeEveryIndexOfTheSourceWasHeardOf() {
        try (var source = FollowedSource.of("expected", TABLE, OTHER)) {
            // Given: an index that is defined, and not opened yet
            long before = source.confirmedLsn();
            source.expect("index-of-u-1");
            var index = source.follow("t");

            // When
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            index.catchUp().commit();
            source.database.execute("INSERT INTO t VALUES (2, 1)");
            index.catchUp();

            // Then: whatever the server was told by now
            awaitWordAfter(source, FollowedSource.OPTIONS.statusInterval().multipliedBy(2));
            assertEquals(before, source.confirmedLsn());

            // When, Then
            source.follow("u").catchUp().commit();
            awaitConfirmed(source, index.committedLsn());
        }
    }

    /// The server hears of us after so long from now on.
    private static void awaitWordAfter(FollowedSource source, Duration time) {
        String since = source.database.value("SELECT clock_timestamp()");
        Awaiting.that(
                "server hears of us",
                () ->
                        source.database
                                .value(
                                        "SELECT coalesce(max(reply_time) > timestamptz '%s' + interval '%d ms', false) FROM pg_stat_replication WHERE application_name LIKE '%%%s%%'"
                                                .formatted(
                                                        since,
                                                        time.toMillis(),
                                                        source.settings.source()))
                                .equals("t"));
    }

    private static void awaitConfirmed(FollowedSource source, long lsn) {
        Awaiting.that("slot confirms " + Lsn.text(lsn), () -> source.confirmedLsn() >= lsn);
    }

    @Test
    void anIndexThatNeedsWhatWasSentAlreadyGetsItAndOthersGetNothingTwice() {
        try (var source = FollowedSource.of("behind", TABLE)) {
            // Given: one index is ahead of another
            var ahead = source.follow("t");
            var behind = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            ahead.catchUp().commit();
            behind.catchUp();
            source.database.execute("INSERT INTO t VALUES (2, 2)");
            ahead.catchUp();
            behind.catchUp();

            // When: it goes back to its last commit, which was before the first row
            behind.readAgain();
            source.database.execute("INSERT INTO t VALUES (3, 3)");

            // Then
            assertEquals(3, behind.catchUp().size());
            assertEquals(5, behind.given().size());
            assertEquals(3, ahead.catchUp().size());
            assertEquals(3, ahead.given().size());
        }
    }

    @Test
    void anIndexThatTakesNothingPausesTheLogAndTheServerKeepsHearingOfUs() {
        try (var source = FollowedSource.of("pause", TABLE, OTHER)) {
            // Given
            source.database.execute(
                    "ALTER DATABASE %s SET wal_sender_timeout = '5s'"
                            .formatted(source.database.name()));
            var other = source.follow("t");
            var full = source.follow("u");
            full.askNoMore();

            // When: more than may wait for one index
            source.database.execute(
                    "INSERT INTO u SELECT i, repeat('x', 1000) FROM generate_series(1, 20000) i",
                    "INSERT INTO t VALUES (1, 1)");

            // Then: for longer than the server waits for a word
            Awaiting.that("pause", () -> full.source().status().state() == State.PAUSED);
            awaitWordAfter(source, Duration.ofMillis(5_500));
            assertEquals(0, other.size());

            // When, Then
            full.askAgain();
            assertEquals(20_000, full.catchUp().size());
            assertEquals(1, other.catchUp().size());
            assertEquals(20_000, full.given().size());
        }
    }

    @Test
    void whatIsReadOnFromWithoutACommitIsNotConfirmed() {
        try (var source = FollowedSource.of("read_on", TABLE)) {
            // Given: more was read than committed
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            index.catchUp().commit();
            source.database.execute("INSERT INTO t VALUES (2, 1)");
            index.catchUp();
            assertTrue(index.committedLsn() < index.position());

            // When: the stream breaks, and is read on where it broke
            index.readOn();
            source.database.execute("INSERT INTO t VALUES (3, 1)");
            index.catchUp();
            awaitWordAfter(source, FollowedSource.OPTIONS.statusInterval().multipliedBy(2));

            // Then: who starts at the last commit gets the rest again
            assertTrue(source.confirmedLsn() <= index.committedLsn());
            source.restart();
            assertEquals(3, index.catchUp().size());
        }
    }

    @Test
    void whatNobodyCommittedIsNeverConfirmed() throws SQLException {
        // The driver's automatic flush confirms it: rows of a long transaction lie before what was
        // committed last, and the server's word about its own place comes in the middle of them
        var options =
                new WalReadOptions(
                        50,
                        1 << 20,
                        50,
                        1 << 20,
                        Duration.ofHours(1),
                        Duration.ofMillis(300),
                        Duration.ofMillis(10));
        try (var source =
                        FollowedSource.of(
                                TestPostgres.database("confirm"),
                                "confirm",
                                options,
                                TABLE,
                                OTHER);
                Connection writer = source.database.connect();
                Statement statement = writer.createStatement()) {
            source.database.execute(
                    "ALTER DATABASE %s SET wal_sender_timeout = '8s'"
                            .formatted(source.database.name()));

            // Given: a long transaction is under way when another one is committed everywhere
            writer.setAutoCommit(false);
            statement.execute(
                    "INSERT INTO u SELECT i, repeat('x', 400) FROM generate_series(1, 40000) i");
            var index = source.follow("t");
            var large = source.follow("u");
            source.database.execute("INSERT INTO t VALUES (0, 0)");
            large.catchUp().commit();
            index.catchUp().commit();
            awaitConfirmed(source, Math.min(index.committedLsn(), large.committedLsn()));

            // Given: one more that is read and not committed, and the log pauses in the long one
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            large.askNoMore();
            writer.commit();
            Awaiting.that("pause", () -> large.source().status().state() == State.PAUSED);
            Awaiting.that("the row is there", () -> index.size() == 2);

            // When: the server has waited for half its patience, says so, and is read on
            Awaiting.that(
                    "server asks",
                    () ->
                            source.database
                                    .value(
                                            "SELECT coalesce(max(reply_time) < clock_timestamp() - interval '4500 ms', true) FROM pg_stat_replication WHERE application_name LIKE '%confirm%'")
                                    .equals("t"));
            large.askAgain();
            // A machine that is too slow to answer in time loses the connection, and reads again.
            large.inStep();

            // Then
            assertTrue(
                    source.confirmedLsn() <= index.committedLsn(),
                    () ->
                            "%s is confirmed, %s committed"
                                    .formatted(
                                            Lsn.text(source.confirmedLsn()),
                                            Lsn.text(index.committedLsn())));

            // When, Then
            source.restart();
            assertEquals(2, index.inStep().size());
            assertEquals(40_000, large.inStep().size());
        }
    }

    @Test
    void everyTransactionComesOnceWhateverStops() {
        // R23: ends, breaks and returns at any point, against the rows of the table
        try (var source =
                FollowedSource.of(
                        "once",
                        TABLE,
                        "INSERT INTO t SELECT i, i FROM generate_series(1, 500) i")) {
            var index = source.copy("t");
            var other = source.copy("t");
            Seeded.repeat(
                    1,
                    random -> {
                        for (int round = 0; round < 25; round++) {
                            write(source, random);
                            stir(source, index, random);
                            stir(source, other, random);
                        }
                        List<String> rows =
                                source.database.rows("SELECT id, n FROM t ORDER BY id").stream()
                                        .map(row ->
                                                "{\"id\":%s,\"n\":%s}"
                                                        .formatted(row.get(0), row.get(1)))
                                        .toList();
                        assertEquals(rows, index.inStep().documents());
                        assertEquals(rows, other.inStep().documents());
                        assertEquals(List.of(), index.rejects());
                    });
        }
    }

    private static void write(FollowedSource source, RandomGenerator random) {
        int id = random.nextInt(700);
        switch (random.nextInt(6)) {
            case 0 -> source.database.execute("DELETE FROM t WHERE id = " + id);
            case 1 ->
                    source.database.transaction(
                            "DELETE FROM t WHERE id = 999",
                            "UPDATE t SET id = 999 WHERE id = " + id,
                            "UPDATE t SET n = n + 1");
            case 2 -> source.database.execute("UPDATE t SET n = -n WHERE id % 3 = 0");
            case 3 -> {
                if (random.nextInt(4) == 0) {
                    source.database.transaction(
                            "TRUNCATE t",
                            "INSERT INTO t SELECT i, 0 FROM generate_series(1, 300) i");
                }
            }
            default ->
                    source.database.execute(
                            "INSERT INTO t VALUES (%d, 7) ON CONFLICT (id) DO UPDATE SET n = 8"
                                    .formatted(id));
        }
    }

    private static void stir(FollowedSource source, TableFollower index, RandomGenerator random) {
        switch (random.nextInt(7)) {
            case 0, 1 -> index.commitIfWhole();
            case 2 -> index.readAgain();
            case 3 -> source.restart();
            case 4 ->
                    source.database.execute(
                            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
            case 5 -> index.inStep();
            default -> {}
        }
    }
}
