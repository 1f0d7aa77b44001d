package io.millrace.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.Catalog;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.json.Json;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.testing.Awaiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pause, rebuild and deletion of indexes on real files, over restarts.
class LifeCycleTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final String NUMBERS =
            """
            {"key": "id", "fields": {"id": {"type": "keyword"}, "n": {"type": "long"}},
             "source": {"kafka": {"topic": "numbers"}},
             "commit": {"interval": "100ms", "idle-interval": "100ms"}}
            """;
    private static final String WIDER = NUMBERS.replace("\"long\"", "\"double\"");

    @TempDir Path folder;

    private final ScriptedLog log = new ScriptedLog();
    private IndexWatcher watcher = IndexWatcher.none();
    private @Nullable Node node;

    /// What a process holds.
    private record Node(Catalog catalog, Indexes indexes) {}

    @AfterEach
    void stop() {
        if (node != null) {
            node.indexes.close();
        }
    }

    @Test
    void pausedIndexPublishesWhatWasReadAndCanBeSearched() {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));

        indexes().pause("numbers");
        Awaiting.that("it rests", () -> index.status().state() == State.PAUSED);
        log.upsert("b", 2);

        assertEquals(Set.of("a"), FolderHome.visible(index.index()).keySet());
        assertEquals(index.index().newestCommit(), index.commitNow());
        assertEquals(index.status().committed(), index.status().accepted());
        indexes().resume("numbers");
        awaitKeys(index, Set.of("a", "b"));
        assertEquals(State.RUNNING, index.status().state());
    }

    @Test
    void pauseOutlivesTheProcess() {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        indexes().pause("numbers");
        Awaiting.that("it pauses", () -> index.status().state() == State.PAUSED);
        log.upsert("b", 2);

        RunningIndex again = restarted();
        Awaiting.that("it rests", () -> again.status().state() == State.PAUSED);
        assertEquals(Set.of("a"), FolderHome.visible(again.index()).keySet());

        indexes().resume("numbers");
        awaitKeys(again, Set.of("a", "b"));
        awaitKeys(restarted(), Set.of("a", "b"));
    }

    @Test
    void deletedIndexIsGoneAndItsNameIsFree() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        String incarnation = index.index().incarnation();

        assertTrue(indexes().delete("numbers", LONG));

        assertThrows(InvalidRequest.class, () -> indexes().get("numbers"));
        assertThrows(InvalidRequest.class, () -> indexes().delete("numbers", LONG));
        assertEquals(List.of(), files());
        RunningIndex again = created();
        awaitKeys(again, Set.of("a"));
        assertNotEquals(incarnation, again.index().incarnation());
    }

    @Test
    void deletionIsTheLastEventOfTheChain() {
        List<IndexEvent> told = new CopyOnWriteArrayList<>();
        watcher =
                index ->
                        index.onCommit(commit -> {
                            told.addAll(index.eventsAfter(commit.generation() - 1, 1));
                            index.markPublished(commit.generation());
                        });
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        long before = index.index().newestCommit().generation();

        assertTrue(indexes().delete("numbers", LONG));

        IndexEvent last = told.getLast();
        assertEquals(CommitKind.DELETE, last.kind());
        assertTrue(last.generation() > before);
        assertEquals(
                Value.of(0),
                ((Value.Obj) Objects.requireNonNull(last.data().get("documents"))).get("total"));
    }

    /// The broker is down: a moment is granted, and no more.
    @Test
    void deletionWaitsForItsEventOnlySoLong() throws IOException {
        watcher = _ -> () -> {};
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));

        assertFalse(indexes().delete("numbers", Duration.ofMillis(50)));
        Awaiting.that(
                "it is being deleted",
                () -> index.status().state() == State.DELETING && serving(index) == null);
        assertThrows(
                MillraceException.Unavailable.class,
                () -> catalog().put("numbers", definition(NUMBERS)));

        assertTrue(indexes().delete("numbers", LONG));
        assertEquals(List.of(), files());
    }

    @Test
    void deletionThatWasCutOffGoesOnAtTheNextStart() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        indexes().close();
        catalog().delete("numbers");

        start();

        Awaiting.that("it is gone", () -> indexes().list().isEmpty());
        assertEquals(List.of(), files());
        awaitKeys(created(), Set.of("a"));
    }

    /// Damage is no reason to keep it.
    @Test
    void damagedIndexCanBeDeleted() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        indexes().close();
        for (Path file : files()) {
            if (file.toString().endsWith(".seg")) {
                Files.delete(file);
            }
        }
        start();
        Awaiting.that("it fails", () -> indexes().get("numbers").status().state() == State.FAILED);

        assertTrue(indexes().delete("numbers", LONG));
        assertEquals(List.of(), files());
    }

    //
    @Test
    void filesOfSomebodyElseSurviveADeletion() throws IOException {
        RunningIndex index = created();
        awaitKeys(index, Set.of());
        // Where the locale is POSIX there are no other names than ASCII.
        String accented = "s-\u00e9t\u00e9.seg";
        boolean isNameable =
                Charset.forName(System.getProperty("sun.jnu.encoding"))
                        .newEncoder()
                        .canEncode(accented);
        Path foreign = folder.resolve("numbers").resolve(isNameable ? accented : "s-%ete.seg");
        Path inside =
                folder.resolve("numbers")
                        .resolve(index.index().incarnation())
                        .resolve("s-0123456789ABCDEFGHIJKLMNOP.seg");
        Files.writeString(foreign, "mine");
        Files.writeString(inside, "mine");

        assertTrue(indexes().delete("numbers", LONG));

        assertEquals(List.of(inside, foreign).stream().sorted().toList(), files());
        awaitKeys(created(), Set.of());
        assertTrue(Files.exists(inside));
    }

    @Test
    void rebuildServesTheOldUntilTheNewHasCaughtUp() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1).upsert("b", 2);
        awaitKeys(index, Set.of("a", "b"));
        String before = index.index().incarnation();
        log.hold();

        indexes().rebuild("numbers", definition(WIDER));
        Awaiting.that("it is shown", () -> index.rebuild().isPresent());
        assertEquals(before, index.index().incarnation());
        assertThrows(InvalidRequest.class, () -> indexes().rebuild("numbers", null));
        log.release();

        Awaiting.that("it takes over", () -> !index.index().incarnation().equals(before));
        awaitKeys(index, Set.of("a", "b"));
        assertEquals(FieldType.DOUBLE, index.index().schema().field("n").orElseThrow().type());
        log.upsert("c", 3);
        awaitKeys(index, Set.of("a", "b", "c"));
        Awaiting.that("the old files are gone", () -> incarnations().size() == 1);
        assertEquals(
                FieldType.DOUBLE,
                catalog().find("numbers").orElseThrow().schema().field("n").orElseThrow().type());
        RunningIndex again = restarted();
        awaitKeys(again, Set.of("a", "b", "c"));
        assertTrue(again.rebuild().isEmpty());
    }

    @Test
    void snapshotOfTheFormerIncarnationIsReadToItsEnd() {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        Index former = index.index();
        try (IndexSnapshot open = former.snapshot()) {
            indexes().rebuild("numbers", null);
            Awaiting.that("it takes over", () -> serving(index) != former);
            assertEquals(
                    Value.of("a"),
                    open.segments().getFirst().reader().document(0).root().get("id"));
            assertEquals(2, incarnations().size());
        }
        Awaiting.that("the old files are gone", () -> incarnations().size() == 1);
    }

    @Test
    void rebuildGoesOnAfterARestart() {
        RunningIndex index = created();
        log.upsert("a", 1).upsert("b", 2);
        awaitKeys(index, Set.of("a", "b"));
        String before = index.index().incarnation();
        indexes().pause("numbers");
        Awaiting.that("it rests", () -> index.status().state() == State.PAUSED);
        indexes().rebuild("numbers", definition(WIDER));

        RunningIndex again = restarted();
        assertTrue(again.rebuild().isPresent());
        indexes().resume("numbers");

        Awaiting.that(
                "it takes over",
                () -> {
                    Index serving = serving(again);
                    return serving != null && !serving.incarnation().equals(before);
                });
        awaitKeys(again, Set.of("a", "b"));
    }

    @Test
    void cancelledRebuildLeavesNothing() {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        String before = index.index().incarnation();
        log.hold();
        indexes().rebuild("numbers", null);

        indexes().cancelRebuild("numbers");

        assertThrows(InvalidRequest.class, () -> indexes().cancelRebuild("numbers"));
        log.release();
        Awaiting.that("nothing is left", () -> incarnations().equals(List.of(before)));
        log.upsert("b", 2);
        awaitKeys(index, Set.of("a", "b"));
        assertEquals(before, index.index().incarnation());
    }

    /// The way for what a definition must not change in place.
    @Test
    void rebuildRevivesAnIndexWhoseFilesAreLost() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        indexes().close();
        for (Path file : files()) {
            if (file.toString().contains(".commit") || file.toString().contains(".seg")) {
                Files.delete(file);
            }
        }
        start();
        RunningIndex lost = indexes().get("numbers");
        Awaiting.that("it fails", () -> lost.status().state() == State.FAILED);

        log.tellEnds();
        indexes().rebuild("numbers", null);

        awaitKeys(lost, Set.of("a"));
        Awaiting.that("the old files are gone", () -> incarnations().size() == 1);
    }

    @Test
    void indexThatLostItsRecordsIsNotCreatedAgain() throws IOException {
        RunningIndex index = created();
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));
        indexes().close();
        for (Path file : files()) {
            if (file.toString().endsWith(".commit")
                    || Objects.requireNonNull(file.getFileName())
                            .toString()
                            .startsWith("current")) {
                Files.delete(file);
            }
        }
        List<Path> left = files();

        start();

        RunningIndex lost = indexes().get("numbers");
        Awaiting.that("it fails", () -> lost.status().state() == State.FAILED);
        assertTrue(
                lost.status().detail().contains("commit records are lost"), lost.status().detail());
        assertEquals(left, files());
    }

    @Test
    void indexDefinedByAFileIsNotDeleted() throws IOException {
        Path definitions = Files.createDirectory(folder.resolve("_files"));
        Files.writeString(
                definitions.resolve("x.json"),
                NUMBERS.replaceFirst("\\{", "{\"name\": \"numbers\","));
        Catalog catalog = FolderHome.catalog(folder, definitions);

        var refused = assertThrows(InvalidRequest.class, () -> catalog.delete("numbers"));

        assertEquals(InvalidRequest.Reason.CONFLICT, refused.reason());
        catalog.pause("numbers");
        assertTrue(FolderHome.catalog(folder, definitions).isPaused("numbers"));
    }

    private static @Nullable Index serving(RunningIndex index) {
        try {
            return index.index();
        } catch (MillraceException.Unavailable e) {
            return null;
        }
    }

    private RunningIndex created() {
        if (node == null) {
            start();
        }
        return indexes().start(catalog().put("numbers", definition(NUMBERS)).definition());
    }

    private RunningIndex restarted() {
        indexes().close();
        start();
        return indexes().get("numbers");
    }

    private void start() {
        Catalog catalog = FolderHome.catalog(folder);
        Indexes indexes =
                new Indexes(
                        FolderHome.at(folder, IndexOptions.DEFAULT),
                        catalog,
                        _ -> log.source(),
                        watcher,
                        FolderHome.quickOptions(),
                        FolderHome.resources(System.nanoTime()));
        node = new Node(catalog, indexes);
        indexes.startAll();
    }

    private Indexes indexes() {
        return Objects.requireNonNull(node).indexes;
    }

    private Catalog catalog() {
        return Objects.requireNonNull(node).catalog;
    }

    private static Value definition(String json) {
        return Json.parse(json.getBytes(UTF_8));
    }

    private List<String> incarnations() {
        try (Stream<Path> lives = Files.list(folder.resolve("numbers"))) {
            return lives.filter(Files::isDirectory)
                    .map(path -> String.valueOf(path.getFileName()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Everything in the data folder.
    private List<Path> files() throws IOException {
        List<Path> found = new ArrayList<>();
        try (Stream<Path> all = Files.walk(folder)) {
            all.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().contains("_files"))
                    .forEach(found::add);
        }
        return found.stream().sorted().toList();
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
