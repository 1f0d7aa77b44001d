package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.segment.DeleteVectorFile;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentId;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

class IndexCheckTest {
    private final IndexScenario scenario = new IndexScenario(new ManualClock(), 3);
    private final FaultDirectory folder = new FaultDirectory();

    @BeforeEach
    void fill() {
        try (Index index = scenario.create(folder)) {
            scenario.add(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            scenario.add(index, scenario.upsert("z", 9));
            scenario.commit(index);
            scenario.add(index, scenario.upsert("a", 3), scenario.upsert("c", 4));
            scenario.commit(index);
            scenario.add(index, scenario.delete("b"), scenario.upsert("d", 5));
            scenario.add(index, scenario.upsert("e", 5));
            scenario.commit(index);
        }
    }

    @Test
    void aWholeIndexHasNoFindingsAndIsNotTouched() {
        int before = folder.callCount();

        CheckReport report = check();

        assertEquals(List.of(), report.findings());
        assertEquals(List.of(), report.orphans());
        assertEquals(4, report.generation());
        assertEquals(5, report.documentCount());
        assertEquals(0, folder.openMaps());
        assertEquals(0, folder.openFiles());
        assertEquals(
                List.of(),
                folder.callsSince(before).stream()
                        .filter(call -> !call.matches("(list|open|read|map).*"))
                        .toList());
    }

    @Test
    void filesThatNoGenerationNeedsAreListedAndAreNoDamage() {
        folder.plant("s-01JD0000000000000000000000.seg", new byte[3]);
        folder.plant("c-9.pending", new byte[3]);
        folder.plant("notes.txt", new byte[3]);

        CheckReport report = check();

        assertTrue(report.isWhole());
        assertEquals(List.of("c-9.pending", "s-01JD0000000000000000000000.seg"), report.orphans());
    }

    @Test
    void aFolderWithoutAnIndexSaysSo() {
        CheckReport report = IndexCheck.run(new FaultDirectory(), true, _ -> {});

        assertEquals(1, report.findings().size());
        assertEquals("a commit record", report.findings().getFirst().expected());
    }

    /// Every byte of every file that a generation needs counts, and the finding names the file.
    @Test
    void everyDamagedOrMissingFileIsNamed() throws IOException {
        for (String name : folder.list()) {
            FaultDirectory missing = folder.moment();
            missing.uproot(name);
            assertNamed(name, missing);
            for (int offset = 0; offset < folder.length(name); offset += 5) {
                FaultDirectory damaged = folder.moment();
                damaged.damage(name, offset);
                assertNamed(name, damaged);
            }
        }
    }

    private static void assertNamed(String name, FaultDirectory damaged) {
        CheckReport report = IndexCheck.run(damaged, false, _ -> {});
        assertFalse(report.isWhole(), name);
        // Without its newest record a folder looks older than it is.
        assertTrue(
                name.equals("c-4.commit")
                        || report.findings().stream()
                                .anyMatch(finding -> finding.toString().contains(name)),
                () -> name + " is not in " + report.findings());
        assertEquals(0, damaged.openMaps());
        assertEquals(0, damaged.openFiles());
    }

    /// A record and its vectors can be whole by every checksum and wrong.
    @Test
    void aVisibleDocumentThatHasANewerVersionIsFound() throws IOException {
        CommitRecord newest = new CommitFiles(folder).read(4).record();
        SegmentEntry first = newest.segments().getFirst();
        MutableRoaringBitmap wrong = new MutableRoaringBitmap();
        wrong.add(first.meta().documentCount() - 1);
        publish(newest, List.of(wrong));

        CheckReport report = check();

        assertTrue(
                report.findings().stream()
                        .anyMatch(finding ->
                                finding.file().equals(first.meta().id().fileName())
                                        && finding.expected().startsWith("deleted: ")
                                        && finding.found().equals("visible")),
                report.findings().toString());
    }

    /// Publishes generation 5: generation 4 with other delete vectors for its first segments.
    private void publish(CommitRecord newest, List<MutableRoaringBitmap> vectors)
            throws IOException {
        TreeMap<SegmentId, ImmutableRoaringBitmap> written = new TreeMap<>();
        List<SegmentEntry> entries = new ArrayList<>(newest.segments());
        String file = IndexFile.deleteVectors("01JD0000000000000000000009");
        long documents = 0;
        for (int i = 0; i < entries.size(); i++) {
            if (i < vectors.size()) {
                written.put(entries.get(i).meta().id(), vectors.get(i));
                entries.set(
                        i,
                        new SegmentEntry(
                                entries.get(i).meta(), file, vectors.get(i).getCardinality()));
            }
            documents += entries.get(i).liveCount();
        }
        List<DeleteVectorMeta> files =
                new ArrayList<>(
                        newest.deleteVectors().stream()
                                .filter(old ->
                                        entries.stream()
                                                .anyMatch(entry ->
                                                        old.name().equals(entry.deleteVector())))
                                .toList());
        files.add(DeleteVectorFile.write(folder, file, written));
        CommitRecord next =
                new CommitRecord(
                        newest.index(),
                        newest.incarnation(),
                        5,
                        new CommitFiles(folder).read(4).crc(),
                        newest.commitId(),
                        CommitKind.INDEX,
                        entries,
                        files,
                        List.of(),
                        newest.checkpoint(),
                        newest.identity(),
                        newest.nextSequence(),
                        newest.storedSchema(),
                        List.of(),
                        newest.publishedThrough(),
                        newest.keptFrom(),
                        5,
                        documents,
                        newest.committedAtMillis());
        CommitFiles records = new CommitFiles(folder);
        records.writePending(next);
        records.link(5);
        folder.delete("c-5.pending");
    }

    private CheckReport check() {
        return IndexCheck.run(folder, true, _ -> {});
    }
}
