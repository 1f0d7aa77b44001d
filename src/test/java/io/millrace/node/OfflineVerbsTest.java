package io.millrace.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
import io.millrace.catalog.IndexDefinition;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import io.millrace.testing.ManualClock;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfflineVerbsTest {
    private static final String LIFE = "00000000000000aa";
    private static final SourcePartition PARTITION = new SourcePartition("numbers", 0);

    @TempDir Path folder;
    private Path data;
    private Path live;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    @BeforeEach
    void fill() throws IOException {
        data = folder.resolve("data");
        live = data.resolve("numbers").resolve(LIFE);
        Schema schema = new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)));
        try (Index index =
                Index.create(
                        MmapDirectory.open(live),
                        "numbers",
                        LIFE,
                        schema,
                        SourceIdentity.of(Map.of("topic", "numbers")),
                        Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                        IndexOptions.DEFAULT,
                        resources())) {
            for (int i = 0; i < 3; i++) {
                byte[] key = {(byte) ('a' + i)};
                String name = new String(key, StandardCharsets.UTF_8);
                index.writer()
                        .add(
                                ChangeBatch.of(
                                        List.of(
                                                new Change.Upsert(
                                                        DocumentKey.of(name),
                                                        Document.of(
                                                                new Value.Obj(
                                                                        Map.of(
                                                                                "id",
                                                                                Value.of(name)))),
                                                        new Origin(PARTITION, i, 0, key, key))),
                                        List.of(),
                                        List.of(
                                                new PositionRange(
                                                        PARTITION,
                                                        Position.of(i),
                                                        Position.of(i + 1)))));
                try (PreparedCommit prepared = index.writer().prepareCommit()) {
                    prepared.commit();
                }
            }
        }
        new CurrentIncarnation(MmapDirectory.open(data.resolve("numbers"))).write(LIFE);
    }

    private static NodeResources resources() {
        ManualClock clock = new ManualClock();
        return new NodeResources(
                clock, clock, new Random(1), Thread.ofPlatform().daemon().factory());
    }

    @Test
    void onlyVerbsAreVerbs() {
        assertTrue(OfflineVerbs.isVerb(new String[] {"verify"}));
        assertFalse(OfflineVerbs.isVerb(new String[] {}));
        assertFalse(OfflineVerbs.isVerb(new String[] {"-Dquarkus.http.port=0"}));
    }

    @Test
    void aWholeDataFolderIsOkAndNothingInItChanges() throws IOException {
        List<String> before = listing();

        assertEquals(OfflineVerbs.OK, run("verify", data.toString(), "--deep"), said());

        assertTrue(said().contains("whole, index numbers, incarnation " + LIFE), said());
        assertTrue(said().contains("3 documents"), said());
        assertEquals(before, listing());
    }

    @Test
    void damageHasAFileAPlaceAndAnExitCode() throws IOException {
        Path segment = damageASegment();

        assertEquals(OfflineVerbs.DAMAGE, run("verify", data.toString(), "--json"));

        assertTrue(said().startsWith("[{\"folder\":"), said());
        assertTrue(said().contains("\"file\":\"" + segment.getFileName() + "\""), said());
    }

    @Test
    void aWrongCommandLineSaysHowItIsUsed() {
        assertEquals(OfflineVerbs.USAGE, run("verify"));
        assertEquals(OfflineVerbs.USAGE, run("verify", folder.resolve("nowhere").toString()));
        assertEquals(OfflineVerbs.USAGE, run("verify", folder.toString(), "--quickly"));
        assertEquals(OfflineVerbs.USAGE, run("backup", data.toString()));
        assertTrue(said().contains("usage: verify"), said());
        assertFalse(Files.exists(folder.resolve("nowhere")));
    }

    @Test
    void aBackupIsRestoredAsTheCurrentIncarnationOfAnotherNode() throws IOException {
        Path backup = folder.resolve("backup");
        Path other = folder.resolve("other");
        assertEquals(OfflineVerbs.OK, run("backup", live.toString(), backup.toString()), said());
        assertEquals(OfflineVerbs.OK, run("restore", backup.toString(), other.toString()), said());
        assertEquals(OfflineVerbs.OK, run("verify", other.toString()), said());
        String current =
                new CurrentIncarnation(MmapDirectory.open(other.resolve("numbers")))
                        .read()
                        .orElseThrow();
        assertFalse(current.equals(LIFE));
        assertTrue(Files.isDirectory(other.resolve("numbers").resolve(current)));
        // nothing is written over an index
        assertEquals(
                OfflineVerbs.USAGE, run("restore", backup.toString(), other.toString()), said());
        assertEquals(OfflineVerbs.USAGE, run("backup", live.toString(), backup.toString()), said());
    }

    @Test
    void aRestoredIndexIsDefinedAsItsBackupSays() throws IOException {
        Path backup = folder.resolve("backup");
        Path other = folder.resolve("other");
        assertEquals(OfflineVerbs.OK, run("backup", live.toString(), backup.toString()), said());
        assertEquals(OfflineVerbs.OK, run("restore", backup.toString(), other.toString()), said());
        assertTrue(said().contains("holds no definition, put that of index numbers"), said());
        Files.writeString(
                backup.resolve("definition.json"),
                "{\"name\":\"numbers\",\"key\":\"id\",\"source\":\"push\"}");
        Path third = folder.resolve("third");

        assertEquals(OfflineVerbs.OK, run("verify", backup.toString()), said());
        assertEquals(OfflineVerbs.OK, run("restore", backup.toString(), third.toString()), said());

        assertTrue(said().contains("index numbers is defined as it was"), said());
        Catalog catalog =
                Catalog.open(
                        MmapDirectory.open(third),
                        null,
                        new DefinitionParser(new LuceneAnalyzers()),
                        new Random(1));
        assertEquals(
                new IndexDefinition.PushSource(), catalog.find("numbers").orElseThrow().source());
        DirectoryIndexHome home =
                new DirectoryIndexHome(
                        MmapDirectory.open(third), IndexOptions.DEFAULT, resources());
        try (Index index = home.open("numbers")) {
            assertEquals(3, index.newestCommit().documentCount());
            assertFalse(index.incarnation().equals(LIFE));
        }
    }

    @Test
    void aRepairChangesNothingUntilItIsAskedTo() throws IOException {
        damageASegment();
        List<String> before = listing();

        assertEquals(OfflineVerbs.DAMAGE, run("repair", live.toString()), said());
        assertEquals(before, listing());
        assertTrue(said().contains("nothing was changed; --apply does it"), said());

        assertEquals(OfflineVerbs.OK, run("repair", live.toString(), "--apply"), said());
        assertEquals(OfflineVerbs.OK, run("verify", data.toString()), said());
        assertTrue(Files.isDirectory(data.resolve("_replaced").resolve("numbers-" + LIFE)));
        assertEquals(OfflineVerbs.OK, run("repair", data.toString()), said());
    }

    /// The newest segment, so that an older generation can go on.
    private Path damageASegment() throws IOException {
        try (Stream<Path> files = Files.list(live)) {
            Path newest =
                    files.filter(file -> file.toString().endsWith(".seg"))
                            .max(java.util.Comparator.comparing(OfflineVerbsTest::createdAt))
                            .orElseThrow();
            byte[] bytes = Files.readAllBytes(newest);
            bytes[bytes.length / 2] ^= 1;
            Files.write(newest, bytes);
            return newest;
        }
    }

    private static java.nio.file.attribute.FileTime createdAt(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private int run(String... arguments) {
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new OfflineVerbs(out, out).run(arguments);
    }

    private String said() {
        return said.toString(StandardCharsets.UTF_8);
    }

    private List<String> listing() throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            return files.map(Path::toString).sorted().toList();
        }
    }
}
