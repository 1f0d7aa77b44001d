package io.millrace.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.FileFormat;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.Progress;
import io.millrace.source.file.FileBinding;
import io.millrace.source.file.FileChangeSource;
import io.millrace.source.file.FileReadOptions;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files that become indexes.
class FileIndexTest {
    private static final CommitCadence QUICK =
            new CommitCadence(Duration.ofMillis(10), 1_000, 1 << 20, Duration.ofMillis(20));
    private static final FileReadOptions OPTIONS =
            new FileReadOptions(
                    7,
                    1 << 20,
                    Duration.ofMillis(10),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(1));

    @TempDir Path folder;

    private @Nullable Indexes indexes;

    @AfterEach
    void stop() {
        running().close();
    }

    @Test
    void linesBecomeDocumentsAndBadOnesAreKept() throws IOException {
        write("{\"id\":\"a\",\"n\":1}\r\n{broken\n\n{\"id\":\"b\",\"n\":2}\n{\"$delete\":\"a\"}\n");

        RunningIndex index = start(FileFormat.NDJSON);

        awaitDone(index);
        assertEquals(Set.of("b"), FolderHome.visible(index.index()).keySet());
        Reject reject = index.index().newestRejects(5).getFirst().reject();
        assertTrue(reject.reason().startsWith("line 2"), reject.reason());
        assertArrayEquals("{broken".getBytes(UTF_8), reject.origin().value());
        assertEquals(18, reject.origin().position());
        assertEquals(1, index.index().newestRejects(5).size());
    }

    @Test
    void recordsOfCsvAreReadByTheirHeader() throws IOException {
        write(
                "\uFEFFid,n,note\r\na,1,\"x, \"\"y\"\"\nz\"\r\nb,2,\r\nc,3\r\nd,many,\r\ne,5,5\" pipe\n");

        RunningIndex index = start(FileFormat.CSV);

        awaitDone(index);
        Map<String, Value.Obj> visible = FolderHome.visible(index.index());
        assertEquals(Set.of("a", "b", "e"), visible.keySet());
        assertEquals(Value.of("x, \"y\"\nz"), Objects.requireNonNull(visible.get("a")).get("note"));
        assertEquals(null, Objects.requireNonNull(visible.get("b")).get("note"));
        assertEquals(Value.of("5\" pipe"), Objects.requireNonNull(visible.get("e")).get("note"));
        List<String> reasons =
                index.index().newestRejects(5).stream()
                        .map(stored -> stored.reject().reason())
                        .toList();
        assertTrue(
                reasons.stream().anyMatch("line 5: 2 cells, expected 3 as in the header"::equals),
                reasons.toString());
        assertEquals(2, reasons.size());
    }

    @Test
    void headerThatNamesAColumnTwiceStopsTheIndex() throws IOException {
        write("id,n,n\na,1,2\n");

        RunningIndex index = start(FileFormat.CSV);

        awaitFailure(index, "column 3 is named \"n\"");
    }

    @Test
    void growthIsFollowedAndALineIsWaitedForUntilItEnds() throws IOException {
        write("{\"id\":\"a\",\"n\":1}\n");
        RunningIndex index = start(FileFormat.NDJSON);
        awaitDone(index);

        append("{\"id\":\"b\",");
        append("\"n\":2}\n{\"id\":\"c\",\"n\":3}");

        awaitDone(index);
        assertEquals(Set.of("a", "b", "c"), FolderHome.visible(index.index()).keySet());
        assertEquals(0, index.status().rejectedChanges());
        var progress = (Progress.Lines) Objects.requireNonNull(index.status().source().progress());
        assertEquals(3, progress.lines());
        assertEquals(progress.totalBytes(), progress.readBytes());
    }

    @Test
    void missingFileIsWaitedFor() throws IOException {
        RunningIndex index = start(FileFormat.NDJSON);
        Awaiting.that("it says so", () -> index.status().detail().contains("does not exist"));
        assertEquals(State.STARTING, index.status().state());

        write("{\"id\":\"a\",\"n\":1}\n");

        awaitDone(index);
    }

    @Test
    void fileThatChangedWhereItWasReadStopsTheIndex() throws IOException {
        write("{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":2}\n");
        RunningIndex index = start(FileFormat.NDJSON);
        awaitDone(index);

        write("{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":3}\n{\"id\":\"c\",\"n\":3}\n");

        awaitFailure(index, "is not the one that was read");
        assertEquals(Set.of("a", "b"), FolderHome.visible(index.index()).keySet());
    }

    @Test
    void fileThatWasCutOffStopsTheIndex() throws IOException {
        write("{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":2}\n");
        RunningIndex index = start(FileFormat.NDJSON);
        awaitDone(index);

        try (var file = FileChannel.open(files().resolve("data"), StandardOpenOption.WRITE)) {
            file.truncate(17);
        }

        awaitFailure(index, "it has 17 bytes, 34 were read");
    }

    @Test
    void linkThatLeadsOutOfTheFolderIsNotRead() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "{\"id\":\"a\"}\n");
        Files.createDirectories(files());
        Files.createSymbolicLink(files().resolve("data"), secret);

        RunningIndex index = start(FileFormat.NDJSON);

        awaitFailure(index, "is a link that leads out of");
    }

    /// Whenever the power goes, the next life reads on exactly where the newest commit stands.
    @Test
    void everyLineCountsOnceWhateverHappensInBetween() throws IOException {
        StringBuilder text = new StringBuilder();
        Map<String, Value> model = new TreeMap<>();
        for (int i = 0; i < 300; i++) {
            String key = "k" + i % 40;
            text.append(i % 50 == 7 ? "{broken\n" : "{\"id\":\"%s\",\"n\":%d}\n".formatted(key, i));
            if (i % 50 != 7) {
                model.put(key, Value.of(i));
            }
        }
        write(text.toString());
        Seeded.repeat(
                15,
                random -> {
                    FaultDirectory disk = new FaultDirectory();
                    int lives = 0;
                    while (true) {
                        if (lives < 6) {
                            disk.strikeAt(random.nextLong(1, 200), FaultDirectory.Fault.POWER_LOSS);
                        }
                        RunningIndex index =
                                start(FolderHome.in(disk, IndexOptions.DEFAULT), FileFormat.NDJSON);
                        FaultDirectory now = disk;
                        Awaiting.that("it ends", () -> now.struck() || isDone(index));
                        running().close();
                        if (!disk.struck()) {
                            break;
                        }
                        disk = disk.afterPowerLoss(random);
                        lives++;
                    }
                    disk.strikeAt(1 << 30, FaultDirectory.Fault.POWER_LOSS);
                    try (Index index = FolderHome.in(disk, IndexOptions.DEFAULT).open("lines")) {
                        Map<String, Value> visible = new TreeMap<>();
                        FolderHome.visible(index)
                                .forEach((key, document) ->
                                        visible.put(
                                                key, Objects.requireNonNull(document.get("n"))));
                        assertEquals(model, visible);
                        assertEquals(
                                List.of(8L, 58L, 108L, 158L, 208L, 258L),
                                index.newestRejects(100).stream()
                                        .map(stored -> lineOf(stored.reject()))
                                        .sorted()
                                        .toList());
                    }
                });
    }

    private static long lineOf(Reject reject) {
        Origin origin = reject.origin();
        assertArrayEquals("{broken".getBytes(UTF_8), origin.value());
        return Long.parseLong(reject.reason().replaceFirst("line ([0-9]+).*", "$1"));
    }

    private boolean isDone(RunningIndex index) {
        try {
            long size = Files.size(files().resolve("data"));
            Checkpoint end =
                    Checkpoint.of(Map.of(new SourcePartition("data", 0), Position.of(size)));
            return index.status().committed().covers(end)
                    && index.status().source().state() == SourceStatus.State.DONE;
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitDone(RunningIndex index) {
        Awaiting.that("all of it is committed", () -> isDone(index));
    }

    private static void awaitFailure(RunningIndex index, String reason) {
        Awaiting.that("it stops", () -> index.status().state() == State.FAILED);
        assertTrue(index.status().detail().contains(reason), index.status().detail());
    }

    private Path files() {
        return folder.resolve("files");
    }

    private void write(String text) throws IOException {
        Files.createDirectories(files());
        Files.writeString(files().resolve("data"), text);
    }

    private void append(String text) throws IOException {
        Files.writeString(files().resolve("data"), text, StandardOpenOption.APPEND);
    }

    private Indexes running() {
        return Objects.requireNonNull(indexes);
    }

    private RunningIndex start(FileFormat format) {
        return start(FolderHome.at(folder.resolve("index"), IndexOptions.DEFAULT), format);
    }

    private RunningIndex start(IndexHome home, FileFormat format) {
        Schema schema =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG)));
        ChangeSource source =
                new FileChangeSource(
                        new FileBinding(
                                "lines", files(), "data", format == FileFormat.CSV, ',', schema),
                        OPTIONS,
                        System::nanoTime,
                        Thread.ofPlatform().daemon().factory());
        indexes =
                new Indexes(
                        home,
                        FolderHome.catalog(folder.resolve("index")),
                        _ -> source,
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(1));
        return running()
                .start(
                        new IndexDefinition(
                                "lines",
                                schema,
                                new FileSource("data", format, ','),
                                QUICK,
                                Value.Obj.EMPTY));
    }
}
