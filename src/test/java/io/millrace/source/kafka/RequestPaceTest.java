package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RequestPaceTest {
    private long requests = 100;

    @Test
    void whoAsksInVainWithoutAPauseIsRestlessUntilSomethingMoves() {
        RequestPace pace = new RequestPace(() -> requests, 1);

        assertTrue(asks(pace, 200, false));
        assertTrue(asks(pace, 1, false));
        assertFalse(asks(pace, 200, true));
        assertFalse(asks(pace, 1, false));
    }

    /// As over a slow line, where each answer takes a while.
    @Test
    void fewRequestsTooManyAddUp() {
        RequestPace pace = new RequestPace(() -> requests, 1);

        assertEquals(6, pollsUntilRestless(pace, 4));
    }

    @Test
    void whoWaitsForRecordsIsNeverRestless() {
        RequestPace one = new RequestPace(() -> requests, 1);
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(one, 2));

        // Each of many brokers holds a fetch for half a second, a poll takes a fifth.
        RequestPace many = new RequestPace(() -> requests, 1_000);
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(many, 11));
    }

    @Test
    void whatIsExplainedIsForgotten() {
        RequestPace pace = new RequestPace(() -> requests, 1);
        assertTrue(asks(pace, 200, false));

        pace.forgive();

        assertFalse(asks(pace, 1, false));
    }

    private int pollsUntilRestless(RequestPace pace, int requestsPerPoll) {
        return IntStream.rangeClosed(1, 10_000)
                .filter(_ -> asks(pace, requestsPerPoll, false))
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    private boolean asks(RequestPace pace, int count, boolean moved) {
        requests += count;
        return pace.isRestless(moved);
    }
}
