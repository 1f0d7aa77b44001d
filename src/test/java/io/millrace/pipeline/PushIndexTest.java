package io.millrace.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.change.Change;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitPoint;
import io.millrace.index.IndexOptions;
import io.millrace.source.ChangeSource;
import io.millrace.source.push.PushAdmission.Accepted;
import io.millrace.source.push.PushAdmission.Full;
import io.millrace.source.push.PushChangeSource;
import io.millrace.source.push.PushOptions;
import io.millrace.source.push.PushOutcome;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Changes pushed into real indexes, and what those who pushed them are told.
class PushIndexTest {
    private static final CommitCadence NEVER =
            new CommitCadence(Duration.ofHours(1), 1_000_000, 1 << 30, Duration.ofHours(1));

    @TempDir Path folder;

    private @Nullable Indexes indexes;

    @AfterEach
    void stop() {
        running().close();
    }

    @Test
    void everyParcelIsAnsweredByTheCommitThatHoldsIt() throws Exception {
        RunningIndex index = start(PushOptions.DEFAULT);
        PushChangeSource push = push(index);

        Accepted first = accepted(push.offer(List.of(upsert("a", 1), upsert("b", 2)), true));
        Accepted second = accepted(push.offer(List.of(delete("a")), true));

        PushOutcome outcome = outcome(first);
        assertEquals(List.of(), outcome.rejects());
        assertEquals(0, first.first());
        assertEquals(2, first.end());
        assertEquals(2, second.first());
        assertTrue(outcome(second).generation() >= outcome.generation());
        assertEquals(Set.of("b"), FolderHome.visible(index.index()).keySet());
        assertEquals(positions(3), index.status().committed());
    }

    @Test
    void whatTheIndexRefusesComesBackToItsParcelAndToNoOther() throws Exception {
        RunningIndex index = start(PushOptions.DEFAULT);
        PushChangeSource push = push(index);

        Accepted good = accepted(push.offer(List.of(upsert("a", 1)), false));
        Accepted mixed =
                accepted(push.offer(List.of(upsert("b", 2), broken("c"), upsert("d", 4)), true));
        Accepted bad = accepted(push.offer(List.of(broken("e")), true));

        assertEquals(List.of(), outcome(good).rejects());
        assertEquals(2, outcome(mixed).rejects().getFirst().origin().position());
        assertEquals(1, outcome(mixed).rejects().size());
        assertEquals(4, outcome(bad).rejects().getFirst().origin().position());
        assertEquals(Set.of("a", "b", "d"), FolderHome.visible(index.index()).keySet());
        assertEquals(2, index.status().rejectedChanges());
        assertEquals(2, index.index().newestRejects(10).size());
    }

    @Test
    void junkOfOnePusherLetsNobodyRest() throws Exception {
        RunningIndex index = start(PushOptions.DEFAULT);
        PushChangeSource push = push(index);
        List<Change> junk = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            junk.add(broken("k" + i));
        }

        outcome(accepted(push.offer(junk, true)));
        outcome(accepted(push.offer(List.of(upsert("a", 1)), true)));

        assertEquals("", index.status().detail());
        assertEquals(Set.of("a"), FolderHome.visible(index.index()).keySet());
    }

    @Test
    void countingGoesOnAfterARestart() throws Exception {
        PushChangeSource before = push(start(PushOptions.DEFAULT));
        Accepted first = accepted(before.offer(List.of(upsert("a", 1)), true));
        outcome(first);
        running().close();

        PushChangeSource after = push(start(PushOptions.DEFAULT));
        Accepted second = accepted(after.offer(List.of(upsert("b", 2)), true));

        assertEquals(first.end(), second.first());
        assertNotEquals(first.session(), second.session());
        outcome(second);
    }

    @Test
    void whatNobodyWaitsForIsStillThereAfterACleanStop() throws Exception {
        // The writer has room for a tenth of it at a time.
        RunningIndex index =
                start(
                        FolderHome.at(folder, IndexOptions.DEFAULT.withQueue(1_000, 1 << 30)),
                        PushOptions.DEFAULT);
        PushChangeSource push = push(index);
        for (int i = 0; i < 100; i++) {
            List<Change> parcel = new ArrayList<>();
            for (int j = 0; j < 100; j++) {
                parcel.add(upsert("k" + (i * 100 + j), i));
            }
            accepted(push.offer(parcel, false));
        }

        running().close();

        RunningIndex again = start(PushOptions.DEFAULT);
        Awaiting.that("it is open", () -> isOpen(again));
        assertEquals(10_000, FolderHome.visible(again.index()).size());
        assertEquals(positions(10_000), again.status().committed());
    }

    @Test
    void withoutRoomNothingOfAParcelIsTaken() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        RunningIndex index =
                start(
                        FolderHome.in(disk, IndexOptions.DEFAULT),
                        PushOptions.DEFAULT.withQueue(3, 1 << 20));
        PushChangeSource push = push(index);
        // The commit that begins now does not end, so what is queued stays queued.
        disk.probe(_ -> {
            stuck.countDown();
            await(goOn);
        });
        accepted(push.offer(List.of(upsert("a", 1)), true));
        stuck.await();
        // One that fills the feed, then up to the bound.
        accepted(push.offer(List.of(upsert("b", 1)), true));
        accepted(push.offer(List.of(upsert("c", 1), upsert("d", 1)), true));

        Full full =
                assertInstanceOf(
                        Full.class, push.offer(List.of(upsert("e", 1), upsert("f", 1)), true));

        assertTrue(full.reason().contains("would pass 3"), full.reason());
        goOn.countDown();
        Awaiting.that("the rest is indexed", () -> index.status().committed().equals(positions(4)));
    }

    @Test
    void whoWaitsIsToldThatItsGenerationFailed() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        RunningIndex index = start(FolderHome.in(disk, IndexOptions.DEFAULT), PushOptions.DEFAULT);
        PushChangeSource push = push(index);
        outcome(accepted(push.offer(List.of(upsert("a", 1)), true)));
        // Not what the first commit still cleans up.
        disk.probe(call -> {
            if (call.contains(".seg")) {
                disk.probe(_ -> {});
                disk.strikeAt(1, FaultDirectory.Fault.FULL);
            }
        });

        Accepted lost = accepted(push.offer(List.of(upsert("b", 2)), true));
        var refused = assertThrows(MillraceException.Unavailable.class, () -> outcome(lost));

        assertTrue(disk.struck());
        assertTrue(
                String.valueOf(refused.getMessage())
                        .contains("nothing of this request was indexed, send it again"),
                refused.getMessage());
        Awaiting.that("it takes again", () -> takes(push, upsert("c", 3)));
        assertNotEquals(lost.session(), push.session());
        Awaiting.that("it is indexed", () -> index.status().committed().equals(positions(2)));
        assertEquals(Set.of("a", "c"), FolderHome.visible(index.index()).keySet());
    }

    @Test
    void whoWaitsIsToldThatTheIndexFailed() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        RunningIndex index = start(FolderHome.in(disk, IndexOptions.DEFAULT), PushOptions.DEFAULT);
        PushChangeSource push = push(index);
        CompletableFuture<CommitPoint> waiter = index.await(Awaited.positions(positions(5)));
        disk.strikeAt(1, FaultDirectory.Fault.POWER_LOSS);

        Accepted lost = accepted(push.offer(List.of(upsert("b", 2)), true));

        assertThrows(MillraceException.Unavailable.class, () -> outcome(lost));
        assertThrows(ExecutionException.class, () -> waiter.get(30, TimeUnit.SECONDS));
    }

    /// The link may be there after all: who sends an append again because it is told that nothing
    /// was indexed has it twice.
    @Test
    void whoWaitsIsToldThatTheOutcomeOfItsCommitIsNotKnown() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        RunningIndex index = start(FolderHome.in(disk, IndexOptions.DEFAULT), PushOptions.DEFAULT);
        PushChangeSource push = push(index);
        outcome(accepted(push.offer(List.of(upsert("a", 1)), true)));
        disk.probe(call -> {
            if (call.contains("link ") && call.contains(".commit")) {
                disk.probe(_ -> {});
                disk.strikeAt(1, FaultDirectory.Fault.DEVICE_ERROR);
            }
        });

        Accepted doubtful = accepted(push.offer(List.of(upsert("b", 2)), true));
        var told = assertThrows(MillraceException.Unavailable.class, () -> outcome(doubtful));

        assertTrue(disk.struck());
        assertTrue(
                String.valueOf(told.getMessage()).contains("is not known, look before"),
                told.getMessage());
        assertFalse(told.isPassing());
    }

    @Test
    void otherIndexesTakeNoDocuments() {
        RunningIndex index =
                start(
                        FolderHome.at(folder, IndexOptions.DEFAULT),
                        new KafkaSource("default", "t", KeyFrom.RECORD),
                        new ScriptedSource(10));

        var refused = assertThrows(InvalidRequest.class, index::push);

        assertEquals(InvalidRequest.Reason.CONFLICT, refused.reason());
    }

    /// Whatever the order in which threads come, the sequence numbers they are given are the order
    /// in which their changes apply, and each is answered once its changes can be seen.
    @Test
    void manyPushersSeeTheirOwnWritesInTheOrderOfTheirNumbers() {
        Seeded.once(random -> {
            RunningIndex index = start(PushOptions.DEFAULT.withQueue(200, 1 << 20));
            PushChangeSource push = push(index);
            var log = new ConcurrentSkipListMap<Long, Change>();
            List<Thread> pushers = new ArrayList<>();
            List<Throwable> failures = java.util.Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 8; i++) {
                long seed = random.nextLong();
                pushers.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        pushSome(
                                                index,
                                                push,
                                                log,
                                                new java.util.SplittableRandom(seed));
                                    } catch (Throwable e) {
                                        failures.add(e);
                                    }
                                }));
            }
            for (Thread pusher : pushers) {
                join(pusher);
            }
            assertEquals(List.of(), failures);
            Map<String, Value> model = new TreeMap<>();
            log.values().forEach(change -> apply(model, change));
            Map<String, Value> visible = new TreeMap<>();
            FolderHome.visible(index.index())
                    .forEach((key, document) ->
                            visible.put(key, Objects.requireNonNull(document.get("n"))));
            assertEquals(model, visible);
            assertEquals(positions(log.size()), index.status().committed());
            running().close();
        });
    }

    private static void pushSome(
            RunningIndex index,
            PushChangeSource push,
            ConcurrentSkipListMap<Long, Change> log,
            RandomGenerator random)
            throws Exception {
        for (int request = 0; request < 40; request++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(1, 12); i > 0; i--) {
                String key = "k" + random.nextInt(60);
                changes.add(
                        random.nextInt(4) == 0 ? delete(key) : upsert(key, random.nextInt(1_000)));
            }
            Accepted taken = null;
            while (taken == null) {
                taken = push.offer(changes, true) instanceof Accepted room ? room : null;
                Thread.onSpinWait();
            }
            for (int i = 0; i < changes.size(); i++) {
                log.put(taken.first() + i, changes.get(i));
            }
            long generation = outcome(taken).generation();
            CommitPoint seen = index.index().newestCommit();
            if (seen.generation() < generation
                    || !seen.checkpoint().covers(positions(taken.end()))) {
                throw new AssertionError("answered before it can be seen: " + seen);
            }
        }
    }

    private static void apply(Map<String, Value> model, Change change) {
        switch (change) {
            case Change.Upsert(var key, var document, _, _) ->
                    model.put(key.toString(), Objects.requireNonNull(document.root().get("n")));
            case Change.Delete(var key, _) -> model.remove(key.toString());
            case Change.Patch _, Change.Append _, Change.Truncate _ ->
                    throw new AssertionError("not pushed here: " + change);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean takes(PushChangeSource push, Change change) {
        try {
            return push.offer(List.of(change), true) instanceof Accepted;
        } catch (MillraceException.Unavailable e) {
            return false;
        }
    }

    private static boolean isOpen(RunningIndex index) {
        try {
            return index.index().newestCommit() != null;
        } catch (MillraceException.Unavailable e) {
            return false;
        }
    }

    private static PushOutcome outcome(Accepted accepted) {
        try {
            return accepted.outcome().get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw (MillraceException) Objects.requireNonNull(e.getCause());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Accepted accepted(io.millrace.source.push.PushAdmission admission) {
        return assertInstanceOf(Accepted.class, admission, admission.toString());
    }

    private static Change upsert(String key, long number) {
        return new Change.Upsert(DocumentKey.of(key), document(key, Value.of(number)), LINE);
    }

    private static Change broken(String key) {
        return new Change.Upsert(DocumentKey.of(key), document(key, Value.of("many")), LINE);
    }

    private static Change delete(String key) {
        return new Change.Delete(DocumentKey.of(key), LINE);
    }

    private static final Origin LINE = new Origin(PushChangeSource.PARTITION, 0, 0, null, null);

    private static Document document(String key, Value number) {
        return Document.of(new Value.Obj(Map.of("id", Value.of(key), "n", number)));
    }

    private static Checkpoint positions(long next) {
        return Checkpoint.of(Map.of(PushChangeSource.PARTITION, Position.of(next)));
    }

    private Indexes running() {
        return Objects.requireNonNull(indexes);
    }

    private RunningIndex start(PushOptions options) {
        return start(FolderHome.at(folder, IndexOptions.DEFAULT), options);
    }

    private RunningIndex start(IndexHome home, PushOptions options) {
        return start(
                home,
                new PushSource(),
                new PushChangeSource("numbers", options, new java.util.SplittableRandom()));
    }

    private RunningIndex start(IndexHome home, Source defined, ChangeSource source) {
        indexes =
                new Indexes(
                        home,
                        FolderHome.catalog(folder),
                        _ -> source,
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(1));
        Schema schema =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG)));
        return running()
                .start(new IndexDefinition("numbers", schema, defined, NEVER, Value.Obj.EMPTY));
    }

    private static PushChangeSource push(RunningIndex index) {
        Awaiting.that(
                "it takes documents",
                () -> {
                    try {
                        index.push();
                        return index.status().source().state()
                                == io.millrace.source.SourceStatus.State.READING;
                    } catch (MillraceException.Unavailable e) {
                        return false;
                    }
                });
        return index.push();
    }
}
