package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.document.Value;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.FaultDirectory.Fault;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Lets the power go, or a call fail, at every single call to the directory. The reopened index is
/// the last generation that was acknowledged or the one in flight, whole, and nothing else.
class CrashTest {
    /// What survives a power loss is drawn this often for each call it strikes at.
    private static final int IMAGES_PER_CALL = 12;

    private static final Logger LOG = Logger.getLogger("io.millrace.index");

    /// Commits of upserts, deletes, replaced documents, rejects, positions; segments that vanish;
    /// records that are dropped.
    private static final List<List<Step>> BATCHES =
            List.of(
                    List.of(put("a", 1), put("b", 2), put("c", 3), remove("x")),
                    List.of(put("a", 4), remove("b"), bad("d"), garbage("e"), put("f", 5)),
                    List.of(remove("nobody")),
                    List.of(remove("a"), remove("c"), remove("f"), put("g", 6), put("g", 7)),
                    List.of(put("h", 8), remove("h"), garbage("i"), put("a", 9)),
                    List.of(put("a", 10), put("b", 11), put("b", 12), remove("g")));

    private final IndexScenario small =
            new IndexScenario(
                    new ManualClock(),
                    7,
                    // Every document becomes a segment at once, and only two records are kept.
                    IndexOptions.DEFAULT
                            .withQueue(100, 1 << 20)
                            .withBuilderBytesMax(1)
                            .withKeptCommits(1)
                            .withMerges(MergeOptions.DEFAULT.withBackground(false)));
    private final IndexScenario usual = new IndexScenario(new ManualClock(), 7);

    /// Segments are merged after some of the commits.
    private boolean merging;

    @BeforeEach
    void beQuiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        LOG.setLevel(null);
    }

    @Test
    void powerLossAtEveryCallLeavesAWholeGeneration() throws IOException {
        powerLossAtEveryCall(usual);
    }

    @Test
    void powerLossAtEveryCallOfAMergeLeavesAWholeGeneration() throws IOException {
        merging = true;
        powerLossAtEveryCall(small);
    }

    @Test
    void powerLossAtEveryCallLeavesAWholeGenerationOfManySegments() throws IOException {
        powerLossAtEveryCall(small);
    }

    @Test
    void powerLossAtEveryCallLeavesAWholeSchema() throws IOException {
        powerLossAtEveryCall(new IndexScenario(new ManualClock(), 7).growing());
    }

    private void powerLossAtEveryCall(IndexScenario scenario) throws IOException {
        int calls = callsOfOneRun(scenario, merging);
        for (int call = 1; call <= calls; call++) {
            FaultDirectory disk = new FaultDirectory();
            disk.strikeAt(call, Fault.POWER_LOSS);
            Run run = new Run(scenario, disk, merging);
            run.untilFailure();
            for (int image = 0; image < IMAGES_PER_CALL; image++) {
                long seed = call * 1000L + image;
                String where = "call " + call + " image " + image + ": " + disk.calls();
                checkRecovery(scenario, disk, seed, run, where);
            }
        }
    }

    private void checkRecovery(
            IndexScenario scenario, FaultDirectory disk, long seed, Run run, String where)
            throws IOException {
        FaultDirectory image = disk.afterPowerLoss(new Random(seed));
        image.plant("notes.txt", new byte[] {1});
        if (!Index.exists(image)) {
            assertEquals(0, run.acknowledged, where);
        } else {
            long found;
            try (Index index = scenario.open(image)) {
                found = index.newestCommit().generation();
                assertTrue(
                        found == run.acknowledged || found == run.inFlight,
                        () ->
                                found
                                        + " is neither "
                                        + run.acknowledged
                                        + " nor in flight; "
                                        + where);
                checkAgainstModel(index, where);
            }
            checkSecondRecoveryChangesNothing(scenario, image, found, where);
            checkPowerLossDuringRecovery(scenario, disk, seed, found, where);
        }
        Run rest = new Run(scenario, image, merging);
        rest.untilFailure();
        assertTrue(rest.isComplete(), where);
        assertTrue(image.list().contains("notes.txt"), where);
        assertEquals(0, image.openMaps(), where);
    }

    private static void checkSecondRecoveryChangesNothing(
            IndexScenario scenario, FaultDirectory image, long found, String where)
            throws IOException {
        List<String> files = image.list();
        int before = image.callCount();
        try (Index index = scenario.open(image)) {
            assertEquals(found, index.newestCommit().generation(), where);
        }
        assertEquals(files, image.list(), where);
        List<String> changes =
                image.calls().subList(before, image.callCount()).stream()
                        .filter(call -> call.matches("(create|write|link|delete) .*"))
                        .toList();
        assertEquals(List.of(), changes, where);
    }

    /// One call of the recovery, another one for each image.
    private static void checkPowerLossDuringRecovery(
            IndexScenario scenario, FaultDirectory disk, long seed, long found, String where)
            throws IOException {
        FaultDirectory image = disk.afterPowerLoss(new Random(seed));
        image.strikeAt(2 + seed % 23, Fault.POWER_LOSS);
        try {
            scenario.open(image).close();
        } catch (MillraceException.Unavailable e) {
            assertTrue(image.struck(), where);
        }
        FaultDirectory again = image.afterPowerLoss(new Random(seed + 1));
        try (Index index = scenario.open(again)) {
            assertEquals(found, index.newestCommit().generation(), where);
            checkAgainstModel(index, where);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DEVICE_ERROR", "FULL"})
    void anErrorAtAnyCallNeverMakesAFalseSuccess(Fault fault) throws IOException {
        errorAtEveryCall(usual, fault);
        errorAtEveryCall(small, fault);
    }

    //
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {"DEVICE_ERROR", "FULL"})
    void anErrorAtAnyCallOfAMergeNeverLosesADocument(Fault fault) throws IOException {
        merging = true;
        errorAtEveryCall(small, fault);
    }

    private void errorAtEveryCall(IndexScenario scenario, Fault fault) throws IOException {
        int calls = callsOfOneRun(scenario, merging);
        for (int call = 1; call <= calls; call++) {
            FaultDirectory disk = new FaultDirectory();
            disk.strikeAt(call, fault);
            Run run = new Run(scenario, disk, merging);
            run.checkImages = true;
            int reopened = 0;
            while (!run.isComplete()) {
                run.untilFailure();
                assertTrue(reopened++ < 3, "no progress after " + fault + " at call " + call);
            }
            String where = fault + " at call " + call + ": " + disk.calls();
            assertEquals(0, disk.openMaps(), where);
            assertEquals(0, disk.openFiles(), where);
        }
    }

    @Test
    void anErrorWhileOpeningLeavesNothingOpen() throws IOException {
        FaultDirectory whole = new FaultDirectory();
        new Run(usual, whole, false).untilFailure();
        whole.plant("s-01JD0000000000000000000000.seg", new byte[1]);
        boolean opened = false;
        for (int call = 1; !opened; call++) {
            FaultDirectory disk = whole.afterPowerLoss(new Random(1));
            disk.strikeAt(call, Fault.DEVICE_ERROR);
            try {
                usual.open(disk).close();
                opened = !disk.struck();
            } catch (MillraceException.Unavailable e) {
                assertTrue(disk.struck(), "failed without a fault: " + e);
            }
            assertEquals(0, disk.openMaps(), "call " + call + ": " + disk.calls());
            assertEquals(0, disk.openFiles(), "call " + call + ": " + disk.calls());
        }
    }

    @Test
    void aDamagedNewestRecordIsReportedAndNothingIsDeleted() throws IOException {
        FaultDirectory disk = new FaultDirectory();
        new Run(usual, disk, false).untilFailure();
        String newest = disk.list().stream().filter(n -> n.endsWith(".commit")).toList().getLast();
        disk.damage(newest, disk.length(newest) / 2);
        disk.plant("c-99.pending", new byte[10]);
        List<String> files = disk.list();

        MillraceException.Corrupt corrupt =
                assertThrows(MillraceException.Corrupt.class, () -> usual.open(disk));

        assertTrue(String.valueOf(corrupt.getMessage()).contains(newest), corrupt.getMessage());
        assertEquals(files, disk.list());
    }

    @Test
    void everyDamagedOrMissingFileOfTheNewestGenerationIsReported() throws IOException {
        FaultDirectory whole = new FaultDirectory();
        new Run(usual, whole, false).untilFailure();
        for (String name : whole.list()) {
            FaultDirectory missing = whole.afterPowerLoss(new Random(1));
            missing.delete(name);
            assertThrows(MillraceException.Corrupt.class, () -> openAndReadRejects(missing), name);
            for (int offset = 0; offset < whole.length(name); offset += 7) {
                FaultDirectory damaged = whole.afterPowerLoss(new Random(1));
                damaged.damage(name, offset);
                assertThrows(
                        MillraceException.Corrupt.class,
                        () -> openAndReadRejects(damaged),
                        name + " at " + offset);
                assertEquals(0, damaged.openMaps(), name + " at " + offset);
            }
        }
    }

    /// Rejects are read when somebody asks for them.
    private void openAndReadRejects(FaultDirectory disk) {
        try (Index index = usual.open(disk)) {
            index.rejectsBetween(0, Long.MAX_VALUE);
        }
    }

    private static int callsOfOneRun(IndexScenario scenario, boolean merging) {
        FaultDirectory disk = new FaultDirectory();
        Run run = new Run(scenario, disk, merging);
        run.untilFailure();
        assertTrue(run.isComplete());
        // Deletions happen beside the next commit: a few calls more than were counted do no harm.
        return disk.callCount() + 5;
    }

    private static void checkAgainstModel(Index index, String where) {
        long position =
                Objects.requireNonNull(
                                index.newestCommit().checkpoint().position(IndexScenario.PARTITION))
                        .next();
        assertEquals(model(position), IndexScenario.documents(index), where);
        long rejected = 0;
        for (StoredReject stored : index.rejectsBetween(0, Long.MAX_VALUE)) {
            assertTrue(stored.reject().origin().position() < position, where);
            rejected++;
        }
        long announced = 0;
        for (IndexEvent event : index.eventsAfter(0, 1000)) {
            announced +=
                    ((Value.Int)
                                    Objects.requireNonNull(
                                            ((Value.Obj)
                                                            Objects.requireNonNull(
                                                                    event.data().get("documents")))
                                                    .get("rejected")))
                            .value();
        }
        assertEquals(announced, rejected, where);
    }

    /// What is visible after the first `position` steps.
    private static SortedMap<String, Long> model(long position) {
        SortedMap<String, Long> model = new TreeMap<>();
        BATCHES.stream()
                .flatMap(List::stream)
                .limit(position)
                .forEach(step -> {
                    IndexScenario.apply(step, model);
                });
        return model;
    }

    /// Feeds the batches, one commit each, from wherever the index stands.
    private static final class Run {
        private final IndexScenario scenario;
        private final FaultDirectory disk;
        private final boolean merging;

        /// The newest generation known to be published, and the one that may be.
        long acknowledged;

        long inFlight;

        /// Looks at what a power loss would leave after every success.
        boolean checkImages;

        private boolean complete;

        Run(IndexScenario scenario, FaultDirectory disk, boolean merging) {
            this.scenario = scenario;
            this.disk = disk;
            this.merging = merging;
        }

        boolean isComplete() {
            return complete;
        }

        /// Runs until everything is committed, or until the index cannot be used any more.
        void untilFailure() {
            inFlight = acknowledged == 0 ? 1 : acknowledged;
            try (Index index = scenario.openOrCreate(disk)) {
                acknowledged = index.newestCommit().generation();
                inFlight = acknowledged;
                int attempts = 0;
                while (!complete && attempts++ < 20 && isUsable(index)) {
                    feed(index);
                }
                checkReadable(index);
            } catch (MillraceException.Unavailable e) {
                assertTrue(disk.struck(), "failed without a fault: " + e);
            }
        }

        private void feed(Index index) {
            try {
                commitAll(index);
                complete = true;
            } catch (MillraceException.Unavailable e) {
                assertTrue(disk.struck(), "failed without a fault: " + e);
                assertEquals(index.writer().committed(), index.writer().accepted());
            }
        }

        private void commitAll(Index index) {
            long position =
                    Objects.requireNonNull(
                                    index.writer().committed().position(IndexScenario.PARTITION))
                            .next();
            long end = 0;
            for (List<Step> batch : BATCHES) {
                end += batch.size();
                if (end <= position) {
                    continue;
                }
                ChangeBatch changes = IndexScenario.batch(index.writer().accepted(), batch);
                index.writer().add(changes);
                long next = index.newestCommit().generation() + 1;
                try (PreparedCommit prepared = index.writer().prepareCommit()) {
                    inFlight = next;
                    acknowledged = prepared.commit().orElseThrow().generation();
                }
                assertEquals(next, acknowledged);
                index.markPublished(acknowledged - 1);
                checkImages();
                if (merging) {
                    merge(index);
                }
            }
        }

        /// It may fail as anything else may, but then nobody notices.
        private void merge(Index index) {
            inFlight = acknowledged + 1;
            index.forceMerge(1, Duration.ZERO);
            assertTrue(index.waitForMerges(Duration.ofSeconds(60)));
            acknowledged = index.newestCommit().generation();
            if (!(index.state() instanceof IndexState.Failed)) {
                inFlight = acknowledged;
                checkImages();
            }
        }

        private void checkImages() {
            for (int image = 0; checkImages && image < 3; image++) {
                try (Index survived = scenario.open(disk.afterPowerLoss(new Random(image)))) {
                    assertEquals(acknowledged, survived.newestCommit().generation());
                    checkAgainstModel(survived, "after an acknowledged commit");
                }
            }
        }

        private static boolean isUsable(Index index) {
            return !(index.state() instanceof IndexState.Failed);
        }

        /// Whatever happened to the writer: what is published can be read.
        private void checkReadable(Index index) {
            assertEquals(acknowledged, index.newestCommit().generation());
            long position =
                    Objects.requireNonNull(
                                    index.newestCommit()
                                            .checkpoint()
                                            .position(IndexScenario.PARTITION))
                            .next();
            assertEquals(model(position), IndexScenario.documents(index));
            if (index.state() instanceof IndexState.Failed) {
                int before = disk.callCount();
                assertThrows(
                        MillraceException.Unavailable.class, () -> index.writer().prepareCommit());
                assertFalse(
                        disk.calls().subList(before, disk.callCount()).stream()
                                .anyMatch(call -> call.startsWith("force")),
                        "a force was tried again");
            }
        }
    }

    private static Step put(String key, long number) {
        return new Step.Put(key, number);
    }

    private static Step remove(String key) {
        return new Step.Remove(key);
    }

    private static Step bad(String key) {
        return new Step.Bad(key);
    }

    private static Step garbage(String key) {
        return new Step.Garbage(key);
    }
}
