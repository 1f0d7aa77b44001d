package io.millrace.index;

import io.millrace.testing.Awaiting;
import io.millrace.testing.SilentEngine;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SilentEngine.class)
class ManagerThreadTest {

    @Test
    void aWaitThatIsOverIsNone() {
        AtomicInteger runs = new AtomicInteger();
        ManagerThread manager =
                started(() -> {
                    runs.incrementAndGet();
                    return OptionalLong.of(-2_000_000);
                });
        Awaiting.that("the chores run again", () -> runs.get() >= 3);
        manager.stop();
    }

    @Test
    void choresThatFailAreTriedAgain() {
        AtomicInteger runs = new AtomicInteger();
        ManagerThread manager =
                started(() -> {
                    if (runs.incrementAndGet() < 3) {
                        throw new IllegalStateException("not yet");
                    }
                    return OptionalLong.empty();
                });
        Awaiting.that("the chores were done", () -> runs.get() == 3);
        manager.stop();
    }

    private static ManagerThread started(ManagerThread.Chores chores) {
        ManagerThread manager =
                new ManagerThread("m", Thread.ofPlatform().daemon().factory(), chores);
        manager.start();
        manager.wake();
        return manager;
    }
}
