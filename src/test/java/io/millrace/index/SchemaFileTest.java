package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// A schema that is too large for every commit record to repeat it.
class SchemaFileTest {
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = scenario(IndexScenario.OPTIONS.withSchemaInRecord(0));

    @BeforeEach
    void beQuiet() {
        java.util.logging.Logger.getLogger("io.millrace.index")
                .setLevel(java.util.logging.Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        java.util.logging.Logger.getLogger("io.millrace.index").setLevel(null);
    }

    private static IndexScenario scenario(IndexOptions options) {
        return new IndexScenario(new ManualClock(), 1, options.withKeptCommits(1)).growing();
    }

    @Test
    void recordsOfOneVersionShareItAndItGoesWithTheLastOfThem() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
            commit(index, "b", 6);
            assertEquals(List.of("m-1.schema", "m-2.schema"), schemaFiles());
            assertEquals(2, index.schema().version());

            index.markPublished(3);
            commit(index, "c", 11);
            index.settle();

            assertEquals(List.of("m-2.schema"), schemaFiles());
            // Its records are kept still: it outlives the generation that is newest.
            commit(index, "d", 2);
            assertEquals(List.of("m-2.schema", "m-3.schema"), schemaFiles());
            index.markPublished(5);
            commit(index, "e", 7);
            commit(index, "f", 12);
            index.settle();
            assertEquals(List.of("m-3.schema"), schemaFiles());
            assertEquals(0, index.sweepOrphans());
            assertTrue(IndexCheck.run(disk, true, _ -> {}).isWhole());
        }
        CheckReport report = IndexCheck.run(disk, true, _ -> {});
        assertTrue(report.isWhole(), report.toString());
        assertEquals(List.of(), report.orphans());
        try (Index index = scenario.open(disk)) {
            assertEquals(3, index.schema().version());
            assertEquals(6, IndexScenario.documents(index).size());
            assertFalse(index.commits(10).isEmpty());
        }
    }

    @Test
    void itIsDurableBeforeTheRecordThatNamesIt() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
            List<String> calls =
                    disk.callsSince(0).stream()
                            .filter(call -> call.matches(".* (m-2.schema|folder|c-2.pending)"))
                            .toList();
            int begun = calls.indexOf("create m-2.schema");
            assertEquals(
                    List.of(
                            "create m-2.schema",
                            "write m-2.schema",
                            "force m-2.schema",
                            "force folder",
                            "create c-2.pending"),
                    calls.subList(begun, begun + 5));
        }
    }

    @Test
    void aVersionThatWasGivenUpIsWrittenAnew() {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            index.writer().prepareCommit().close();
            scenario.add(index, scenario.upsert("a", 4));

            scenario.commit(index);

            assertEquals(2, index.schema().version());
            assertTrue(index.schema().ordinal("f4") >= 0);
            assertTrue(index.schema().ordinal("f1") < 0);
        }
        try (Index index = scenario.open(disk)) {
            assertTrue(index.schema().ordinal("f4") >= 0);
        }
    }

    @Test
    void damageIsFoundAndNothingIsDeleted() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
        }
        FaultDirectory missing = disk.afterPowerLoss(new Random(1));
        missing.delete("m-2.schema");
        disk.damage("m-2.schema", disk.length("m-2.schema") / 2);
        for (FaultDirectory broken : List.of(disk, missing)) {
            List<String> files = broken.list();

            MillraceException.Corrupt corrupt =
                    assertThrows(
                            MillraceException.Corrupt.class, () -> scenario.open(broken).close());

            assertTrue(
                    String.valueOf(corrupt.getMessage()).contains("m-2.schema"),
                    corrupt.getMessage());
            assertEquals(files, broken.list());
            CheckReport report = IndexCheck.run(broken, false, _ -> {});
            assertTrue(
                    report.findings().getFirst().toString().contains("m-2.schema"),
                    report.toString());
        }
    }

    @Test
    void aBackupHasItAndSoHasWhatIsRestored() throws IOException {
        FaultDirectory backup = new FaultDirectory();
        FaultDirectory restored = new FaultDirectory();
        Schema schema;
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
            schema = index.schema();
            index.backUp(backup);
        }
        IndexCopy.restore(backup, restored, "00000000000000bb", new ManualClock(), new Random(1));

        assertTrue(restored.list().contains("m-2.schema"));
        try (Index index = scenario.open(restored)) {
            assertEquals(schema, index.schema());
            commit(index, "b", 2);
            assertEquals(2, IndexScenario.documents(index).size());
        }
    }

    @Test
    void aCreationThatWasCutOffBehindItIsBegunAnew() throws IOException {
        scenario.create(disk).close();
        disk.delete("c-1.commit");

        assertFalse(Index.exists(disk));
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
        }
    }

    @Test
    void aDeletionThatIsCutOffLeavesItForTheLastRecord() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a", 1);
            index.publishLast();
        }
        boolean whole = false;
        for (int call = 1; !whole; call++) {
            FaultDirectory folder = disk.afterPowerLoss(new Random(call));
            folder.strikeAt(call, FaultDirectory.Fault.DEVICE_ERROR);
            try {
                Index.deleteFiles(folder);
                whole = !folder.struck();
            } catch (IOException e) {
                assertTrue(folder.struck());
            }
            if (Index.exists(folder)) {
                CommitRecord last = new CommitFiles(folder).read(3).record();
                assertEquals(CommitKind.DELETE, last.kind());
            }
        }
    }

    @Test
    void onlyAboveTheLimitItIsAFile() throws IOException {
        List<String> begun = new ArrayList<>();
        int limit = IndexOptions.DEFAULT.schemaInRecordBytesMax();
        List<Field> fields = new ArrayList<>();
        int inRecord = 0;
        while (begun.isEmpty()) {
            fields.add(Field.of("a rather long name of a field " + fields.size(), FieldType.LONG));
            Schema schema = new Schema(1, List.of(), fields);
            StoredSchema stored = SchemaFile.store(disk, schema, limit, begun::add);
            assertEquals(stored.file() == null, begun.isEmpty());
            if (stored.file() == null) {
                inRecord = Document.of(schema.toValue()).sizeBytes();
            } else {
                assertEquals(schema, SchemaFile.read(disk, stored.file()));
            }
        }
        assertTrue(inRecord <= 64 << 10 && inRecord > 63 << 10, inRecord + " bytes");
    }

    private void commit(Index index, String key, long number) {
        scenario.add(index, scenario.upsert(key, number));
        scenario.commit(index);
    }

    private List<String> schemaFiles() throws IOException {
        return disk.list().stream().filter(name -> name.endsWith(".schema")).toList();
    }
}
