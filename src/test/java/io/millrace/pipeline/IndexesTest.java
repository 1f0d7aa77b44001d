package io.millrace.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.testing.Awaiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pipelines with a scripted source and real indexes.
class IndexesTest {
    private static final CommitCadence NEVER =
            new CommitCadence(Duration.ofHours(1), 1_000_000, 1 << 30, Duration.ofHours(1));
    private static final CommitCadence QUICK =
            new CommitCadence(Duration.ofMillis(20), 1_000, 1 << 20, Duration.ofMillis(50));

    @TempDir Path folder;

    private final ScriptedSource source = new ScriptedSource(10);
    private @Nullable Indexes indexes;

    @AfterEach
    void stop() {
        running().close();
    }

    @Test
    void changesBecomeVisibleByThemselves() {
        RunningIndex index = start(QUICK);

        source.upsert("a", 1).upsert("b", 2).delete("a");

        awaitKeys(index, Set.of("b"));
        Awaiting.that("the source knows", () -> source.acknowledged().equals(source.end()));
        assertEquals(State.RUNNING, index.status().state());
        assertEquals(3, index.status().indexedChanges());
        assertEquals(source.end(), index.status().committed());
    }

    @Test
    void commitNowPublishesWhatWasRead() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1);
        Awaiting.that("the change is read", () -> index.status().accepted().equals(source.end()));
        assertTrue(FolderHome.visible(index.index()).isEmpty());

        CommitPoint commit = index.commitNow();

        assertEquals(2, commit.generation());
        assertEquals(CommitKind.INDEX, commit.kind());
        assertEquals(Set.of("a"), FolderHome.visible(index.index()).keySet());
        assertEquals(commit, index.commitNow());
    }

    @Test
    void withoutATopicTheIndexIsStartingAndSaysWhy() {
        source.failStart(new MillraceException.Unavailable("topic numbers does not exist yet"));
        RunningIndex index = start(QUICK);

        Awaiting.that("the reason is known", () -> !index.status().detail().isEmpty());

        assertEquals(State.STARTING, index.status().state());
        var refused = assertThrows(MillraceException.Unavailable.class, index::index);
        assertTrue(String.valueOf(refused.getMessage()).contains("does not exist yet"));
        assertThrows(MillraceException.Unavailable.class, index::commitNow);

        source.failStart(null);
        source.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
    }

    @Test
    void brokenSourceIsReadAgainWhereTheWriterStands() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1);
        Awaiting.that("the change is read", () -> index.status().accepted().equals(source.end()));

        source.fail(new MillraceException.Unavailable("no broker"));
        Awaiting.that("it is read again", source::isRead);
        source.upsert("b", 2);

        Awaiting.that("the rest is read", () -> index.status().accepted().equals(source.end()));
        assertEquals(2, index.commitNow().documentCount());
        assertEquals(2, index.status().indexedChanges());
        assertEquals(State.RUNNING, index.status().state());
    }

    @Test
    void anotherSourceThanBeforeStopsTheIndexWithoutPublishing() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1);
        Awaiting.that("the change is read", () -> index.status().accepted().equals(source.end()));

        source.fail(new MillraceException.Fenced("topic was recreated"));

        Awaiting.that("it stops", () -> index.status().state() == State.FAILED);
        assertEquals("topic was recreated", index.status().detail());
        var refused = assertThrows(MillraceException.Unavailable.class, index::commitNow);
        assertTrue(String.valueOf(refused.getMessage()).contains("recreated"));
        assertEquals(1, index.index().newestCommit().generation());
        assertTrue(FolderHome.visible(index.index()).isEmpty());
    }

    @Test
    void oneFailedIndexLeavesTheOthersRunning() {
        RunningIndex index = start(QUICK);
        RunningIndex broken = running().start(definition("broken", QUICK, FieldType.KEYWORD));
        Awaiting.that("it fails", () -> broken.status().state() == State.FAILED);

        source.upsert("a", 1);

        awaitKeys(index, Set.of("a"));
        assertEquals("no such source", broken.status().detail());
    }

    @Test
    void fullIntakeStopsDemandUntilThereIsRoom() {
        IndexOptions narrow =
                IndexOptions.DEFAULT
                        .withQueue(10, 1 << 20)
                        .withBuilderBytesMax(1 << 20)
                        .withKeptCommits(5);
        for (int i = 0; i < 5_000; i++) {
            source.upsert("k" + i % 50, i);
        }
        RunningIndex index = start(NEVER, narrow);

        Awaiting.that("all is read", () -> index.status().accepted().equals(source.end()));

        assertEquals(50, index.commitNow().documentCount());
        // One for each of the 500 batches and the one that waits now: nothing was asked ahead.
        assertEquals(501, source.requested());
    }

    /// The intake says once that there is room, and that may be when a commit is due.
    @Test
    void batchWithoutRoomIsNeverForgottenWhileCommitsComeDue() {
        IndexOptions narrow =
                IndexOptions.DEFAULT
                        .withQueue(10, 1 << 20)
                        .withBuilderBytesMax(1 << 20)
                        .withKeptCommits(5);
        CommitCadence restless =
                new CommitCadence(Duration.ofMillis(1), 1_000_000, 1 << 30, Duration.ofHours(1));
        for (int i = 0; i < 20_000; i++) {
            source.upsert("k" + i % 50, i);
        }
        RunningIndex index = start(restless, narrow);

        Awaiting.that("all is read", () -> index.status().accepted().equals(source.end()));
    }

    @Test
    void folderThatSomebodyHoldsIsWaitedFor() {
        awaitKeys(start(NEVER), Set.of());
        running().close();
        IndexDefinition numbers = definition("numbers", QUICK, FieldType.LONG);
        RunningIndex index;
        try (Index held = FolderHome.at(folder, IndexOptions.DEFAULT).open("numbers")) {
            index = start(numbers, IndexOptions.DEFAULT);
            Awaiting.that("the reason is known", () -> !index.status().detail().isEmpty());
            assertEquals(State.STARTING, index.status().state());
            assertEquals(1, held.newestCommit().generation());
        }

        source.upsert("a", 1);

        awaitKeys(index, Set.of("a"));
    }

    @Test
    void positionsAloneAreCommittedWhenIdle() {
        RunningIndex index = start(QUICK);
        source.delete("nobody");

        Awaiting.that(
                "the position is committed", () -> index.status().committed().equals(source.end()));

        assertEquals(CommitKind.POSITION, index.index().newestCommit().kind());
    }

    @Test
    void cleanStopCommitsWhatWasAccepted() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1).upsert("b", 2);
        Awaiting.that("all is read", () -> index.status().accepted().equals(source.end()));

        running().close();

        assertTrue(source.isClosed());
        assertEquals(State.STOPPED, index.status().state());
        RunningIndex again = start(NEVER);
        awaitKeys(again, Set.of("a", "b"));
        assertEquals(0, again.status().indexedChanges());
    }

    @Test
    void changedCadenceAppliesToTheRunningIndex() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1);
        Awaiting.that("the change is read", () -> index.status().accepted().equals(source.end()));

        RunningIndex same = running().start(definition("numbers", QUICK, FieldType.LONG));

        assertSame(index, same);
        awaitKeys(index, Set.of("a"));
        assertEquals(QUICK, index.definition().commit());
    }

    @Test
    void anyOtherChangeIsAConflict() {
        start(NEVER);

        var refused =
                assertThrows(
                        InvalidRequest.class,
                        () -> running().start(definition("numbers", NEVER, FieldType.DOUBLE)));

        assertEquals(InvalidRequest.Reason.CONFLICT, refused.reason());
    }

    @Test
    void aNewFieldIsPublishedWithoutADocument() {
        RunningIndex index = start(NEVER);
        Schema more =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(
                                Field.of("id", FieldType.KEYWORD),
                                Field.of("n", FieldType.LONG),
                                Field.of("m", FieldType.LONG)));

        awaitKeys(index, Set.of());
        running().start(definition("numbers", NEVER, more));

        Awaiting.that("it is published", () -> index.index().schema().field("m").isPresent());
        assertEquals(CommitKind.SCHEMA, index.index().newestCommit().kind());
        running().close();
        RunningIndex again = start(definition("numbers", NEVER, more), IndexOptions.DEFAULT);
        awaitKeys(again, Set.of());
        assertEquals(2, again.index().newestCommit().generation());
    }

    /// A file can be edited while the node is down: only what the index was created with counts.
    @Test
    void editedDefinitionStopsTheIndexAndLeavesItReadable() {
        RunningIndex index = start(NEVER);
        source.upsert("a", 1);
        Awaiting.that("the change is read", () -> index.status().accepted().equals(source.end()));
        running().close();
        Schema edited =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.LONG), Field.of("m", FieldType.LONG)));

        RunningIndex again = start(definition("numbers", QUICK, edited), IndexOptions.DEFAULT);

        Awaiting.that("it stops", () -> again.status().state() == State.FAILED);
        String detail = again.status().detail();
        assertTrue(detail.contains("fields.id.type changes from keyword to long"), detail);
        assertTrue(detail.contains("fields.n is gone"), detail);
        assertTrue(detail.contains("restore the definition"), detail);
        assertEquals(Set.of("a"), FolderHome.visible(again.index()).keySet());
        assertEquals(FieldType.LONG, again.index().schema().field("n").orElseThrow().type());
        assertFalse(source.isRead());
    }

    @Test
    void fieldsInAnotherOrderAreTheSameDefinition() {
        awaitKeys(start(NEVER), Set.of());
        running().close();
        Schema turned =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("n", FieldType.LONG), Field.of("id", FieldType.KEYWORD)));

        RunningIndex again = start(definition("numbers", QUICK, turned), IndexOptions.DEFAULT);
        source.upsert("a", 1);

        awaitKeys(again, Set.of("a"));
        assertSame(again, running().start(definition("numbers", NEVER, FieldType.LONG)));
    }

    @Test
    void refusalsBeforeAnythingIsKnownSayWhatToDo() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        indexes =
                new Indexes(
                        FolderHome.at(folder, IndexOptions.DEFAULT),
                        FolderHome.catalog(folder),
                        _ -> {
                            asked.countDown();
                            try {
                                answered.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            return source;
                        },
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(1));
        RunningIndex index = running().start(definition("numbers", QUICK, FieldType.LONG));
        asked.await();

        var unread = assertThrows(MillraceException.Unavailable.class, index::index);
        var uncommitted = assertThrows(MillraceException.Unavailable.class, index::commitNow);
        answered.countDown();

        assertEquals(
                "index numbers is starting: it is being opened, try again in a moment",
                unread.getMessage());
        assertTrue(
                String.valueOf(uncommitted.getMessage()).endsWith("try again in a moment"),
                uncommitted.getMessage());
    }

    @Test
    void withoutAGenerationAnyOtherDefinitionTakesOver() {
        source.failStart(new MillraceException.Unavailable("topic numbres does not exist yet"));
        RunningIndex index = start(QUICK);
        Awaiting.that("it was tried", () -> !index.status().detail().isEmpty());
        IndexDefinition other = definition("numbers", QUICK, FieldType.DOUBLE);

        Optional<RunningIndex> redefined = running().redefine("numbers", () -> other);
        source.failStart(null);
        source.upsert("a", 1);

        assertSame(index, redefined.orElseThrow());
        awaitKeys(index, Set.of("a"));
        assertEquals(other.schema(), index.index().schema());
        assertEquals(
                Optional.empty(),
                running()
                        .redefine(
                                "numbers",
                                () -> {
                                    throw new AssertionError("there is a generation");
                                }));
    }

    @Test
    void anotherDefinitionRevivesAnIndexThatFailedBeforeItsFirstGeneration() {
        source.failStart(InvalidRequest.conflict("topic numbers has 2 partitions, expected one"));
        RunningIndex index = start(QUICK);
        Awaiting.that("it fails", () -> index.status().state() == State.FAILED);
        var refused = assertThrows(MillraceException.Unavailable.class, index::index);
        assertFalse(refused.isPassing());

        source.failStart(null);
        source.upsert("a", 1);
        running().redefine("numbers", () -> definition("numbers", QUICK, FieldType.DOUBLE));

        awaitKeys(index, Set.of("a"));
    }

    @Test
    void aDefinitionThatIsNotStoredIsNotTaken() {
        source.failStart(new MillraceException.Unavailable("no broker"));
        RunningIndex index = start(QUICK);
        IndexDefinition before = index.definition();

        assertThrows(
                MillraceException.Unavailable.class,
                () ->
                        running()
                                .redefine(
                                        "numbers",
                                        () -> {
                                            throw new MillraceException.Unavailable("disk full");
                                        }));

        assertSame(before, index.definition());
        source.failStart(null);
        awaitKeys(index, Set.of());
    }

    @Test
    void tooManyRejectsLetReadingRest() {
        for (int i = 0; i < 3_000; i++) {
            source.broken("k" + i);
        }
        RunningIndex index = start(QUICK);

        Awaiting.that(
                "reading rests before the end",
                () -> {
                    PipelineStatus status = index.status();
                    return status.detail().contains("rejected")
                            && status.state() == State.RETRYING
                            && !status.accepted().equals(source.end());
                });

        // It goes on by itself, in steps.
        Awaiting.that("all is read", () -> index.status().accepted().equals(source.end()));
        Awaiting.that("all is counted", () -> index.status().rejectedChanges() == 3_000);
    }

    @Test
    void unknownNameIsNotFound() {
        start(NEVER);

        var refused = assertThrows(InvalidRequest.class, () -> running().get("other"));

        assertEquals(InvalidRequest.Reason.NOT_FOUND, refused.reason());
    }

    private Indexes running() {
        return Objects.requireNonNull(indexes);
    }

    private RunningIndex start(CommitCadence cadence) {
        return start(cadence, IndexOptions.DEFAULT);
    }

    private RunningIndex start(CommitCadence cadence, IndexOptions options) {
        return start(definition("numbers", cadence, FieldType.LONG), options);
    }

    private RunningIndex start(IndexDefinition numbers, IndexOptions options) {
        indexes =
                new Indexes(
                        FolderHome.at(folder, options),
                        FolderHome.catalog(folder),
                        definition -> {
                            if (!definition.name().equals("numbers")) {
                                throw InvalidRequest.notFound("no such source");
                            }
                            return source;
                        },
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(1));
        RunningIndex started = running().start(numbers);
        assertSame(started, running().get("numbers"));
        return started;
    }

    private static IndexDefinition definition(
            String name, CommitCadence cadence, FieldType numberType) {
        Schema schema =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", numberType)));
        return definition(name, cadence, schema);
    }

    private static IndexDefinition definition(String name, CommitCadence cadence, Schema schema) {
        return new IndexDefinition(
                name,
                schema,
                new KafkaSource("default", "numbers", KeyFrom.RECORD),
                cadence,
                Value.Obj.EMPTY);
    }

    private static void awaitKeys(RunningIndex index, Set<String> keys) {
        Awaiting.that(
                "index holds " + keys,
                () -> {
                    try {
                        return FolderHome.visible(index.index()).keySet().equals(keys);
                    } catch (MillraceException.Unavailable e) {
                        return false;
                    }
                });
    }
}
