package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Several lanes at once; what one lane does is in [IndexWriterTest].
class LanesTest {
    private static final IndexOptions WIDE =
            IndexOptions.DEFAULT
                    .withQueue(10_000, 1 << 22)
                    .withBuilderBytesMax(1 << 20)
                    .withLanes(3)
                    .withNarrowChanges(0);

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = new IndexScenario(clock, 1, WIDE);

    @BeforeEach
    void beQuiet() {
        Logger.getLogger("io.millrace.index").setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        Logger.getLogger("io.millrace.index").setLevel(null);
        assertEquals(0, disk.openMaps());
    }

    @Test
    void aSmallGenerationIsOneSegmentAndALargeOneIsSpread() {
        IndexScenario narrow = new IndexScenario(clock, 1, WIDE.withNarrowChanges(50));
        try (Index index = narrow.create(disk)) {
            narrow.add(index, puts(0, 50));
            narrow.commit(index);
            assertEquals(1, index.newestCommit().segmentCount());

            narrow.add(index, puts(50, 200));
            narrow.commit(index);
            assertEquals(1 + 3, index.newestCommit().segmentCount());

            narrow.add(index, puts(200, 210));
            narrow.commit(index);
            assertEquals(1 + 3 + 1, index.newestCommit().segmentCount());
            assertEquals(210, IndexScenario.documents(index).size());
        }
    }

    @Test
    void theNewestChangeOfAKeyWinsWhicheverLanesItWentThrough() {
        Seeded.repeat(
                40,
                random -> {
                    FaultDirectory folder = new FaultDirectory();
                    IndexScenario several =
                            new IndexScenario(
                                    clock,
                                    random.nextLong(),
                                    WIDE.withLanes(2 + random.nextInt(7))
                                            .withNarrowChanges(random.nextInt(30))
                                            .withBuilderBytesMax(
                                                    random.nextBoolean() ? 1 : 1 << 20));
                    SortedMap<String, Long> model = new TreeMap<>();
                    try (Index index = several.create(folder)) {
                        for (int commit = 0; commit < 5; commit++) {
                            for (int batch = 0; batch < 4; batch++) {
                                Step[] steps = new Step[random.nextInt(60)];
                                for (int i = 0; i < steps.length; i++) {
                                    String key = "k" + random.nextInt(40);
                                    if (random.nextInt(4) == 0) {
                                        steps[i] = several.delete(key);
                                        model.remove(key);
                                    } else {
                                        long number = random.nextInt(1_000_000);
                                        steps[i] = several.upsert(key, number);
                                        model.put(key, number);
                                    }
                                }
                                several.add(index, steps);
                            }
                            several.commit(index);
                            assertEquals(model, IndexScenario.documents(index));
                        }
                    }
                    assertEquals(0, folder.openMaps());
                });
    }

    @Test
    void intakeNumbersCountTheChangesOfAllLanes() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, puts(0, 100));
            scenario.commit(index);

            assertEquals(100, index.record().nextSequence());
            List<Long> seqs = new ArrayList<>();
            try (IndexSnapshot snapshot = index.snapshot()) {
                for (SegmentView view : snapshot.segments()) {
                    for (int i = 0; i < view.reader().documentCount(); i++) {
                        String key = String.valueOf(view.reader().document(i).root().get("id"));
                        assertEquals(Long.parseLong(key.substring(1)), view.reader().seq(i));
                        seqs.add(view.reader().seq(i));
                    }
                }
            }
            assertEquals(100, seqs.stream().distinct().count());
        }
    }

    @Test
    void rejectsAreReadInTheOrderOfTheSourceWhicheverLaneFoundThem() {
        try (Index index = scenario.create(disk)) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                steps.add(i % 3 == 0 ? new Step.Garbage("g" + i) : new Step.Bad("b" + i));
            }
            assertInstanceOf(Admission.Accepted.class, scenario.offer(index, steps));
            scenario.commit(index);

            List<StoredReject> stored = IndexScenario.rejects(index);
            assertEquals(60, stored.size());
            for (int i = 0; i < 60; i++) {
                assertEquals(i, stored.get(i).reject().origin().position());
            }
            assertEquals(3, index.record().rejects().size());
        }
    }

    @Test
    void whatOneLaneLosesTheOthersDoNotPublish() {
        //
        AtomicInteger begun = new AtomicInteger();
        disk.probe(call -> {
            if (call.startsWith("write s-") && begun.incrementAndGet() == 2) {
                throw new OutOfMemoryError("injected");
            }
        });
        try (Index index = scenario.create(disk)) {
            scenario.add(index, puts(0, 100));

            MillraceException.Unavailable failed =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> index.writer().prepareCommit());

            assertInstanceOf(OutOfMemoryError.class, failed.getCause());
            assertTrue(!failed.isUnfinished());
            assertEquals(index.writer().committed(), index.writer().accepted());
            assertEquals(Map.of(), IndexScenario.documents(index));
            index.settle();
            assertEquals(0, segments());
            scenario.add(index, puts(0, 100));
            scenario.commit(index);
            assertEquals(100, IndexScenario.documents(index).size());
        }
    }

    @Test
    void aLaneThatComesLateDoesNotSatisfyTheNextBarrier() {
        //
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        disk.probe(call -> {
            if (call.startsWith("create s-") && held.getCount() > 0) {
                held.countDown();
                while (release.getCount() > 0) {
                    clock.advance(Duration.ofSeconds(61));
                    Awaiting.that("a moment", new Moments(10));
                }
            }
        });
        try (Index index = scenario.create(disk)) {
            scenario.add(index, puts(0, 100));
            MillraceException.Unavailable late = null;
            while (late == null || !String.valueOf(late.getMessage()).contains(": 2 of 3 lanes")) {
                late =
                        assertThrows(
                                MillraceException.Unavailable.class,
                                () -> index.writer().prepareCommit());
                assertTrue(late.isUnfinished());
            }
            index.writer().abort();
            scenario.add(index, puts(200, 300));
            assertTrue(
                    assertThrows(
                                    MillraceException.Unavailable.class,
                                    () -> index.writer().prepareCommit())
                            .isUnfinished());
            release.countDown();
            scenario.commit(index);

            SortedMap<String, Long> shown = IndexScenario.documents(index);
            assertEquals(100, shown.size());
            assertTrue(shown.containsKey("k200"));
            index.settle();
            assertEquals(3, segments());
        }
    }

    @Test
    void whileTheSourceGoesOnOneLaneDoesNotWrite() {
        //
        AtomicInteger writing = new AtomicInteger();
        CountDownLatch release = new CountDownLatch(1);
        disk.probe(call -> {
            if (call.startsWith("create s-") && release.getCount() > 0) {
                writing.incrementAndGet();
                Awaiting.that("the writers are let go", () -> release.getCount() == 0);
            }
        });
        IndexScenario eager = new IndexScenario(clock, 1, WIDE.withBuilderBytesMax(1));
        try (Index index = eager.create(disk)) {
            eager.add(index, puts(0, 300));
            Awaiting.that("two lanes write", () -> writing.get() == 2);
            Awaiting.that("a moment", new Moments(10));
            assertEquals(2, writing.get());
            release.countDown();
            eager.commit(index);
            assertEquals(300, IndexScenario.documents(index).size());
        }
    }

    @Test
    void lanesOfOneSizeAreNotFullAtTheSameTime() {
        //
        long limit = 1000;
        assertEquals(limit, BuilderMemory.softBytes(limit, 0, 1));
        assertEquals(700, BuilderMemory.softBytes(limit, 0, 3));
        assertEquals(750, BuilderMemory.softBytes(limit, 1, 3));
        assertEquals(800, BuilderMemory.softBytes(limit, 2, 3));
    }

    @Test
    void closingDoesNotWorkOffWhatNobodyWillPublish() {
        //
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger begun = new AtomicInteger();
        disk.probe(call -> {
            if (call.startsWith("create s-")) {
                begun.incrementAndGet();
                held.countDown();
                Awaiting.that("the writer is let go", () -> release.getCount() == 0);
            }
        });
        IndexScenario single =
                new IndexScenario(clock, 1, WIDE.withLanes(1).withBuilderBytesMax(1));
        Index index = single.create(disk);
        for (int batch = 0; batch < 20; batch++) {
            single.add(index, puts(batch, batch + 1));
        }
        Awaiting.that("the lane writes", () -> held.getCount() == 0);
        Thread closing = Thread.ofPlatform().start(index::close);
        Awaiting.that("the queue is dropped", () -> index.writer().pending().queuedDocuments() < 2);
        release.countDown();
        Uninterruptibly.join(closing);

        assertEquals(1, begun.get());
    }

    @Test
    void anIdleLaneHoldsNeitherMemoryNorAThread() {
        MemoryPool pool = new MemoryPool(1 << 24);
        NodeResources resources =
                new NodeResources(
                        clock,
                        System::nanoTime,
                        new java.util.Random(1),
                        Thread.ofPlatform().daemon().factory(),
                        pool);
        IndexScenario sleepy =
                new IndexScenario(resources, WIDE.withIdleAfter(Duration.ofSeconds(1)));
        try (Index index = sleepy.create(disk)) {
            assertEquals(0, laneThreads());
            sleepy.add(index, puts(0, 100));
            Awaiting.that("the lanes work", () -> laneThreads() == 3);

            Awaiting.that("the lanes rest", () -> laneThreads() == 0);

            assertEquals(0, pool.reservedBytes());
            sleepy.add(index, puts(50, 120));
            sleepy.commit(index);
            assertEquals(120, IndexScenario.documents(index).size());
            Awaiting.that("the lanes rest again", () -> laneThreads() == 0);
            sleepy.add(index, puts(0, 10));
            index.writer().abort();
            sleepy.commit(index);
            assertEquals(120, IndexScenario.documents(index).size());
        }
    }

    private static long laneThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("lane-numbers-"))
                .count();
    }

    private long segments() {
        try {
            return disk.list().stream().filter(name -> name.endsWith(".seg")).count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private Step[] puts(int from, int to) {
        Step[] steps = new Step[to - from];
        for (int i = 0; i < steps.length; i++) {
            steps[i] = scenario.upsert("k" + (from + i), from + i);
        }
        return steps;
    }

    /// True when it was asked so often.
    private static final class Moments implements java.util.function.BooleanSupplier {
        private int left;

        Moments(int count) {
            left = count;
        }

        @Override
        public boolean getAsBoolean() {
            return left-- <= 0;
        }
    }
}
