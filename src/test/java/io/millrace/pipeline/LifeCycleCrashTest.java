package io.millrace.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.index.IndexOptions;
import io.millrace.json.Json;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The power goes at every call that a deletion or a rebuild makes: the next start finishes the
/// one, goes on with the other, and nothing in between is ever served.
class LifeCycleCrashTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int REBUILD_IMAGES_MAX = 40;
    private static final String NUMBERS =
            """
            {"key": "id", "fields": {"id": {"type": "keyword"}, "n": {"type": "long"}},
             "source": {"kafka": {"topic": "numbers"}},
             "commit": {"interval": "100ms", "idle-interval": "100ms"}}
            """;
    private static final Value LONGS = Json.parse(NUMBERS.getBytes(UTF_8));
    private static final Value DOUBLES =
            Json.parse(NUMBERS.replace("\"long\"", "\"double\"").getBytes(UTF_8));

    private final ScriptedLog log = new ScriptedLog().upsert("a", 1).upsert("b", 2);

    /// The machine as it was before one call.
    ///
    /// - told: the last event was out
    private record Image(FaultDirectory disk, String call, boolean told) {}

    /// A process on a machine.
    private final class NodeLife implements AutoCloseable {
        final Catalog catalog;
        final Indexes indexes;
        final AtomicBoolean toldDeleted = new AtomicBoolean();

        NodeLife(FaultDirectory disk) {
            catalog = FolderHome.catalog(disk);
            indexes =
                    new Indexes(
                            FolderHome.in(disk, IndexOptions.DEFAULT),
                            catalog,
                            _ -> log.source(),
                            index -> {
                                AutoCloseable watch = index.onCommit(_ -> tell(index));
                                tell(index);
                                return watch;
                            },
                            FolderHome.quickOptions(),
                            FolderHome.resources(System.nanoTime()));
            indexes.startAll();
        }

        /// What is in the outbox goes out.
        private void tell(Index index) {
            for (IndexEvent event : index.eventsAfter(index.publishedThrough(), 100)) {
                if (event.kind() == CommitKind.DELETE) {
                    toldDeleted.set(true);
                }
                index.markPublished(event.generation());
            }
        }

        RunningIndex create() {
            return indexes.start(catalog.put("numbers", LONGS).definition());
        }

        @Override
        public void close() {
            indexes.close();
        }
    }

    @Test
    void deletionIsFinishedOrNeverBegan() {
        Seeded.repeat(1, this::deletionIsFinishedOrNeverBegan);
    }

    private void deletionIsFinishedOrNeverBegan(RandomGenerator random) throws IOException {
        FaultDirectory disk = new FaultDirectory();
        Images calls = new Images(disk);
        try (NodeLife process = new NodeLife(disk)) {
            awaitServes(process.create(), "at first");
            calls.begin(process);
            assertTrue(process.indexes.delete("numbers", LONG));
        }
        List<Image> images = calls.end();
        assertTrue(images.size() > 20, "calls: " + images.size());
        int finished = 0;
        for (Image image : images) {
            FaultDirectory after = image.disk.afterPowerLoss(random);
            try (NodeLife process = new NodeLife(after)) {
                boolean kept = process.catalog.find("numbers").isPresent();
                if (kept) {
                    assertFalse(image.told, image.call);
                    awaitServes(process.indexes.get("numbers"), image.call);
                } else {
                    finished++;
                    Awaiting.that(
                            "gone after " + image.call, () -> process.indexes.list().isEmpty());
                    assertTrue(image.told || process.toldDeleted.get(), image.call);
                    assertEquals(List.of(), after.folder("_definitions").list(), image.call);
                    assertFalse(after.folders().contains("numbers"), image.call);
                    awaitServes(process.create(), image.call);
                }
            }
        }
        assertTrue(finished > 10, "finished: " + finished);
    }

    @Test
    void rebuildGoesOnWhereverThePowerWent() {
        Seeded.repeat(1, this::rebuildGoesOnWhereverThePowerWent);
    }

    private void rebuildGoesOnWhereverThePowerWent(RandomGenerator random) {
        FaultDirectory disk = new FaultDirectory();
        Images calls = new Images(disk);
        try (NodeLife process = new NodeLife(disk)) {
            RunningIndex index = process.create();
            awaitServes(index, "at first");
            calls.begin(process);
            process.indexes.rebuild("numbers", DOUBLES);
            awaitRebuilt(process, "at first");
        }
        List<Image> images = calls.end();
        while (images.size() > REBUILD_IMAGES_MAX) {
            images.remove(random.nextInt(images.size()));
        }
        int begun = 0;
        for (Image image : images) {
            FaultDirectory after = image.disk.afterPowerLoss(random);
            try (NodeLife process = new NodeLife(after)) {
                boolean wasBegun =
                        process.catalog.rebuild("numbers").isPresent()
                                || typeOf(process) == FieldType.DOUBLE;
                if (wasBegun) {
                    begun++;
                    awaitRebuilt(process, image.call);
                }
                awaitServes(process.indexes.get("numbers"), image.call);
                Awaiting.that(
                        "one incarnation after " + image.call,
                        () -> incarnations(after).size() == 1);
            }
        }
        assertTrue(begun > 10, "begun: " + begun);
    }

    private static List<String> incarnations(FaultDirectory disk) {
        try {
            return disk.folder("numbers").folders();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static FieldType typeOf(NodeLife process) {
        return process.catalog
                .find("numbers")
                .orElseThrow()
                .schema()
                .field("n")
                .orElseThrow()
                .type();
    }

    private static void awaitRebuilt(NodeLife process, String call) {
        Awaiting.that(
                "rebuilt after " + call,
                () -> {
                    RunningIndex index = process.indexes.get("numbers");
                    assertNotFailed(index, call);
                    try {
                        return index.rebuild().isEmpty()
                                && index.index().schema().field("n").orElseThrow().type()
                                        == FieldType.DOUBLE
                                && typeOf(process) == FieldType.DOUBLE;
                    } catch (MillraceException.Unavailable e) {
                        return false;
                    }
                });
    }

    private static void awaitServes(RunningIndex index, String call) {
        Awaiting.that(
                "served after " + call,
                () -> {
                    assertNotFailed(index, call);
                    try {
                        return FolderHome.visible(index.index()).keySet().equals(Set.of("a", "b"));
                    } catch (MillraceException.Unavailable e) {
                        return false;
                    }
                });
    }

    private static void assertNotFailed(RunningIndex index, String call) {
        PipelineStatus status = index.status();
        if (status.state() == State.FAILED) {
            throw new AssertionError("after %s: %s".formatted(call, status.detail()));
        }
    }

    /// What the disk looked like after each call.
    private static final class Images {
        private final FaultDirectory disk;
        private final List<Image> kept = new ArrayList<>();

        Images(FaultDirectory disk) {
            this.disk = disk;
        }

        void begin(NodeLife process) {
            disk.probe(call -> {
                Image image = new Image(disk.moment(), call, process.toldDeleted.get());
                synchronized (kept) {
                    kept.add(image);
                }
            });
        }

        /// What a thread of a process that is closed still does is not looked at.
        List<Image> end() {
            disk.probe(_ -> {});
            synchronized (kept) {
                return new ArrayList<>(kept);
            }
        }
    }
}
