package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.MillraceException.Fenced;
import io.millrace.MillraceException.Unavailable;
import io.millrace.source.SourceStatus.State;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What may be missing stops the index with the reason and the way out, and is never passed over.
class SlotFaultsTest {
    // R23
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, n int)";
    private static final WalTable KNOWN =
            new WalTable(TableName.parse("t").orElseThrow(), 7, "7001", 2);

    @Test
    void aSlotThatIsGoneStopsTheIndex() {
        try (var source = FollowedSource.of("gone", TABLE)) {
            // Given
            var index = committed(source);

            // When
            source.dropSlot();
            index.goOn();

            // Then
            fenced(index, "slot", "is gone", "Rebuild the index");
        }
    }

    @Test
    void aSlotMadeAnewStopsTheIndexAlthoughItCouldBeRead() {
        // F2: the server would begin where the new slot is, without a word
        try (var source = FollowedSource.of("again", TABLE)) {
            // Given
            var index = committed(source);

            // When
            source.dropSlot();
            source.database.execute("INSERT INTO t VALUES (2, 2)");
            source.createSlot();
            index.goOn();

            // Then
            fenced(index, "has confirmed", "the slot was made anew", "Rebuild the index");
            assertEquals(1, index.size());
        }
    }

    @Test
    void aSlotThatSomebodyMovedOnStopsTheIndexThatNeedsMoreAndNoOther() {
        try (var source = FollowedSource.of("moved", TABLE)) {
            // Given: one index at the end, one before the last row
            var behind = source.follow("t");
            var atTheEnd = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            behind.catchUp().commit();
            source.database.execute("INSERT INTO t VALUES (2, 2)");
            atTheEnd.catchUp().commit();
            source.stop();
            source.awaitFree();

            // When
            source.database.execute(
                    "SELECT pg_replication_slot_advance('%s', '%s')"
                            .formatted(source.settings.slot(), Lsn.text(atTheEnd.committedLsn())));
            atTheEnd.goOn();
            behind.goOn();
            source.database.execute("INSERT INTO t VALUES (3, 3)");

            // Then
            fenced(behind, "has confirmed");
            assertEquals(3, atTheEnd.catchUp().size());
            atTheEnd.commit();
        }
    }

    @Test
    void aServerThatLostWhatTheIndexHoldsStopsIt() {
        try (var source = FollowedSource.of("ahead", TABLE)) {
            // Given
            var index = committed(source);

            // When
            index.standsAt(index.committedLsn() + (1L << 40));
            index.goOn();

            // Then
            fenced(index, "the server has lost what the index holds");
        }
    }

    @Test
    void aSlotOfAnotherKindStopsTheIndex() {
        try (var source = FollowedSource.of("kind", TABLE)) {
            // Given
            var index = committed(source);

            // When
            source.dropSlot();
            source.database.execute(
                    "SELECT pg_create_logical_replication_slot('%s', 'test_decoding')"
                            .formatted(source.settings.slot()));
            index.goOn();

            // Then
            fenced(index, "is for plugin test_decoding", "name another slot");
        }
    }

    @Test
    void aSecondReaderWaitsForTheFirst() {
        try (var source = FollowedSource.of("second", TABLE);
                var late = source.with(settings -> settings)) {
            // Given
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 1)");
            index.catchUp();

            // When
            var second = late.follow("t");

            // Then
            MillraceException failure = second.awaitFailure();
            assertInstanceOf(Unavailable.class, failure);
            assertTrue(
                    String.valueOf(failure.getMessage()).contains("somebody else reads slot"),
                    failure::getMessage);
            assertTrue(String.valueOf(failure.getMessage()).contains("PID"), failure::getMessage);
            assertEquals(State.FAILED, second.source().status().state());

            // When, Then
            source.stop();
            source.awaitFree();
            second.readAgain();
            source.database.execute("INSERT INTO t VALUES (2, 2)");
            assertTrue(second.catchUp().size() > 0);
        }
    }

    @Test
    void anotherClusterOrAnotherHistoryStopsTheIndex() {
        var settings = settings();
        var history = "1\t0/5000000\tno recovery target specified\n2\t0/9000000\treason\n";
        var now = new Timelines("7001", 3, history);

        // The index read its timeline no further than to where it was left
        assertDoesNotThrow(() -> now.check(settings, "i", KNOWN, 0x9000000));
        refused("left timeline 2 at 0/9000000", () -> now.check(settings, "i", KNOWN, 0x9000001));
        refused(
                "does not come from timeline 2",
                () -> new Timelines("7001", 5, "1\t0/5000000\t\n").check(settings, "i", KNOWN, 1));
        refused(
                "is in cluster 7002",
                () -> new Timelines("7002", 2, "").check(settings, "i", KNOWN, 1));
    }

    @Test
    void aSlotThatIsLostOrSaysNothingStopsTheIndex() {
        var settings = settings();

        refused(
                "is lost (wal_removed)",
                () -> facts(1L, "lost", "wal_removed").checkReadable(settings));
        refused(
                "does not say what it has confirmed",
                () -> facts(null, "reserved", "").checkReadable(settings));
        assertDoesNotThrow(() -> facts(1L, "extended", "").checkReadable(settings));
    }

    private static SlotFacts facts(@Nullable Long confirmed, String status, String lost) {
        return new SlotFacts(9, confirmed, 8, null, status, lost, "pgoutput", "shop", 0);
    }

    private static PostgresSettings settings() {
        return new PostgresSettings(
                "shop",
                "localhost",
                5432,
                "shop",
                "u",
                null,
                SslMode.DISABLE,
                null,
                "slot",
                "publication",
                false,
                TruncatePolicy.APPLY,
                1);
    }

    private static void refused(String reason, org.junit.jupiter.api.function.Executable check) {
        Fenced refusal = assertThrows(Fenced.class, check);
        assertTrue(String.valueOf(refusal.getMessage()).contains(reason), refusal::getMessage);
    }

    /// An index that holds one row, and has stopped.
    private static TableFollower committed(FollowedSource source) {
        var index = source.follow("t");
        source.database.execute("INSERT INTO t VALUES (1, 1)");
        index.catchUp().commit();
        source.stop();
        source.awaitFree();
        return index;
    }

    private static void fenced(TableFollower index, String... reasons) {
        Fenced stop = assertInstanceOf(Fenced.class, index.awaitFailure());
        for (String reason : reasons) {
            assertTrue(String.valueOf(stop.getMessage()).contains(reason), stop::getMessage);
        }
        assertEquals(State.FAILED, index.source().status().state());
        assertEquals(stop.getMessage(), index.source().status().detail());
    }
}
