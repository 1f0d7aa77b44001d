package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PreparedCommitTest {
    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = new IndexScenario(clock, 1);
    private final Log log = new Log();
    private final Logger logger = Logger.getLogger("io.millrace.index");

    @BeforeEach
    void listen() {
        logger.setUseParentHandlers(false);
        logger.addHandler(log);
    }

    @AfterEach
    void stopListening() {
        logger.removeHandler(log);
        logger.setUseParentHandlers(true);
        assertEquals(0, disk.openMaps());
    }

    @Test
    void oneThatNobodyHoldsAnyMoreIsReportedAndGivenUp() {
        // W-13
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            prepareAndForget(index);
            scenario.add(index, scenario.upsert("b", 2));

            Awaiting.that(
                    "the leak is reported",
                    () -> {
                        System.gc();
                        return log.has("neither committed nor closed");
                    });

            assertTrue(log.has("PreparedCommitTest.prepareAndForget"));
            MillraceException lost =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> scenario.add(index, scenario.upsert("c", 3)));
            assertTrue(
                    String.valueOf(lost.getMessage())
                            .contains("everything since generation 1 is dropped"));
            assertEquals(index.writer().committed(), index.writer().accepted());
            scenario.add(index, scenario.upsert("d", 4));
            scenario.commit(index);
            assertEquals(Map.of("d", 4L), IndexScenario.documents(index));
            index.settle();
            assertEquals(1, files(".seg").size());
        }
    }

    @Test
    void oneThatIsHeldIsNotGivenUpHoweverLongItTakesToResolve() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                for (int i = 0; i < 5; i++) {
                    System.gc();
                }
                prepared.commit();
            }
            System.gc();
            assertFalse(log.has("neither committed nor closed"));
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    @Test
    void aSecondOneIsRefusedWhileOneIsOpen() {
        // W-12
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                MillraceException.InvalidRequest refused =
                        assertThrows(
                                MillraceException.InvalidRequest.class,
                                () -> index.writer().prepareCommit());
                assertEquals(MillraceException.InvalidRequest.Reason.CONFLICT, refused.reason());
                prepared.commit();
                assertThrows(MillraceException.InvalidRequest.class, prepared::commit);
            }
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    @Test
    void oneThatComesTooLateIsRefusedAndTheIndexGoesOn() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                clock.advance(Duration.ofSeconds(61));
                index.settle();
                MillraceException.Unavailable late =
                        assertThrows(MillraceException.Unavailable.class, prepared::commit);
                assertFalse(late.isUnfinished());
            }
            scenario.add(index, scenario.upsert("b", 2));
            scenario.commit(index);
            assertEquals(Map.of("b", 2L), IndexScenario.documents(index));
        }
    }

    // the generation is gone as a whole, says so, and the next one takes its place.
    @Test
    void aPublicationWithoutRoomIsNoSuccessAndBlocksNothing() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            AtomicBoolean full = new AtomicBoolean(true);
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                disk.probe(call -> {
                    if (call.startsWith("link ") && full.getAndSet(false)) {
                        disk.strikeAt(1, FaultDirectory.Fault.FULL);
                    }
                });
                MillraceException.Unavailable refused =
                        assertThrows(MillraceException.Unavailable.class, prepared::commit);
                assertTrue(
                        String.valueOf(refused.getMessage())
                                .contains("everything since generation 1 is dropped"));
            }
            assertTrue(disk.struck());
            assertEquals(index.writer().committed(), index.writer().accepted());
            assertEquals(Map.of(), IndexScenario.documents(index));

            scenario.add(index, scenario.upsert("b", 2));
            assertEquals(2, scenario.commit(index).orElseThrow().generation());

            assertEquals(Map.of("b", 2L), IndexScenario.documents(index));
            index.settle();
            assertEquals(1, files(".seg").size());
        }
    }

    @Test
    void aCallerThatIsInterruptedMeanwhileDoesNotTearThePublication() {
        //
        CountDownLatch linking = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        disk.probe(call -> {
            if (call.equals("link c-2.commit")) {
                linking.countDown();
                awaitPatiently(goOn);
            }
        });
        AtomicBoolean committed = new AtomicBoolean();
        try (Index index = scenario.create(disk)) {
            Thread owner =
                    Thread.ofPlatform()
                            .start(() -> {
                                scenario.add(index, scenario.upsert("a", 1));
                                boolean published = scenario.commit(index).isPresent();
                                committed.set(published && Thread.currentThread().isInterrupted());
                            });
            awaitPatiently(linking);
            owner.interrupt();
            goOn.countDown();
            Uninterruptibly.join(owner);

            assertTrue(committed.get());
            assertEquals(2, index.newestCommit().generation());
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
            scenario.add(index, scenario.upsert("b", 2));
            scenario.commit(index);
            assertEquals(Map.of("a", 1L, "b", 2L), IndexScenario.documents(index));
        }
    }

    @Test
    void afterCloseEverythingIsRefusedAsClosed() {
        Index index = scenario.create(disk);
        scenario.add(index, scenario.upsert("a", 1));
        PreparedCommit prepared = index.writer().prepareCommit();
        index.close();

        assertThrows(MillraceException.Unavailable.class, prepared::commit);
        assertThrows(
                MillraceException.Unavailable.class,
                () -> scenario.add(index, scenario.upsert("b", 2)));
        assertThrows(MillraceException.Unavailable.class, () -> index.writer().prepareCommit());
        prepared.close();
    }

    private static void awaitPatiently(CountDownLatch latch) {
        Awaiting.that("the latch is open", () -> latch.getCount() == 0);
    }

    private static void prepareAndForget(Index index) {
        index.writer().prepareCommit();
    }

    private List<String> files(String suffix) {
        try {
            return disk.list().stream().filter(name -> name.endsWith(suffix)).toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static final class Log extends Handler {
        private final List<String> messages = new CopyOnWriteArrayList<>();

        boolean has(String part) {
            return messages.stream().anyMatch(message -> message.contains(part));
        }

        @Override
        public void publish(LogRecord record) {
            messages.add(String.valueOf(record.getMessage()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
