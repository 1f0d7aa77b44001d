package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// How merges begin, wait, fail and end beside everything else.
class MergeLifeTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final PairPolicy policy = new PairPolicy();
    private final MergePermits permits = new MergePermits(2);
    private final NodeResources resources =
            new NodeResources(
                    clock,
                    clock,
                    new Random(1),
                    Thread.ofPlatform().daemon().factory(),
                    MemoryPool.ofHeap(),
                    permits);

    @BeforeEach
    void beQuiet() {
        Logger.getLogger("io.millrace.index").setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        Logger.getLogger("io.millrace.index").setLevel(null);
        assertEquals(0, disk.openMaps());
        assertEquals(0, disk.openFiles());
        assertEquals(0, permits.takenCount());
    }

    //
    @Test
    void closingWaitsForTheMergeThatRuns() throws IOException {
        Gate gate = new Gate(1);
        Index index = scenario(1, false).create(disk);
        commitEach(index, "a", "b");
        assertFalse(index.forceMerge(1, Duration.ZERO));
        gate.awaitHeld(1);

        Thread closing = Thread.ofPlatform().start(index::close);
        moment();
        assertTrue(closing.isAlive());
        assertEquals(2, disk.openMaps(), "the inputs are still read");
        gate.release();
        Uninterruptibly.join(closing);

        assertEquals(2, segments().size());
        try (Index again = scenario(1, false).open(disk)) {
            assertEquals(Map.of("a", 0L, "b", 1L), IndexScenario.documents(again));
        }
    }

    //
    @Test
    void aMergeThatEndsTakesNothingFromOneThatReads() throws IOException {
        IndexScenario scenario = scenario(2, true);
        try (Index index = scenario.create(disk)) {
            Gate gate = new Gate(1);
            try (Index.MergePause _ = index.pauseMerges()) {
                commitEach(index, "a", "b", "c", "d");
            }
            gate.awaitHeld(1);
            Awaiting.that("the other merge is done", () -> index.newestCommit().segmentCount() < 4);
            commitEach(index, "a", "b", "c", "d");
            index.settle();

            gate.release();
            awaitMerged(index);
            assertEquals(Set.of("a", "b", "c", "d"), IndexScenario.documents(index).keySet());
            index.settle();
            assertEquals(1, segments().size());
        }
    }

    // nobody but open snapshots and changes on their way keeps what was merged away.
    @Test
    void whatWasMergedAwayIsDeletedAtOnce() throws IOException {
        IndexScenario scenario = scenario(1, false);
        try (Index index = scenario.create(disk)) {
            commitEach(index, "a", "b");
            Set<String> before = segments();
            scenario.add(index, scenario.upsert("a", 7), scenario.upsert("c", 8));
            Awaiting.that(
                    "the lane found the former a",
                    () -> index.writer().pending().queuedDocuments() == 0);

            assertTrue(index.forceMerge(1, LONG));
            scenario.commit(index);

            // The request is met a moment before the merge lets go of its inputs.
            assertTrue(index.waitForMerges(LONG));
            index.settle();
            assertEquals(2, segments().size());
            assertTrue(segments().stream().noneMatch(before::contains));
            assertEquals(Map.of("a", 7L, "b", 1L, "c", 8L), IndexScenario.documents(index));
        }
    }

    //
    @Test
    void whatIsBeingWrittenIsNotSwept() throws IOException {
        IndexScenario scenario =
                new IndexScenario(resources, options(1, false).withBuilderBytesMax(1));
        CountDownLatch written = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (Index index = scenario.create(disk)) {
            commitEach(index, "a", "b");
            Gate merging = new Gate(1);
            assertFalse(index.forceMerge(1, Duration.ZERO));
            merging.awaitHeld(1);
            disk.probe(call -> {
                if (call.startsWith("write s-") && !isMerging()) {
                    written.countDown();
                    Awaiting.that("the writer is let go", () -> goOn.getCount() == 0);
                }
            });
            scenario.add(index, scenario.upsert("c", 2));
            Awaiting.that("it is being written", () -> written.getCount() == 0);
            Set<String> unpublished = segments();
            assertEquals(3, unpublished.size());
            index.settle();

            assertEquals(0, index.sweepOrphans());
            assertEquals(unpublished, segments());
            goOn.countDown();
            scenario.commit(index);
            merging.release();
            assertTrue(index.waitForMerges(LONG));
            assertEquals(Map.of("a", 0L, "b", 1L, "c", 2L), IndexScenario.documents(index));
        }
    }

    // with one merge at a time, each needs the one before to ask for it.
    @Test
    void theEndOfAMergeIsAReasonForTheNext() {
        IndexScenario scenario = scenario(1, true);
        try (Index index = scenario.create(disk)) {
            try (Index.MergePause _ = index.pauseMerges()) {
                commitEach(index, "a", "b", "c", "d", "e", "f", "g", "h");
            }

            awaitMerged(index);

            assertEquals(1, index.newestCommit().segmentCount());
            assertEquals(9 + 7, index.newestCommit().generation());
        }
    }

    //
    @Test
    void aMergeDoesNotPublishInTheMiddleOfACommit() {
        IndexScenario scenario = scenario(1, false);
        try (Index index = scenario.create(disk)) {
            commitEach(index, "a", "b");
            scenario.add(index, scenario.delete("a"), scenario.upsert("c", 5));
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                assertFalse(index.forceMerge(1, Duration.ZERO));
                Awaiting.that(
                        "the merge is whole",
                        () ->
                                index.merges().running().stream()
                                        .anyMatch(merge ->
                                                merge.step() == MergeStatus.Step.PUBLISHING));
                index.settle();
                assertEquals(3, index.newestCommit().generation());

                assertEquals(4, prepared.commit().orElseThrow().generation());
            }
            assertTrue(index.waitForMerges(LONG));
            assertTrue(index.newestCommit().generation() > 4);
            assertEquals(CommitKind.MERGE, index.newestCommit().kind());
            assertEquals(Map.of("b", 1L, "c", 5L), IndexScenario.documents(index));
        }
    }

    //
    @Test
    void aFailedMergeGivesEverythingBackAndIsTriedAgainLater() throws IOException {
        AtomicInteger tried = new AtomicInteger();
        disk.probe(call -> {
            if (call.startsWith("write s-") && isMerging()) {
                tried.incrementAndGet();
                throw new IllegalStateException("injected");
            }
        });
        try (Index index = scenario(1, true).create(disk)) {
            commitEach(index, "a", "b");
            for (int failures = 1; failures <= 8; failures++) {
                int times = failures;
                // 30 s, doubling, at most 30 min.
                Duration wait = Duration.ofSeconds(Math.min(1800, 15L << times));
                Awaiting.that(
                        "it failed " + times + " times",
                        () -> tried.get() == times && index.merges().heldBack().size() == 2);
                Awaiting.that("it is over", () -> index.merges().running().isEmpty());
                index.settle();
                assertEquals(2, segments().size());
                assertEquals(0, permits.takenCount());
                clock.advance(wait.minusMillis(1));
                index.settle();
                assertTrue(index.waitForMerges(LONG));
                assertEquals(times, tried.get(), "tried before " + wait);
                if (failures == 8) {
                    disk.probe(_ -> {});
                }
                clock.advance(Duration.ofMillis(1));
                index.settle();
            }

            awaitMerged(index);
            assertEquals(Map.of("a", 0L, "b", 1L), IndexScenario.documents(index));
        }
    }

    //
    @Test
    void whatIsCommittedWhileAMergeRunsStays() {
        IndexScenario scenario = scenario(1, false);
        try (Index index = scenario.create(disk)) {
            commitEach(index, "a", "b");
            Gate gate = new Gate(1);
            assertFalse(index.forceMerge(1, Duration.ZERO));
            gate.awaitHeld(1);
            scenario.add(index, scenario.upsert("c", 2), scenario.delete("a"));
            scenario.commit(index);
            gate.release();

            assertTrue(index.waitForMerges(LONG));
            assertEquals(2, index.newestCommit().segmentCount());
            assertEquals(Map.of("b", 1L, "c", 2L), IndexScenario.documents(index));
        }
    }

    //
    @Test
    void noMergeStartsOnceThePauseHasReturned() {
        IndexScenario scenario = scenario(4, true);
        try (Index index = scenario.create(disk)) {
            for (int round = 0; round < 40; round++) {
                commitEach(index, "a" + round, "b" + round);
                try (Index.MergePause _ = index.pauseMerges()) {
                    Set<String> running = running(index);
                    long generation = index.newestCommit().generation();
                    commitEach(index, "c" + round, "d" + round);
                    index.settle();
                    assertTrue(running.containsAll(running(index)));
                    assertEquals(generation + 2, index.newestCommit().generation());
                }
            }
            awaitMerged(index);
            assertEquals(160, IndexScenario.documents(index).size());
        }
    }

    //
    @Test
    void theLastOfSeveralPausesLetsMergesGoOn() {
        try (Index index = scenario(1, true).create(disk)) {
            Index.MergePause one = index.pauseMerges();
            Index.MergePause other = index.pauseMerges();
            commitEach(index, "a", "b", "c");
            one.close();
            one.close();
            index.settle();
            assertEquals(1, index.merges().pauseCount());
            assertEquals(List.of(), index.merges().running());
            assertEquals(4, index.newestCommit().generation());

            other.close();

            awaitMerged(index);
            assertEquals(1, index.newestCommit().segmentCount());
        }
    }

    //
    @Test
    void noMoreMergesRunThanAllowedAndNoneSharesASegment() {
        FaultDirectory otherDisk = new FaultDirectory();
        try (Index one = scenario(4, true).create(disk);
                Index other = scenario(4, true).create(otherDisk)) {
            Gate gate = new Gate(8);
            otherDisk.probe(gate::pass);
            try (Index.MergePause _ = one.pauseMerges();
                    Index.MergePause _ = other.pauseMerges()) {
                commitEach(one, "a", "b", "c", "d", "e", "f", "g", "h");
                commitEach(other, "a", "b", "c", "d", "e", "f", "g", "h");
            }
            gate.awaitHeld(2);
            moment();
            assertEquals(2, gate.held.get());
            List<String> inputs = new ArrayList<>();
            one.merges().running().forEach(merge -> inputs.addAll(merge.inputs()));
            other.merges().running().forEach(merge -> inputs.addAll(merge.inputs()));
            assertEquals(4, new HashSet<>(inputs).size());
            gate.release();

            awaitMerged(one);
            awaitMerged(other);
            assertEquals(8, IndexScenario.documents(one).size());
            assertEquals(8, IndexScenario.documents(other).size());
        }
        assertEquals(0, otherDisk.openMaps());
    }

    //
    @Test
    void noMergeFindsItsInputsGone() throws Exception {
        ConcurrentLinkedQueue<MergeEvent> abandoned = new ConcurrentLinkedQueue<>();
        TreeMap<String, Long> model = new TreeMap<>();
        IndexScenario scenario = scenario(3, true);
        try (Index index = scenario.create(disk);
                AutoCloseable _ =
                        index.onMerge(event -> {
                            if (event.phase() == MergeEvent.Phase.ABANDONED) {
                                abandoned.add(event);
                            }
                        })) {
            for (int i = 0; i < 120; i++) {
                scenario.add(
                        index, scenario.upsert("k" + i % 17, i), scenario.delete("k" + i % 13));
                model.put("k" + i % 17, (long) i);
                model.remove("k" + i % 13);
                scenario.commit(index);
                if (i % 10 == 0) {
                    index.forceMerge(1, Duration.ZERO);
                }
            }
            awaitMerged(index);
            assertEquals(model, IndexScenario.documents(index));
            assertEquals(List.of(), index.merges().heldBack());
        }
        // A merge whose inputs lost their last document meanwhile has nothing to publish.
        assertTrue(
                abandoned.stream().allMatch(event -> event.data().toString().contains("nothing")),
                () -> abandoned.toString());
    }

    //
    @Test
    void aForcedMergeWaitsQuietlyForSegmentsThatAnotherHolds() {
        IndexScenario scenario = scenario(2, true);
        try (Index index = scenario.create(disk)) {
            Gate gate = new Gate(1);
            commitEach(index, "a", "b");
            gate.awaitHeld(1);
            assertFalse(index.forceMerge(1, Duration.ZERO));
            index.settle();
            int asked = policy.asked.get();
            moment();
            assertEquals(asked, policy.asked.get(), "asked again and again");
            gate.release();

            assertTrue(index.waitForMerges(LONG));
            assertEquals(1, index.newestCommit().segmentCount());
        }
    }

    private IndexScenario scenario(int runningMax, boolean background) {
        return new IndexScenario(resources, options(runningMax, background));
    }

    private IndexOptions options(int runningMax, boolean background) {
        return IndexScenario.OPTIONS.withMerges(
                MergeOptions.DEFAULT
                        .withPolicy(policy)
                        .withBackground(background)
                        .withRunningMax(runningMax));
    }

    /// One segment for each key; its number is its place.
    private void commitEach(Index index, String... keys) {
        IndexScenario scenario = scenario(1, false);
        for (int i = 0; i < keys.length; i++) {
            scenario.add(index, scenario.upsert(keys[i], i));
            scenario.commit(index);
        }
    }

    private static void awaitMerged(Index index) {
        Awaiting.that(
                "at most one segment is left",
                () ->
                        index.waitForMerges(Duration.ZERO)
                                && index.newestCommit().segmentCount() <= 1);
    }

    private static Set<String> running(Index index) {
        Set<String> ids = new HashSet<>();
        index.merges().running().forEach(merge -> ids.add(merge.id()));
        return ids;
    }

    private static boolean isMerging() {
        return Thread.currentThread().getName().startsWith("merge-");
    }

    private Set<String> segments() {
        try {
            Set<String> names = new HashSet<>(disk.list());
            names.removeIf(name -> !name.endsWith(".seg"));
            return names;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void moment() {
        AtomicInteger left = new AtomicInteger(10);
        Awaiting.that("a moment", () -> left.getAndDecrement() <= 0);
    }

    /// Holds merges at the beginning of their output, the first few of them.
    private final class Gate {
        private final AtomicInteger held = new AtomicInteger();
        private final AtomicInteger left;
        private final CountDownLatch opened = new CountDownLatch(1);

        Gate(int count) {
            left = new AtomicInteger(count);
            disk.probe(this::pass);
        }

        void pass(String call) {
            if (call.startsWith("create s-") && isMerging() && left.getAndDecrement() > 0) {
                held.incrementAndGet();
                Awaiting.that("the merge is let go", () -> opened.getCount() == 0);
            }
        }

        void awaitHeld(int count) {
            Awaiting.that(count + " merges are held", () -> held.get() >= count);
        }

        void release() {
            opened.countDown();
        }
    }
}
