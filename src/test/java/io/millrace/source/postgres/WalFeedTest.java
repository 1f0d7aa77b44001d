package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What waits between the thread that reads the log and the one of the index.
class WalFeedTest {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int ROW_BYTES = 100;
    private static final WalReadOptions OPTIONS =
            new WalReadOptions(10, 1 << 20, 40, 1 << 20, SECOND, SECOND, SECOND);
    private static final WalMessage.Relation RELATION =
            new WalMessage.Relation(7, "public", "t", 'd', List.of());
    private static final WalMessage.Begin BEGIN = new WalMessage.Begin(200, 0, 1);

    private int wakes;
    private WalFeed feed;

    @BeforeEach
    void open() {
        feed = feed(OPTIONS);
    }

    @Test
    void whatIsTakenAtATimeIsAboutABatch() {
        // Given
        rows(30);

        // When
        List<WalEvent> taken = new ArrayList<>();
        feed.drainTo(taken);

        // Then
        assertEquals(OPTIONS.batchChangesMax(), taken.size());
    }

    @Test
    void whatIsTakenAtATimeIsAboutABatchInBytes() {
        // Given: the second row is beyond the bytes of a batch
        feed = feed(new WalReadOptions(10, 200, 40, 1 << 20, SECOND, SECOND, SECOND));
        rows(10);

        // When
        List<WalEvent> taken = new ArrayList<>();
        feed.drainTo(taken);

        // Then: the begin and one row
        assertEquals(2, taken.size());
    }

    @Test
    void aPositionIsReachedWithTheLastEventBeforeIt() {
        // Given: 32 events in four takings
        rows(30);
        feed.commit(300);

        // When, Then
        List<WalEvent> taken = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            assertEquals(100, feed.drainTo(taken));
        }
        assertEquals(300, feed.drainTo(taken));
        assertEquals(32, taken.size());
        assertEquals(new WalEvent.Committed(300), taken.getLast());
    }

    @Test
    void readingGoesOnWhenAsMuchAsABatchWasTaken() {
        // Given
        rows(OPTIONS.queueEventsMax());
        assertTrue(feed.isFull());

        // When
        feed.drainTo(new ArrayList<>());

        // Then
        assertFalse(feed.isFull());
        assertEquals(1, wakes);

        // When: nothing is full now
        feed.drainTo(new ArrayList<>());

        // Then
        assertEquals(1, wakes);
    }

    @Test
    void aFeedBeyondItsBoundsStaysFullUntilItIsBelow() {
        // Given: 61 events where 40 may wait
        rows(60);

        // When, Then
        for (int left : new int[] {51, 41}) {
            feed.drainTo(new ArrayList<>());
            assertTrue(feed.isFull(), left + " are left");
            assertEquals(0, wakes);
        }
        feed.drainTo(new ArrayList<>());
        assertFalse(feed.isFull());
        assertEquals(1, wakes);
    }

    private WalFeed feed(WalReadOptions options) {
        var table = new WalTable(TableName.parse("t").orElseThrow(), RELATION.oid(), "1", 1);
        return new WalFeed(new Attachment("i"), table, 100, options, () -> wakes++);
    }

    private void rows(int count) {
        feed.begin(BEGIN);
        for (int i = 0; i < count; i++) {
            var row = new WalMessage.Insert(RELATION.oid(), WalMessages.row(Integer.toString(i)));
            feed.change(BEGIN, new WalEvent.Changed(RELATION, row, ROW_BYTES));
        }
    }
}
