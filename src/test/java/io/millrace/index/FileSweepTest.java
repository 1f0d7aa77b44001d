package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SilentEngine.class)
class FileSweepTest {
    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final FileSweep sweep = new FileSweep(disk, clock);

    //
    @Test
    void aFileThatCannotBeDeletedIsTriedAgainUntilItIsGone() throws IOException {
        AtomicInteger refusals = new AtomicInteger(3);
        AtomicInteger tried = new AtomicInteger();
        disk.plant("stubborn", new byte[1]);
        disk.plant("willing", new byte[1]);
        disk.probe(call -> {
            if (call.equals("delete stubborn")) {
                tried.incrementAndGet();
                if (refusals.getAndDecrement() > 0) {
                    throw new IllegalStateException("injected");
                }
            }
        });
        sweep.discard("stubborn");
        sweep.discard("willing");

        for (int failures = 1; failures <= 3; failures++) {
            OptionalLong next = sweep.run();
            assertEquals(List.of("stubborn"), disk.list());
            assertEquals(Duration.ofMillis(50L << failures).toNanos(), next.orElseThrow());
            sweep.run();
            assertEquals(failures, tried.get(), "not before its time");
            clock.advance(Duration.ofNanos(next.orElseThrow()));
        }

        assertTrue(sweep.run().isEmpty());
        assertEquals(List.of(), disk.list());
    }

    @Test
    void aFileThatIsGoneAlreadyIsDoneWith() {
        sweep.discard("nothing");
        assertTrue(sweep.run().isEmpty());
    }
}
