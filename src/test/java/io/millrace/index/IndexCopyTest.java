package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.FaultDirectory.Fault;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Backup, restore and repair.
class IndexCopyTest {
    private static final String OTHER_LIFE = "00000000000000bb";

    private final ManualClock clock = new ManualClock();
    private final IndexScenario scenario = new IndexScenario(clock, 3);
    private final FaultDirectory folder = new FaultDirectory();
    private final FaultDirectory target = new FaultDirectory();

    @BeforeEach
    void fill() {
        try (Index index = scenario.create(folder)) {
            scenario.add(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            scenario.add(index, scenario.upsert("z", 9));
            scenario.commit(index);
            scenario.add(index, scenario.upsert("a", 3), scenario.upsert("c", 4));
            scenario.add(index, new IndexScenario.Step.Garbage("g"));
            scenario.commit(index);
        }
    }

    @Test
    void aBackupIsWholeByItselfAndIsTakenWhileWritingGoesOn() throws IOException {
        FaultDirectory second = new FaultDirectory();
        try (Index index = scenario.open(folder)) {
            IndexCopy.Summary summary = index.backUp(target);
            assertEquals(3, summary.generation());
            assertEquals(4, summary.documentCount());
            scenario.add(index, scenario.upsert("a", 5), scenario.delete("c"));
            scenario.commit(index);
            index.backUp(second);
        }
        CheckReport report = IndexCheck.run(target, true, _ -> {});
        assertEquals(List.of(), report.findings());
        assertEquals(List.of(), report.orphans());
        assertEquals(3, report.generation());
        assertEquals(4, IndexCheck.run(second, true, _ -> {}).generation());
        assertEquals(1, target.list().stream().filter(name -> name.endsWith(".commit")).count());
    }

    @Test
    void aRestoredIndexGoesOnFromTheCheckpointOfTheBackupAsANewIncarnation() throws IOException {
        IndexCopy.backUp(folder, target);
        FaultDirectory restored = new FaultDirectory();

        IndexCopy.restore(target, restored, OTHER_LIFE, clock, new Random(1));

        assertEquals(List.of(), IndexCheck.run(restored, true, _ -> {}).findings());
        try (Index index = scenario.open(restored)) {
            assertEquals(OTHER_LIFE, index.incarnation());
            assertEquals(4, index.newestCommit().generation());
            assertEquals(4, index.newestCommit().contentGeneration());
            assertEquals(CommitKind.RESTORE, index.newestCommit().kind());
            assertEquals(
                    Map.of("a", 3L, "b", 2L, "c", 4L, "z", 9L), IndexScenario.documents(index));
            assertEquals(6, KilledProcess.position(index));
            List<IndexEvent> events = index.eventsAfter(index.publishedThrough(), 10);
            assertEquals(1, events.size());
            assertTrue(events.getFirst().id().contains(OTHER_LIFE));
            scenario.add(index, scenario.upsert("c", 6));
            scenario.commit(index);
            assertEquals(6L, IndexScenario.documents(index).get("c"));
        }
        assertEquals(List.of(), IndexCheck.run(restored, true, _ -> {}).findings());
    }

    // what creates an index never writes over one
    @Test
    void nothingIsWrittenOverAnIndex() throws IOException {
        IndexCopy.backUp(folder, target);
        long before = folder.digest();
        long backup = target.digest();

        assertThrows(
                MillraceException.InvalidRequest.class, () -> IndexCopy.backUp(folder, target));
        assertThrows(
                MillraceException.InvalidRequest.class,
                () -> IndexCopy.restore(target, folder, OTHER_LIFE, clock, new Random(1)));

        assertEquals(before, folder.digest());
        assertEquals(backup, target.digest());
        FaultDirectory nothing = new FaultDirectory();
        assertThrows(
                MillraceException.InvalidRequest.class, () -> IndexCopy.backUp(nothing, target));
    }

    @Test
    void aDamagedBackupIsNotRestored() throws IOException {
        IndexCopy.backUp(folder, target);
        for (String name : target.list()) {
            FaultDirectory damaged = target.moment();
            damaged.damage(name, damaged.length(name) / 2);
            FaultDirectory restored = new FaultDirectory();
            assertThrows(
                    MillraceException.Corrupt.class,
                    () -> IndexCopy.restore(damaged, restored, OTHER_LIFE, clock, new Random(1)));
            assertEquals(List.of(), restored.list());
        }
    }

    @Test
    void aCopyThatIsCutOffHoldsNoGenerationOrAWholeOne() throws IOException {
        boolean complete = false;
        for (int call = 1; !complete; call++) {
            FaultDirectory cut = new FaultDirectory();
            cut.strikeAt(call, Fault.POWER_LOSS);
            try {
                IndexCopy.backUp(folder, cut);
                complete = !cut.struck();
            } catch (MillraceException.Unavailable e) {
                assertTrue(cut.struck());
            }
            for (int image = 0; image < 10; image++) {
                FaultDirectory left = cut.afterPowerLoss(new Random(image));
                if (CommitFiles.newest(left.list()).isPresent()) {
                    assertEquals(List.of(), IndexCheck.run(left, false, _ -> {}).findings());
                }
            }
        }
    }

    @Test
    void aWholeIndexNeedsNoRepair() {
        IndexRepair repair = new IndexRepair(folder);
        assertFalse(repair.plan().isNeeded());
        assertThrows(
                MillraceException.InvalidRequest.class,
                () -> repair.apply(target, OTHER_LIFE, clock, new Random(1)));
    }

    @Test
    void lostDeleteVectorsAreWorkedOutAgainWhenEveryDeletedDocumentWasReplaced()
            throws IOException {
        String vectors = nameOf("d-");
        folder.damage(vectors, folder.length(vectors) / 2);

        IndexCopy.Summary summary = repaired(3);

        assertEquals(4, summary.generation());
        try (Index index = scenario.open(target)) {
            assertEquals(
                    Map.of("a", 3L, "b", 2L, "c", 4L, "z", 9L), IndexScenario.documents(index));
        }
    }

    /// Generation 4 with "b" visible would be a lie; generation 3 is true and reads the deletion
    /// again.
    @Test
    void aDeletionThatLeftNoTraceIsReadAgainFromTheSource() throws IOException {
        try (Index index = scenario.open(folder)) {
            scenario.add(index, scenario.delete("b"));
            scenario.commit(index);
        }
        String vectors = nameOf("d-");
        folder.damage(vectors, folder.length(vectors) / 2);

        repaired(3);

        try (Index index = scenario.open(target)) {
            assertEquals(6, KilledProcess.position(index));
            scenario.add(index, scenario.delete("b"));
            scenario.commit(index);
            assertEquals(Map.of("a", 3L, "c", 4L, "z", 9L), IndexScenario.documents(index));
        }
    }

    @Test
    void lostSegmentsCannotBeRepaired() throws IOException {
        folder.list().stream().filter(name -> name.startsWith("s-")).forEach(folder::uproot);
        folder.list().stream()
                .filter(name -> name.matches("c-[12].commit"))
                .forEach(folder::uproot);

        IndexRepair repair = new IndexRepair(folder);

        assertTrue(repair.plan().isNeeded());
        assertFalse(repair.plan().isPossible(), repair.plan().toString());
        assertTrue(repair.plan().steps().getLast().contains("restore a backup"));
    }

    @Test
    void aDamagedNewestRecordFallsBackAndSaysWhatIsReadAgain() throws IOException {
        try (Index index = scenario.open(folder)) {
            index.writer().add(IndexScenario.skip(index.writer().accepted(), 4));
            scenario.commit(index);
        }
        folder.damage("c-4.commit", 30);
        long before = folder.digest();

        IndexCopy.Summary summary = repaired(3);

        assertEquals(before, folder.digest());
        assertEquals(5, summary.generation());
        assertNotEquals("00000000000000aa", summary.incarnation());
        try (Index index = scenario.open(target)) {
            assertEquals(6, KilledProcess.position(index));
        }
        assertTrue(
                new IndexRepair(folder)
                        .plan().steps().stream()
                                .anyMatch(step -> step.startsWith("read again from ")));
    }

    private IndexCopy.Summary repaired(long generation) {
        IndexRepair repair = new IndexRepair(folder);
        assertEquals(generation, repair.plan().generation(), repair.plan().toString());
        IndexCopy.Summary summary = repair.apply(target, OTHER_LIFE, clock, new Random(1));
        assertEquals(List.of(), IndexCheck.run(target, true, _ -> {}).findings());
        return summary;
    }

    private String nameOf(String prefix) throws IOException {
        return folder.list().stream()
                .filter(name -> name.startsWith(prefix))
                .findFirst()
                .orElseThrow();
    }
}
