package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IndexWriterTest {
    private static final long PATIENCE_SECONDS = 30;

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario =
            new IndexScenario(
                    clock,
                    1,
                    IndexOptions.DEFAULT
                            .withQueue(3, 1 << 20)
                            .withBuilderBytesMax(1 << 20)
                            .withKeptCommits(3));

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
    void aPrepareThatTimesOutKeepsItsGeneration() {
        Hold lane = holdLaneUntilReleased(Duration.ofSeconds(61));
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));

            MillraceException late =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> index.writer().prepareCommit());
            assertTrue(String.valueOf(late.getMessage()).contains("0 of 1 lanes"));
            scenario.add(index, scenario.upsert("b", 2));
            lane.release();
            scenario.commit(index);

            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
            assertEquals(
                    Position.of(1),
                    index.newestCommit().checkpoint().position(IndexScenario.PARTITION));
            assertEquals(1, index.writer().pending().changes());
            scenario.commit(index);
            assertEquals(Map.of("a", 1L, "b", 2L), IndexScenario.documents(index));
            assertEquals(3, index.newestCommit().generation());
        }
    }

    @Test
    void aPrepareThatTimedOutCanBeGivenUp() {
        Hold lane = holdLaneUntilReleased(Duration.ofSeconds(61));
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            assertThrows(MillraceException.Unavailable.class, () -> index.writer().prepareCommit());

            // The lane may arrive before or after nobody waits for it any more.
            CompletableFuture<Void> released = CompletableFuture.runAsync(lane::release);
            index.writer().abort();
            // Until then time passes, also for the commit that follows.
            released.join();
            scenario.add(index, scenario.upsert("b", 2));
            scenario.commit(index);

            assertEquals(Map.of("b", 2L), IndexScenario.documents(index));
            index.settle();
            assertEquals(List.of("c-1.commit", "c-2.commit"), commits());
        }
    }

    @Test
    void whateverFailsInALaneFailsTheGenerationAndNothingElse() {
        AtomicBoolean first = new AtomicBoolean(true);
        disk.probe(call -> {
            if (call.startsWith("write s-") && first.getAndSet(false)) {
                throw new StackOverflowError("injected");
            }
        });
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));

            MillraceException failed =
                    assertThrows(
                            MillraceException.Unavailable.class,
                            () -> index.writer().prepareCommit());

            assertInstanceOf(StackOverflowError.class, failed.getCause());
            assertEquals(index.writer().committed(), index.writer().accepted());
            assertEquals(0, index.writer().pending().changes());
            assertEquals(new IndexState.Open(), index.state());
            scenario.add(index, scenario.upsert("a", 2));
            scenario.commit(index);
            assertEquals(Map.of("a", 2L), IndexScenario.documents(index));
        }
    }

    @Test
    void anotherThreadIsFencedUntilTheOwnerIsGone() {
        try (Index index = scenario.create(disk)) {
            Thread owner =
                    Thread.ofPlatform().start(() -> scenario.add(index, scenario.upsert("a", 1)));
            Uninterruptibly.join(owner);
            scenario.commit(index);

            CompletionException refused =
                    assertThrows(
                            CompletionException.class,
                            () -> CompletableFuture.runAsync(() -> index.writer().abort()).join());

            assertInstanceOf(MillraceException.Fenced.class, refused.getCause());
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    @Test
    void aRefusedSourceIsToldWhenThereIsRoom() throws InterruptedException {
        Hold lane = holdLaneUntilReleased(Duration.ZERO);
        CountDownLatch drained = new CountDownLatch(1);
        try (Index index = scenario.create(disk)) {
            index.writer().onDrained(drained::countDown);
            scenario.add(index, new IndexScenario.Step.Garbage("a"));
            scenario.add(index, scenario.upsert("b", 2), scenario.upsert("c", 3));

            assertInstanceOf(
                    Admission.QueueFull.class,
                    scenario.offer(index, List.of(scenario.upsert("d", 4))));
            assertEquals(1, drained.getCount());
            lane.release();

            assertTrue(drained.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            scenario.add(index, scenario.upsert("d", 4));
            scenario.commit(index);
            assertEquals(Map.of("b", 2L, "c", 3L, "d", 4L), IndexScenario.documents(index));
        }
    }

    @Test
    void aBatchThatDoesNotStartWhereTheWriterStandsIsRefusedWhole() {
        try (Index index = scenario.create(disk)) {
            Checkpoint elsewhere = Checkpoint.of(Map.of(IndexScenario.PARTITION, Position.of(5)));

            assertThrows(
                    MillraceException.Bug.class,
                    () ->
                            index.writer()
                                    .add(
                                            IndexScenario.batch(
                                                    elsewhere, List.of(scenario.upsert("a", 1)))));

            assertEquals(0, index.writer().pending().changes());
            assertTrue(scenario.commit(index).isEmpty());
        }
    }

    @Test
    void closingEndsAPrepareThatWaits() {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        disk.probe(call -> {
            if (call.startsWith("create s-")) {
                reached.countDown();
                awaitPatiently(release);
            }
        });
        Index index = scenario.create(disk);
        CompletableFuture<Void> owner =
                CompletableFuture.runAsync(
                        () -> {
                            scenario.add(index, scenario.upsert("a", 1));
                            scenario.commit(index);
                        },
                        Thread.ofPlatform()::start);
        awaitPatiently(reached);
        CompletableFuture<Void> closing =
                CompletableFuture.runAsync(index::close, Thread.ofPlatform()::start);
        release.countDown();

        CompletionException refused = null;
        try {
            owner.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
        } catch (CompletionException e) {
            refused = e;
        }
        closing.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();

        if (refused != null) {
            assertInstanceOf(MillraceException.Unavailable.class, refused.getCause());
        }
        try (Index again = scenario.open(disk)) {
            assertEquals(
                    refused == null ? Map.of("a", 1L) : Map.of(), IndexScenario.documents(again));
        }
        assertEquals(new IndexState.Closed(), index.state());
        assertThrows(MillraceException.Unavailable.class, index::snapshot);
    }

    @Test
    void closingWhileTheOutcomeIsUnknownDeletesNothing() {
        CountDownLatch linked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean isLinked = new AtomicBoolean();
        disk.probe(call -> {
            if (call.equals("force folder") && isLinked.getAndSet(false)) {
                linked.countDown();
                awaitPatiently(release);
                throw new IllegalStateException("injected");
            }
            if (call.equals("link c-2.commit")) {
                isLinked.set(true);
            }
        });
        Index index = scenario.create(disk);
        CompletableFuture<Void> owner =
                CompletableFuture.runAsync(
                        () -> {
                            scenario.add(index, scenario.upsert("a", 1));
                            scenario.commit(index);
                        },
                        Thread.ofPlatform()::start);
        awaitPatiently(linked);
        CompletableFuture<Void> closing =
                CompletableFuture.runAsync(index::close, Thread.ofPlatform()::start);
        while (!(index.state() instanceof IndexState.Closed) && !closing.isDone()) {
            Thread.onSpinWait();
        }
        release.countDown();
        closing.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();

        CompletionException refused = assertThrows(CompletionException.class, owner::join);
        assertInstanceOf(MillraceException.Unavailable.class, refused.getCause());
        try (Index again = scenario.open(disk)) {
            assertEquals(Map.of("a", 1L), IndexScenario.documents(again));
        }
    }

    @Test
    void aFailedIndexDeletesNothingWhenItIsClosed() throws java.io.IOException {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            IndexSnapshot held = index.snapshot();
            scenario.add(index, scenario.delete("a"));
            scenario.commit(index);
            index.settle();
            disk.probe(call -> {
                if (call.startsWith("link")) {
                    throw new IllegalStateException("injected");
                }
            });
            scenario.add(index, scenario.upsert("b", 2));
            assertThrows(MillraceException.Unavailable.class, () -> scenario.commit(index));
            assertInstanceOf(IndexState.Failed.class, index.state());
            disk.probe(_ -> {});
            List<String> files = disk.list();

            held.close();
            index.close();

            assertEquals(files, disk.list());
        }
    }

    @Test
    void aListenerThatFailsDoesNotMakeACommitAFailure() {
        List<Long> heard = Collections.synchronizedList(new ArrayList<>());
        try (Index index = scenario.create(disk)) {
            index.onCommit(commit -> {
                throw new IllegalStateException("injected");
            });
            index.onCommit(commit -> heard.add(commit.generation()));
            scenario.add(index, scenario.upsert("a", 1));

            assertTrue(scenario.commit(index).isPresent());

            assertEquals(List.of(2L), heard);
        }
    }

    @Test
    void anInterruptDoesNotCutACommitInHalf() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            Thread.currentThread().interrupt();

            scenario.commit(index);

            assertTrue(Thread.interrupted());
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    @Test
    void aDocumentAboveTheLimitIsRejectedAndTheBatchGoesOn() {
        Origin origin = new Origin(IndexScenario.PARTITION, 0, 0, null, null);
        Document huge =
                Document.of(
                        new Value.Obj(
                                Map.of(
                                        "id",
                                        Value.of("a"),
                                        "blob",
                                        Value.of("x".repeat(LaneDraft.DOCUMENT_BYTES_MAX)))));
        ChangeBatch batch =
                ChangeBatch.of(
                        List.of(
                                new Change.Upsert(DocumentKey.of("a"), huge, origin),
                                new Change.Upsert(
                                        DocumentKey.of("b"),
                                        IndexScenario.document("b", 2),
                                        origin)),
                        List.of(),
                        List.of(
                                new PositionRange(
                                        IndexScenario.PARTITION, Position.of(0), Position.of(2))));
        try (Index index = scenario.create(disk)) {
            index.writer().add(batch);
            scenario.commit(index);

            assertEquals(Map.of("b", 2L), IndexScenario.documents(index));
            StoredReject stored = index.newestRejects(10).getFirst();
            assertEquals(Reject.Stage.ANALYSE, stored.reject().stage());
            assertTrue(stored.reject().reason().contains("expected at most 16777216"));
        }
    }

    @Test
    void nothingIsAcknowledgedThatIsNotPublished() {
        try (Index index = scenario.create(disk)) {
            index.markPublished(1);
            assertThrows(MillraceException.Bug.class, () -> index.markPublished(2));
            index.markPublished(0);
            assertEquals(1, index.publishedThrough());
        }
    }

    private List<String> commits() {
        try {
            return disk.list().stream().filter(name -> name.endsWith(".commit")).toList();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Holds the lane at its first file. Until it is released `passing` goes by on the clock again
    /// and again, because the owner starts to wait at a moment of its own.
    private Hold holdLaneUntilReleased(Duration passing) {
        Hold hold = new Hold();
        AtomicBoolean first = new AtomicBoolean(true);
        disk.probe(call -> {
            if (call.matches("create [sr]-.*") && first.getAndSet(false)) {
                hold.passTime(clock, passing);
            }
        });
        return hold;
    }

    /// Guarded by itself: once released, no time passes any more.
    private static final class Hold {
        private boolean released;

        synchronized void release() {
            released = true;
            notifyAll();
        }

        synchronized void passTime(ManualClock clock, Duration passing) {
            while (!released) {
                clock.advance(passing);
                try {
                    TimeUnit.MILLISECONDS.timedWait(this, 20);
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    private static void awaitPatiently(CountDownLatch latch) {
        try {
            assertTrue(latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
