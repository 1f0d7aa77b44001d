package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.source.SourceStatus;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// A database where nothing happens does not hold back the log of the whole server.
class IdleLogTest {
    private static final int ROUNDS = 8 * Integer.getInteger("soak.factor", 1);

    @Test
    void aNoisyNeighbourDoesNotMakeTheRetainedLogGrow() {
        try (var source = FollowedSource.of("idle", "CREATE TABLE t (id int PRIMARY KEY)")) {
            // Given: an index that commits, and a database beside it that writes
            var index = source.follow("t").catchUp();
            var neighbour = TestPostgres.database("noisy");
            neighbour.execute("CREATE TABLE noise (body text)");
            long most = 0;
            long begin = source.lsn();

            // When
            for (int round = 0; round < ROUNDS; round++) {
                neighbour.execute(
                        "INSERT INTO noise SELECT repeat('x', 1000) FROM generate_series(1, 4000)",
                        "CHECKPOINT");
                index.catchUp().commit();
                Awaiting.that("slot follows", () -> source.confirmedLsn() >= index.committedLsn());
                most = Math.max(most, source.lsn() - Lsn.parse(source.slot("restart_lsn")));
            }

            // Then: the server has to remember two rounds at most, while eight were written
            long written = source.lsn() - begin;
            long kept = most;
            assertTrue(
                    kept < written / 2,
                    () -> "%d of %d bytes are held back".formatted(kept, written));
            assertEquals(0, index.given().size());
        }
    }

    @Test
    void aQuietDatabaseIsReadToTheEndOfItsLog() {
        // An index can be asked for at least the state of now, although nothing happens
        try (var source = FollowedSource.of("quiet", "CREATE TABLE t (id int PRIMARY KEY)")) {
            var index = source.follow("t");
            for (int i = 0; i < 5; i++) {
                source.database.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
                index.catchUp();
            }
        }
    }

    @Test
    void whoWaitsForTheEndOfAQuietLogDoesNotWaitForTheNextLook() {
        // Given: a slot that is not looked at again by itself
        var options = FollowedSource.OPTIONS;
        var seldom =
                new WalReadOptions(
                        options.batchChangesMax(),
                        options.batchBytesMax(),
                        options.queueEventsMax(),
                        options.queueBytesMax(),
                        options.statusInterval(),
                        Duration.ofDays(1),
                        options.positionInterval());
        try (var source =
                FollowedSource.of(
                        TestPostgres.database("awaited"),
                        "awaited",
                        seldom,
                        "CREATE TABLE t (id int PRIMARY KEY)")) {
            var index = source.follow("t");
            Awaiting.that(
                    "log read",
                    () -> index.source().status().state() == SourceStatus.State.READING);
            for (int i = 0; i < 3; i++) {
                // When: the log ends in the head of a page
                source.database.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
                index.source().awaited();

                // Then
                index.catchUp();
            }
        }
    }
}
