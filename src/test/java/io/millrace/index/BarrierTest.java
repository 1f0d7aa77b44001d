package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class BarrierTest {
    private final Barrier barrier = new Barrier(1);
    private final Throwable closed = new IllegalStateException("closed");

    @Test
    void whatALaneTookBackIsAFailureAndNoEmptyGeneration() {
        assertTrue(barrier.arrive(LaneOutput.EMPTY));
        assertTrue(barrier.await(Duration.ZERO, new ManualClock()));

        assertEquals(List.of(LaneOutput.EMPTY), barrier.takeBack(closed));

        assertTrue(barrier.await(Duration.ZERO, new ManualClock()));
        ExecutionException failed = assertThrows(ExecutionException.class, barrier::takeAll);
        assertSame(closed, failed.getCause());
    }

    @Test
    void whatTheWriterTookALaneCannotTakeBack() throws ExecutionException {
        assertTrue(barrier.arrive(LaneOutput.EMPTY));

        assertEquals(List.of(LaneOutput.EMPTY), barrier.takeAll());

        assertEquals(List.of(), barrier.takeBack(closed));
        assertFalse(barrier.arrive(LaneOutput.EMPTY));
    }
}
