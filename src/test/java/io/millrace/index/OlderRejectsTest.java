package io.millrace.index;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What was rejected is kept by bytes and days, however many commits come after it.
class OlderRejectsTest {
    private static final RejectLimits ROOMY = new RejectLimits(100, 1 << 20, Duration.ofDays(7));

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();

    @Test
    void rejectsOutliveTheirCommitRecordAndEveryOpening() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            reject(scenario, index, "a");
            write(scenario, index, 5);
            reject(scenario, index, "b");
            write(scenario, index, 5);
            assertTrue(index.record().keptFrom() > 8);

            assertEquals(List.of("8 key b", "2 key a"), shown(index));
            assertEquals(1, index.rejectsOf(2).count());
            assertEquals(0, index.sweepOrphans());
        }
        try (Index index = scenario.open(disk)) {
            assertEquals(List.of("8 key b", "2 key a"), shown(index));
            write(scenario, index, 1);
            assertEquals(List.of("8 key b", "2 key a"), shown(index));
        }
        CheckReport report = IndexCheck.run(disk, true, _ -> {});
        assertEquals(List.of(), report.findings());
        assertEquals(List.of(), report.orphans());
    }

    @Test
    void theOldestGoWhenTheyTakeTooMuch() throws IOException {
        long perGeneration = bytesOfOneRejectingGeneration();
        IndexScenario scenario =
                scenario(new RejectLimits(100, 2 * perGeneration + 200, Duration.ofDays(7)));
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 4);

            assertEquals(List.of("8 key d", "6 key c"), shown(index));
            assertEquals(0, index.rejectsOf(4).count());
            assertEquals(2, files(".rejects"));
            assertEquals(3, files(".commit"));
        }
    }

    @Test
    void theOldestGoWhenTheyAreTooMany() throws IOException {
        IndexScenario scenario = scenario(new RejectLimits(3, 1 << 20, Duration.ofDays(7)));
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 5);

            assertEquals(List.of("10 key e", "8 key d", "6 key c"), shown(index));
            assertEquals(3, files(".rejects"));
        }
    }

    @Test
    void theyGoWhenTheyAreTooOld() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 1);
            clock.advance(Duration.ofDays(4));
            reject(scenario, index, "b");
            write(scenario, index, 1);
            clock.advance(Duration.ofDays(3));
            assertEquals(List.of("4 key b", "2 key a"), shown(index));

            clock.advance(Duration.ofSeconds(1));
            assertEquals(List.of("4 key b"), shown(index), "shown until somebody commits");
            write(scenario, index, 1);
            assertEquals(List.of("4 key b"), shown(index));
            assertEquals(1, files(".rejects"));

            // Nothing is written any more.
            clock.advance(Duration.ofDays(4));
            assertEquals(0, index.sweepOrphans());
            index.settle();
            assertEquals(0, files(".rejects"));
            assertEquals(1, files(".commit"));
        }
    }

    @Test
    void theyGoAtTheNextOpeningToo() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 3);
        }
        try (Index index = scenario(new RejectLimits(1, 1 << 20, Duration.ofDays(7))).open(disk)) {
            assertEquals(List.of("6 key c"), shown(index));
            assertEquals(1, files(".rejects"));
        }
        clock.advance(Duration.ofDays(8));
        try (Index index = scenario.open(disk)) {
            assertEquals(List.of(), shown(index));
            assertEquals(0, files(".rejects"));
        }
    }

    /// Nobody relayed them yet: they go to the topic however old they are.
    @Test
    void whatIsNotAcknowledgedStays() {
        IndexScenario scenario = scenario(new RejectLimits(0, 0, Duration.ofDays(1)));
        try (Index index = scenario.create(disk)) {
            index.markPublished(1);
            commit(scenario, index, new Step.Bad("a"));
            clock.advance(Duration.ofDays(30));
            commit(scenario, index, new Step.Put("x", 1));
            assertEquals(1, index.rejectsOf(2).count());
            assertEquals(List.of("2 key a"), shown(index));

            index.markPublished(3);
            commit(scenario, index, new Step.Put("x", 2));
            assertEquals(0, index.rejectsOf(2).count());
        }
    }

    @Test
    void aDamagedOneCostsItsOwnRejectsOnly() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 4);
        }
        disk.damage("c-2.commit", 40);
        disk.uproot(rejectsOf(disk, 4).name());
        try (Index index = scenario.open(disk)) {
            assertEquals(List.of("8 key d", "6 key c"), shown(index));
            assertEquals(2, files(".rejects"));
            assertEquals(3, files(".commit"));
        }
    }

    @Test
    void limitsThatAreNoneNameTheirSetting() {
        IllegalArgumentException refused =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> new RejectLimits(1, -1, Duration.ofDays(7)));
        assertEquals("kept-rejects-bytes-max is -1, expected 0 or more", refused.getMessage());
    }

    /// What the device does not give now it may give later.
    @Test
    void oneThatCannotBeReadIsLeftAlone() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 3);
        }
        int calls = 0;
        for (String call = ""; !call.equals("open c-4.commit"); ) {
            FaultDirectory struck = disk.moment();
            struck.strikeAt(++calls, FaultDirectory.Fault.DEVICE_ERROR);
            int before = struck.callCount();
            try (Index index = scenario.open(struck)) {
                call = struck.callsSince(before).get(calls - 1);
                if (call.equals("open c-4.commit")) {
                    assertEquals(List.of("6 key c", "2 key a"), shown(index));
                    write(scenario, index, 1);
                    assertEquals(0, index.sweepOrphans());
                }
            } catch (MillraceException.Unavailable e) {
                call = struck.callsSince(before).get(calls - 1);
            }
            if (call.equals("open c-4.commit")) {
                try (Index index = scenario.open(struck)) {
                    assertEquals(List.of("6 key c", "4 key b", "2 key a"), shown(index));
                }
            }
        }
    }

    @Test
    void aDamagedOneIsNoReasonToRepairTheIndex() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 3);
        }
        String rejects = rejectsOf(disk, 4).name();
        disk.damage(rejects, 60);
        disk.damage("c-2.commit", 40);

        CheckReport report = IndexCheck.run(disk, true, _ -> {});

        assertEquals(List.of(), report.findings());
        assertEquals(
                List.of(rejects, "c-2.commit"),
                report.losses().stream().map(CheckReport.Finding::file).toList());
        assertFalse(new IndexRepair(disk).plan().isNeeded());
    }

    @Test
    void oneThatIsDamagedWhileTheIndexIsOpenCostsItsOwnRejectsOnly() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 3);
            disk.damage(rejectsOf(disk, 4).name(), 60);
            assertEquals(List.of("6 key c", "2 key a"), shown(index));

            disk.damage("c-2.commit", 40);
            assertEquals(List.of("6 key c"), shown(index));
        }
    }

    /// What is needed is not passed over.
    @Test
    void whatIsDamagedAboveTheFloorIsReported() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            reject(scenario, index, "a");
            disk.damage(rejectsOf(disk, 2).name(), 60);
            assertThrows(MillraceException.Corrupt.class, () -> shown(index));
        }
    }

    @Test
    void aClockThatWasWrongCostsTheRejectsOfItsOwnCommitOnly() throws IOException {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            rejectAndWrite(scenario, index, 1);
            clock.advance(Duration.ofDays(-30));
            reject(scenario, index, "b");
            clock.advance(Duration.ofDays(30));
            write(scenario, index, 1);
            rejectAndWrite(scenario, index, 1);
            assertEquals(List.of("6 key a", "2 key a"), shown(index));
        }
        try (Index index = scenario.open(disk)) {
            assertEquals(List.of("6 key a", "2 key a"), shown(index));
        }
    }

    /// At no moment is a generation neither kept nor among those below the floor.
    @Test
    void whoeverHearsOfACommitFindsTheRejectsBelowItsFloor() throws Exception {
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(disk)) {
            reject(scenario, index, "a");
            List<List<String>> heard = new CopyOnWriteArrayList<>();
            try (AutoCloseable _ = index.onCommit(_ -> heard.add(shown(index)))) {
                write(scenario, index, 2);
            }
            assertEquals(List.of(List.of("2 key a"), List.of("2 key a")), heard);
        }
    }

    /// A record whose schema is a file of its own can be read as long as it is kept.
    @Test
    void theirSchemasStayWithThem() {
        IndexScenario scenario =
                new IndexScenario(
                                clock,
                                1,
                                IndexScenario.OPTIONS
                                        .withKeptCommits(0)
                                        .withSchemaInRecord(0)
                                        .withRejects(ROOMY))
                        .growing();
        try (Index index = scenario.create(disk)) {
            reject(scenario, index, "a");
            for (int i = 0; i < 4; i++) {
                commit(scenario, index, new Step.Put("grown" + i, 1000 + i));
                index.markPublished(index.record().generation());
            }
            assertEquals(List.of("2 key a"), shown(index));
        }
        try (Index index = scenario.open(disk)) {
            assertEquals(List.of("2 key a"), shown(index));
        }
    }

    private IndexScenario scenario(RejectLimits limits) {
        return new IndexScenario(
                clock, 1, IndexScenario.OPTIONS.withKeptCommits(0).withRejects(limits));
    }

    /// Its record and what it rejected.
    private long bytesOfOneRejectingGeneration() throws IOException {
        FaultDirectory other = new FaultDirectory();
        IndexScenario scenario = scenario(ROOMY);
        try (Index index = scenario.create(other)) {
            rejectAndWrite(scenario, index, 3);
        }
        return other.length("c-6.commit") + rejectsOf(other, 6).lengthBytes();
    }

    private static RejectsMeta rejectsOf(FaultDirectory folder, long generation)
            throws IOException {
        return new CommitFiles(folder).read(generation).record().rejects().getFirst();
    }

    /// Two generations each: one that rejects `a`, `b` and so on, one that writes.
    private void rejectAndWrite(IndexScenario scenario, Index index, int times) {
        IntStream.range(0, times)
                .forEach(i -> {
                    reject(scenario, index, String.valueOf((char) ('a' + i)));
                    write(scenario, index, 1);
                });
    }

    private void reject(IndexScenario scenario, Index index, String key) {
        commit(scenario, index, new Step.Bad(key));
        index.markPublished(index.record().generation());
    }

    private void write(IndexScenario scenario, Index index, int generations) {
        for (int i = 0; i < generations; i++) {
            commit(scenario, index, new Step.Put("x", index.record().generation()));
            index.markPublished(index.record().generation());
        }
    }

    private static void commit(IndexScenario scenario, Index index, Step step) {
        scenario.add(index, step);
        scenario.commit(index);
        index.settle();
    }

    private long files(String ending) throws IOException {
        return disk.list().stream().filter(name -> name.endsWith(ending)).count();
    }

    private static List<String> shown(Index index) {
        return index.newestRejects(100).stream()
                .map(stored -> stored.generation() + " key " + keyOf(stored))
                .toList();
    }

    private static String keyOf(StoredReject stored) {
        byte[] key = stored.reject().origin().key();
        return key == null ? "none" : new String(key, UTF_8);
    }
}
