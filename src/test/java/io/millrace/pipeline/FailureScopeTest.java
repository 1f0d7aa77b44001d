package io.millrace.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.document.Value;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexState;
import io.millrace.json.Json;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a failing or full disk does to an index, and what it does not do to the others.
class FailureScopeTest {
    private static final String NUMBERS =
            """
            {"key": "id", "fields": {"id": {"type": "keyword"}, "n": {"type": "long"}},
             "source": {"kafka": {"topic": "numbers"}},
             "commit": {"interval": "100ms", "idle-interval": "100ms"}}
            """;

    @TempDir Path folder;

    private final ScriptedLog log = new ScriptedLog();
    private @Nullable Indexes running;

    @AfterEach
    void stop() {
        if (running != null) {
            running.close();
        }
    }

    /// One disk, two indexes: what happens to the files of one is nothing to the other.
    @Test
    void indexWhoseForceFailedIsOpenedAnewAndTheOtherRunsOn() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        Catalog catalog = FolderHome.catalog(disk);
        Indexes indexes =
                new Indexes(
                        FolderHome.in(disk, IndexOptions.DEFAULT),
                        catalog,
                        _ -> log.source(),
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(7));
        running = indexes;
        RunningIndex struck =
                indexes.start(catalog.put("numbers", definition(NUMBERS)).definition());
        awaitKeys(struck, Set.of());
        disk.probe(call -> {
            if (call.contains("force ") && call.contains(".pending")) {
                disk.probe(_ -> {});
                disk.strikeAt(1, FaultDirectory.Fault.DEVICE_ERROR);
            }
        });
        log.upsert("a", 1);
        Awaiting.that("it fails", () -> struck.status().state() == State.FAILED);
        assertTrue(disk.struck());
        RunningIndex other = indexes.start(catalog.put("others", definition(NUMBERS)).definition());
        awaitKeys(other, Set.of("a"));
        assertEquals(Set.of(), FolderHome.visible(struck.index()).keySet());
        assertThrows(MillraceException.Unavailable.class, struck::commitNow);

        indexes.resume("numbers");

        awaitKeys(struck, Set.of("a"));
        log.upsert("b", 2);
        awaitKeys(struck, Set.of("a", "b"));
        awaitKeys(other, Set.of("a", "b"));
    }

    @Test
    void sourcesRestWhileTheDiskIsNearlyFull() {
        AtomicLong usable = new AtomicLong(Long.MAX_VALUE);
        Catalog catalog = FolderHome.catalog(folder);
        Indexes indexes =
                new Indexes(
                        new MeasuredHome(FolderHome.at(folder, IndexOptions.DEFAULT), usable),
                        catalog,
                        _ -> log.source(),
                        IndexWatcher.none(),
                        FolderHome.quickOptions().withDiskFreeMinBytes(1_000),
                        FolderHome.resources(7));
        running = indexes;
        RunningIndex index =
                indexes.start(catalog.put("numbers", definition(NUMBERS)).definition());
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));

        // One look at the disk holds for a second.
        usable.set(999);
        AtomicLong written = new AtomicLong(1);
        Awaiting.that(
                "it rests",
                () -> {
                    log.upsert("k" + written.get(), written.incrementAndGet());
                    return index.status().detail().contains("999 bytes are free");
                });
        assertEquals(State.RETRYING, index.status().state());
        log.upsert("last", 0);
        assertEquals(
                index.status().accepted(), index.commitNow().checkpoint(), "what was read is kept");
        assertFalse(FolderHome.visible(index.index()).containsKey("last"));

        usable.set(1_000);
        Awaiting.that(
                "all is read", () -> FolderHome.visible(index.index()).size() == written.get() + 1);
        assertEquals(State.RUNNING, index.status().state());
    }

    @Test
    void fullDiskEndsByItself() {
        FaultDirectory disk = new FaultDirectory();
        Catalog catalog = FolderHome.catalog(disk);
        Indexes indexes =
                new Indexes(
                        FolderHome.in(disk, IndexOptions.DEFAULT),
                        catalog,
                        _ -> log.source(),
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(7));
        running = indexes;
        RunningIndex index =
                indexes.start(catalog.put("numbers", definition(NUMBERS)).definition());
        log.upsert("a", 1);
        awaitKeys(index, Set.of("a"));

        disk.room(10);
        log.upsert("b", 2);
        Awaiting.that("it is full", () -> index.index().state() instanceof IndexState.DiskFull);
        assertEquals(Set.of("a"), FolderHome.visible(index.index()).keySet());
        Awaiting.that("it says so", () -> index.status().state() == State.RETRYING);

        disk.room(Long.MAX_VALUE);
        awaitKeys(index, Set.of("a", "b"));
        Awaiting.that("it is open", () -> index.index().state() instanceof IndexState.Open);
    }

    private static Value definition(String json) {
        return Json.parse(json.getBytes(UTF_8));
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
