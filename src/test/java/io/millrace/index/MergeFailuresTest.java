package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.merge.MergeCandidate;
import io.millrace.merge.MergePlan;
import io.millrace.merge.MergePolicy;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.FaultDirectory.Fault;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A merge that fails costs its own work and nothing else.
@Timeout(300)
@ExtendWith(SilentEngine.class)
class MergeFailuresTest {
    private static final Map<String, Long> SHOWN = Map.of("a", 3L, "b", 2L, "c", 4L);

    private final ManualClock clock = new ManualClock();
    private final MergePermits permits = new MergePermits(2);
    private final NodeResources resources =
            new NodeResources(
                    clock,
                    clock,
                    new Random(1),
                    Thread.ofPlatform().daemon().factory(),
                    MemoryPool.ofHeap(),
                    permits);
    private final IndexScenario scenario = new IndexScenario(resources, IndexScenario.OPTIONS);

    /// Two segments, of the first a document is deleted.
    private Index twoSegments(FaultDirectory disk, IndexScenario of) {
        Index index = of.create(disk);
        of.add(index, of.upsert("a", 1), of.upsert("b", 2));
        of.commit(index);
        of.add(index, of.upsert("a", 3), of.upsert("c", 4));
        of.commit(index);
        index.settle();
        return index;
    }

    private static void awaitEnd(Index index) {
        Awaiting.that("no merge runs", () -> index.waitForMerges(Duration.ZERO));
    }

    private static boolean isOfMerge() {
        String name = Thread.currentThread().getName();
        return name.startsWith("merge-") || name.startsWith("manager-");
    }

    //
    @Test
    void anErrorOfTheDeviceAtAnyStepGivesBackClaimPermitAndSpace() throws Exception {
        failAtEachStep(true, (disk, _) -> disk.strikeAt(1, Fault.DEVICE_ERROR));
    }

    //
    @Test
    void anErrorOfTheProcessAtAnyStepGivesBackClaimPermitAndSpace() throws Exception {
        failAtEachStep(
                false,
                (_, what) -> {
                    throw new OutOfMemoryError("injected at " + what);
                });
    }

    private interface Failure {
        void strike(FaultDirectory disk, String call);
    }

    private void failAtEachStep(boolean isOfDevice, Failure failure) throws Exception {
        boolean struck = true;
        int step = 0;
        while (struck) {
            step++;
            struck = failAt(step, isOfDevice, failure);
        }
        assertTrue(step > 10, "a merge of " + step + " calls");
    }

    /// False when a merge has fewer steps.
    private boolean failAt(int step, boolean isOfDevice, Failure failure) throws Exception {
        FaultDirectory disk = new FaultDirectory();
        AtomicInteger calls = new AtomicInteger();
        StringBuffer at = new StringBuffer();
        boolean struck;
        try (Index index = twoSegments(disk, scenario)) {
            List<String> before = disk.list();
            disk.probe(call -> {
                if (isOfMerge() && calls.incrementAndGet() == step) {
                    at.append(call);
                    failure.strike(disk, call);
                }
            });
            tryForceMerge(index);
            awaitEnd(index);
            trySettle(index);
            disk.probe(_ -> {});
            struck = !at.isEmpty();

            assertEquals(0, permits.takenCount(), at.toString());
            assertEquals(List.of(), index.merges().running(), at.toString());
            assertEquals(SHOWN, IndexScenario.documents(index), at.toString());
            boolean isFailed = index.state() instanceof IndexState.Failed;
            assertTrue(
                    !isOfDevice || !at.toString().startsWith("force") || isFailed,
                    "nobody may trust the folder after " + at);
            if (!isFailed) {
                if (index.newestCommit().segmentCount() > 1) {
                    assertEquals(before, disk.list(), "left over after " + at);
                    assertFalse(index.merges().heldBack().isEmpty(), at.toString());
                }
                clock.advance(Duration.ofMinutes(1));
                assertTrue(index.forceMerge(1, Duration.ofMinutes(1)), at.toString());
                awaitEnd(index);
                index.settle();
                assertEquals(1, index.newestCommit().segmentCount(), at.toString());
                assertEquals(1, segmentFiles(disk), at.toString());
            }
        }
        try (Index again = scenario.open(disk)) {
            assertEquals(SHOWN, IndexScenario.documents(again), at.toString());
        }
        assertEquals(0, disk.openMaps(), at.toString());
        assertEquals(0, disk.openFiles(), at.toString());
        return struck;
    }

    /// The step that fails may be one of this call.
    private static void tryForceMerge(Index index) {
        try {
            index.forceMerge(1, Duration.ZERO);
        } catch (MillraceException.Unavailable e) {
            // The merge failed before anybody looked whether it was done.
        }
    }

    private static void trySettle(Index index) {
        try {
            index.settle();
        } catch (OutOfMemoryError e) {
            index.settle();
        }
    }

    private static long segmentFiles(FaultDirectory disk) throws IOException {
        return disk.list().stream().filter(name -> name.endsWith(".seg")).count();
    }

    //
    @Test
    void aMergeThatFailsAgainAndAgainIsTriedLessAndLessOftenAndFillsNoDisk() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        AtomicInteger attempts = new AtomicInteger();
        IndexScenario eager =
                new IndexScenario(resources, IndexScenario.OPTIONS.withMerges(IndexScenario.EAGER));
        disk.probe(call -> {
            if (Thread.currentThread().getName().startsWith("merge-")
                    && call.startsWith("force s-")) {
                attempts.incrementAndGet();
                throw new UncheckedIOException(new IOException("no luck"));
            }
        });
        try (Index index = twoSegments(disk, eager)) {
            awaitEnd(index);
            index.settle();
            List<String> files = disk.list();
            long seconds = 30;
            for (int failures = 1; failures <= 9; failures++) {
                int sofar = failures;
                Awaiting.that("another attempt", () -> attempts.get() == sofar);
                awaitEnd(index);
                index.settle();
                assertEquals(files, disk.list());
                for (MergeStatus.HeldBack held : index.merges().heldBack()) {
                    assertEquals(seconds * 1000, held.retryMillis());
                    assertTrue(held.reason().contains("no luck"), held.reason());
                }
                clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
                index.settle();
                assertEquals(failures, attempts.get());
                clock.advance(Duration.ofMillis(1));
                seconds = Math.min(2 * seconds, 1800);
            }
            Awaiting.that(
                    "the last that fails waits as long as any",
                    () ->
                            attempts.get() == 10
                                    && index.merges().heldBack().stream()
                                            .anyMatch(held -> held.retryMillis() == 1_800_000));
            awaitEnd(index);

            disk.probe(_ -> {});
            clock.advance(Duration.ofMinutes(30));
            // The manager sleeps by the real clock, which has not moved.
            index.settle();
            // One of the two segments is half deletes: it is written anew, by itself.
            Awaiting.that(
                    "the deletes are reclaimed",
                    () -> index.newestCommit().kind() == CommitKind.MERGE);
            awaitEnd(index);
            assertEquals(List.of(), index.merges().heldBack());
            assertEquals(SHOWN, IndexScenario.documents(index));
        }
    }

    //
    @Test
    void anOutputThatLostOrMovedADocumentIsRefused() {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = twoSegments(disk, scenario);
                IndexSnapshot snapshot = index.snapshot()) {
            SegmentView whole = snapshot.segments().getLast();
            List<SegmentView> inputs = List.of(whole);

            MergeCheck.verify(inputs, whole.reader(), (_, document) -> document);

            for (LaneBases.Moves wrong :
                    List.<LaneBases.Moves>of(
                            (_, document) -> document == 0 ? -1 : document,
                            (_, _) -> 0,
                            (_, document) -> 1 - document,
                            (_, document) -> document + 1)) {
                assertThrows(
                        MillraceException.Corrupt.class,
                        () -> MergeCheck.verify(inputs, whole.reader(), wrong));
            }
            SegmentView shorter = snapshot.segments().getFirst();
            assertThrows(
                    MillraceException.Corrupt.class,
                    () ->
                            MergeCheck.verify(
                                    List.of(shorter), shorter.reader(), (_, document) -> document));
        }
    }

    /// Damages what the merge wrote before it is read back.
    private static Consumer<String> damagingOutput(FaultDirectory disk) {
        AtomicBoolean done = new AtomicBoolean();
        return call -> {
            if (Thread.currentThread().getName().startsWith("merge-")
                    && call.startsWith("open s-")
                    && !done.getAndSet(true)) {
                damage(disk, call.substring("open ".length()));
            }
        };
    }

    private static void damage(FaultDirectory disk, String file) {
        try {
            disk.damage(file, disk.length(file) / 2);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    //
    @Test
    void aDamagedOutputIsNotPublished() {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = twoSegments(disk, scenario)) {
            disk.probe(damagingOutput(disk));
            tryForceMerge(index);
            awaitEnd(index);

            assertEquals(2, index.newestCommit().segmentCount());
            assertTrue(index.merges().heldBack().stream().noneMatch(one -> one.quarantined()));
            assertEquals(SHOWN, IndexScenario.documents(index));
        }
    }

    //
    @Test
    void aDamagedInputIsLeftAloneAndSearchedAndEndsTheRequest() {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = twoSegments(disk, scenario)) {
            String first;
            try (IndexSnapshot snapshot = index.snapshot()) {
                first = snapshot.segments().getFirst().id();
            }
            AtomicBoolean done = new AtomicBoolean();
            Consumer<String> output = damagingOutput(disk);
            disk.probe(call -> {
                if (Thread.currentThread().getName().startsWith("merge-")
                        && !done.getAndSet(true)) {
                    damage(disk, "s-" + first + ".seg");
                }
                output.accept(call);
            });

            MillraceException failure =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> index.forceMerge(1, Duration.ofMinutes(1)));

            assertTrue(String.valueOf(failure.getMessage()).contains("damaged"), failure::toString);
            MergeStatus.HeldBack held = index.merges().heldBack().getFirst();
            assertEquals(first, held.segment());
            assertTrue(held.quarantined());
            assertEquals(SHOWN, IndexScenario.documents(index));
            assertEquals(0, permits.takenCount());
        }
    }

    @Test
    void aMergeWithoutRoomIsPutOffWithTheReasonAndComesLater() {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = twoSegments(disk, scenario)) {
            disk.room(1 << 20);
            assertFalse(index.forceMerge(1, Duration.ZERO));
            Awaiting.that("a reason", () -> index.merges().waiting().contains("no room"));
            assertEquals(0, permits.takenCount());

            disk.room(Long.MAX_VALUE);
            clock.advance(Duration.ofSeconds(30));

            Awaiting.that("merged", () -> index.newestCommit().segmentCount() == 1);
            awaitEnd(index);
            assertEquals("", index.merges().waiting());
        }
    }

    //
    @Test
    void aPolicyThatFailsLeavesNothingClaimed() {
        FaultDirectory disk = new FaultDirectory();
        AtomicInteger asked = new AtomicInteger();
        MergePolicy policy = IndexScenario.EAGER.policy();
        MergePolicy failing =
                new MergePolicy() {
                    @Override
                    public List<MergePlan> plan(List<MergeCandidate> free) {
                        return policy.plan(free);
                    }

                    @Override
                    public List<MergePlan> planForce(List<MergeCandidate> free, int segmentsMax) {
                        // The second question comes when the answer to the first is claimed.
                        if (asked.incrementAndGet() == 2) {
                            throw new IllegalStateException("no plan");
                        }
                        return policy.planForce(free, segmentsMax);
                    }

                    @Override
                    public List<MergePlan> planExpunge(List<MergeCandidate> free) {
                        return policy.planExpunge(free);
                    }
                };
        IndexScenario failingOnce =
                new IndexScenario(
                        resources,
                        IndexScenario.OPTIONS.withMerges(
                                IndexScenario.EAGER.withBackground(false).withPolicy(failing)));
        try (Index index = twoSegments(disk, failingOnce)) {
            assertTrue(index.forceMerge(1, Duration.ofMinutes(1)));
            awaitEnd(index);
            assertEquals(0, permits.takenCount());
            assertEquals(List.of(), index.merges().running());
            assertEquals(1, index.newestCommit().segmentCount());
        }
    }

    @Test
    void aRequestToAnIndexThatFailedEndsAtOnce() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        try (Index index = twoSegments(disk, scenario)) {
            disk.probe(call -> {
                if (call.startsWith("force s-")) {
                    disk.strikeAt(1, Fault.DEVICE_ERROR);
                }
            });
            assertThrows(
                    MillraceException.Unavailable.class,
                    () -> index.forceMerge(1, Duration.ofMinutes(1)));
            assertInstanceOf(IndexState.Failed.class, index.state());
            assertThrows(
                    MillraceException.Unavailable.class,
                    () -> index.forceMerge(1, Duration.ofMinutes(1)));
            assertEquals(0, permits.takenCount());
            assertEquals(SHOWN, IndexScenario.documents(index));
        }
    }
}
