package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A process that runs out of memory or threads at the worst of moments.
@Timeout(120)
class LaneFaultsTest {
    private static final IndexOptions TWO =
            IndexOptions.DEFAULT.withQueue(10_000, 1 << 22).withLanes(2).withNarrowChanges(0);

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = new IndexScenario(clock, 1, TWO);
    private final Handler breathless = new Breathless();
    private final List<Logger> breathlessLoggers = new ArrayList<>();

    @BeforeEach
    void beQuiet() {
        Logger.getLogger("io.millrace.index").setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        for (Logger logger : breathlessLoggers) {
            logger.removeHandler(breathless);
            logger.setLevel(null);
        }
        Logger.getLogger("io.millrace.index").setLevel(null);
        assertEquals(0, disk.openMaps());
    }

    //
    @Test
    void aLaneThatHasNoMemoryEvenToSaySoAnswersAndWorksOn() {
        breathless(Lane.class);
        AtomicInteger begun = new AtomicInteger();
        disk.probe(call -> {
            if (call.startsWith("create s-") && begun.incrementAndGet() == 1) {
                throw new OutOfMemoryError("injected");
            }
        });
        try (Index index = scenario.create(disk)) {
            scenario.add(index, puts(0, 50));

            MillraceException.Unavailable failed =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> index.writer().prepareCommit());

            assertFalse(failed.isUnfinished());
            assertTrue(
                    String.valueOf(failed.getMessage()).endsWith(": injected"), failed.toString());
            scenario.add(index, puts(0, 50));
            scenario.commit(index);
            assertEquals(50, IndexScenario.documents(index).size());
        }
    }

    @Test
    void whatCannotBeLoggedIsPublishedAllTheSame() {
        breathless(CommitListeners.class);
        try (Index index = scenario.create(disk)) {
            index.onCommit(_ -> {
                throw new OutOfMemoryError("injected");
            });
            scenario.add(index, puts(0, 50));
            scenario.commit(index);
            scenario.add(index, puts(50, 100));
            scenario.commit(index);

            assertTrue(index.forceMerge(1, Duration.ofSeconds(60)));

            assertEquals(100, IndexScenario.documents(index).size());
            assertInstanceOf(IndexState.Open.class, index.state());
        }
    }

    @Test
    void choresThatFailWithoutMemoryForAMessageDoNotEndTheManager() {
        breathless(ManagerThread.class);
        AtomicInteger runs = new AtomicInteger();
        ManagerThread manager =
                new ManagerThread(
                        "manager-test",
                        Thread.ofPlatform().daemon().factory(),
                        () -> {
                            runs.incrementAndGet();
                            throw new OutOfMemoryError("injected");
                        });
        manager.start();

        assertEquals(1, manager.call(() -> 1));
        assertEquals(2, manager.call(() -> 2));

        manager.stop();
        assertTrue(runs.get() > 1);
    }

    @Test
    void anIndexWhoseLanesRestClosesWithoutNewThreads() {
        ScarceThreads threads = new ScarceThreads();
        IndexScenario sleepy =
                new IndexScenario(
                        new NodeResources(clock, System::nanoTime, new Random(1), threads),
                        TWO.withIdleAfter(Duration.ofMillis(50))
                                .withPrepareDeadline(Duration.ofMillis(500)));
        Index index = sleepy.create(disk);
        sleepy.add(index, puts(0, 50));
        Awaiting.that("the lanes work", () -> index.writer().pending().queuedDocuments() == 0);
        Awaiting.that("the lanes rest", () -> threads.livingLanes() == 0);
        assertTrue(disk.openMaps() > 0);
        threads.none = true;

        index.close();

        assertEquals(0, disk.openMaps());
        threads.none = false;
        try (Index again = sleepy.open(disk)) {
            assertEquals(Map.of(), IndexScenario.documents(again));
        }
    }

    @Test
    void lanesThatGetNoThreadToForgetDoSoBeforeTheyWorkAgain() {
        ScarceThreads threads = new ScarceThreads();
        IndexScenario sleepy =
                new IndexScenario(
                        new NodeResources(clock, System::nanoTime, new Random(1), threads),
                        TWO.withIdleAfter(Duration.ofMillis(50))
                                .withPrepareDeadline(Duration.ofSeconds(4)));
        try (Index index = sleepy.create(disk)) {
            sleepy.add(index, puts(0, 50));
            Awaiting.that("the lanes work", () -> index.writer().pending().queuedDocuments() == 0);
            Awaiting.that("the lanes rest", () -> threads.livingLanes() == 0);
            threads.none = true;

            index.writer().abort();

            threads.none = false;
            sleepy.add(index, puts(100, 150));
            sleepy.commit(index);
            assertEquals(50, IndexScenario.documents(index).size());
            assertTrue(IndexScenario.documents(index).containsKey("k100"));
        }
    }

    @Test
    void whenOneLaneFailsTheOthersDoNotWorkInVain() {
        CountDownLatch failed = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        disk.probe(call -> {
            if (call.startsWith("create s-")) {
                switch (begun.incrementAndGet()) {
                    case 1 -> await(failed, goOn);
                    case 2 -> {
                        failed.countDown();
                        throw new OutOfMemoryError("injected");
                    }
                    default -> {}
                }
            }
        });
        IndexScenario eager = new IndexScenario(clock, 1, TWO.withLanes(3).withBuilderBytesMax(1));
        try (Index index = eager.create(disk)) {
            for (int batch = 0; batch < 50; batch++) {
                eager.add(index, puts(4 * batch, 4 * batch + 4));
            }
            Awaiting.that(
                    "the other lanes have drained",
                    () -> index.writer().pending().queuedDocuments() < 100);
            goOn.countDown();

            assertThrows(MillraceException.Unavailable.class, () -> index.writer().prepareCommit());

            assertTrue(begun.get() < 40, begun + " segments begun for 200 documents");
            scenario.add(index, puts(0, 10));
            scenario.commit(index);
            assertEquals(10, IndexScenario.documents(index).size());
        }
    }

    private static void await(CountDownLatch... latches) {
        for (CountDownLatch latch : latches) {
            Awaiting.that("another lane", () -> latch.getCount() == 0);
        }
    }

    private Step[] puts(int from, int to) {
        Step[] steps = new Step[to - from];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = scenario.upsert("k" + (from + i), from + i);
        }
        return steps;
    }

    private void breathless(Class<?> speaker) {
        Logger logger = Logger.getLogger(speaker.getName());
        logger.setLevel(Level.ALL);
        logger.addHandler(breathless);
        breathlessLoggers.add(logger);
    }

    /// Every message takes more memory than there is.
    private static final class Breathless extends Handler {
        @Override
        public void publish(LogRecord record) {
            throw new OutOfMemoryError("no memory for a message");
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    /// Threads that cannot be started any more when the process has too many.
    private static final class ScarceThreads implements ThreadFactory {
        private final List<Thread> made = new ArrayList<>();
        private volatile boolean none;

        @Override
        public synchronized Thread newThread(Runnable task) {
            Thread thread =
                    new Thread(task) {
                        @Override
                        public void start() {
                            if (none) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            super.start();
                        }
                    };
            thread.setDaemon(true);
            made.add(thread);
            return thread;
        }

        synchronized long livingLanes() {
            return made.stream()
                    .filter(thread -> thread.isAlive() && thread.getName().startsWith("lane-"))
                    .count();
        }
    }
}
