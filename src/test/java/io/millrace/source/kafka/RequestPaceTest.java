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
        RequestPace pace = pace(1, 500);

        assertTrue(asks(pace, 200, false));
        assertTrue(asks(pace, 1, false));
        assertFalse(asks(pace, 200, true));
        assertFalse(asks(pace, 1, false));
    }

    /// As over a slow line, where each answer takes a while.
    @Test
    void fewRequestsTooManyAddUp() {
        RequestPace pace = pace(1, 500);

        assertEquals(6, pollsUntilRestless(pace, 4));
    }

    @Test
    void whoWaitsForRecordsIsNeverRestless() {
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(pace(1, 500), 2));

        // Each of many brokers holds a fetch for half a second, a poll takes a fifth.
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(pace(100, 500), 40));
    }

    /// As the definition of an index may say.
    @Test
    void whoIsHeldForAShortTimeOnlyIsNotRestlessByThat() {
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(pace(1, 20), 10));
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(pace(3, 70), 9));
        assertEquals(Integer.MAX_VALUE, pollsUntilRestless(pace(1, 0), 10_000));
        assertEquals(1, pollsUntilRestless(pace(1, 20), 200));
    }

    /// Polls of a fifth of a second ask hundreds of times while nothing holds them back, once when
    /// something does.
    @Test
    void whoFailsOnAndOnAsksNoMoreThanIsAllowedForOnTheAverage() {
        RequestPace pace = pace(1, 500);
        long before = requests;
        boolean restless = false;
        for (int poll = 0; poll < 1_000; poll++) {
            restless = asks(pace, restless ? 1 : 300, false);
        }
        assertTrue(requests - before < 2 * 1_000 + 600, () -> requests - before + " requests");
    }

    private RequestPace pace(int connections, int fetchWaitMillis) {
        return new RequestPace(() -> requests, () -> connections, 200, fetchWaitMillis);
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
