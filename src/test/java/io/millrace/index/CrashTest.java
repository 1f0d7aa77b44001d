package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.index.CrashRun.Known;
import io.millrace.index.CrashRun.Moment;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.FaultDirectory.Fault;
import io.millrace.testing.SideBySide;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Lets the power go, a call fail or the room end at every single call to the directory. What is
/// found afterwards is what was acknowledged or what was in flight, whole, and nothing else.
///
/// Profile `soak` draws `soak.factor` times as many images.
@ExtendWith(SilentEngine.class)
class CrashTest {
    private static final int SOAK_FACTOR = Integer.getInteger("soak.factor", 1);

    /// What survives a power loss is drawn this often for each call it strikes at.
    private static final int IMAGES_PER_CALL = 64 * SOAK_FACTOR;

    /// Images with different contents or expectations: the others are recovered once.
    private static final int DISTINCT_IMAGES_MIN = 4_000;

    private static final long RECOVERY_NANOS_MAX = 200_000_000;

    /// R1 and R2.
    @Test
    void powerLossAtEveryCallLeavesAWholeGeneration() {
        long seed = Long.getLong("seed", System.nanoTime());
        AtomicInteger drawn = new AtomicInteger();
        Queue<Long> recoveries = new ConcurrentLinkedQueue<>();
        for (CrashScenario scenario : CrashScenario.all()) {
            Set<Long> seen = ConcurrentHashMap.newKeySet();
            List<Moment> moments = new CrashRun(scenario, new FaultDirectory()).moments();
            SideBySide.run(
                    moments.size(),
                    call -> {
                        Moment moment = moments.get(call);
                        for (int image = 0; image < IMAGES_PER_CALL; image++) {
                            long draw = seed + call * 1_000_003L + image;
                            FaultDirectory found =
                                    moment.disk().afterPowerLoss(new SplittableRandom(draw));
                            drawn.incrementAndGet();
                            if (seen.add(found.digest() * 31 + moment.known().hashCode())) {
                                String where =
                                        "scenario %s, call %d, image %d, replay with -Dseed=%d"
                                                .formatted(scenario, call, image, seed);
                                recoveries.add(
                                        checkImage(scenario, found, moment.known(), draw, where));
                            }
                        }
                    });
        }
        List<Long> nanos = recoveries.stream().sorted().toList();
        System.out.printf(
                "R1: %d images, %d of them distinct; recovery: median %d us, longest %d us%n",
                drawn.get(),
                nanos.size(),
                nanos.get(nanos.size() / 2) / 1000,
                nanos.getLast() / 1000);
        assertTrue(nanos.size() >= DISTINCT_IMAGES_MIN, nanos.size() + " distinct images");
        assertTrue(nanos.get(nanos.size() * 99 / 100) < RECOVERY_NANOS_MAX);
    }

    /// Returns how long the recovery took.
    private static long checkImage(
            CrashScenario scenario, FaultDirectory image, Known known, long draw, String where)
            throws IOException {
        image.forOneThread().plant("notes.txt", new byte[] {1});
        FaultDirectory untouched = image.moment();
        long nanos = 0;
        if (!Index.exists(image)) {
            assertEquals(0, known.acknowledged(), where);
        } else {
            long start = System.nanoTime();
            check(scenario, image, known, where);
            nanos = System.nanoTime() - start;
            CheckReport report = IndexCheck.run(image, false, _ -> {});
            assertEquals(List.of(), report.findings(), where);
            assertEquals(List.of(), report.orphans(), where);
            checkSecondRecoveryChangesNothing(scenario, image, known, where);
            if (draw % 4 == 0) {
                checkPowerLossDuringRecovery(scenario, untouched, known, draw, where);
            }
        }
        assertEquals(0, image.openMaps(), where);
        if (draw % 64 == 0) {
            FaultDirectory again = image.moment();
            CrashRun rest = new CrashRun(scenario, again);
            rest.untilFailure();
            assertTrue(rest.isComplete(), where);
            assertTrue(again.list().contains("notes.txt"), where);
            assertEquals(0, again.openMaps(), where);
        }
        return nanos;
    }

    /// Recovers without the threads of an open index, which would be most of the time.
    private static void check(
            CrashScenario scenario, FaultDirectory image, Known known, String where)
            throws IOException {
        Recovery.Opened opened = scenario.index().recovery(image).open();
        Generation found = opened.newest();
        try (IndexSnapshot snapshot = snapshot(found)) {
            long position = position(found);
            assertTrue(
                    position == known.acknowledgedPosition()
                            || position == known.inFlightPosition(),
                    () -> "position %d, known %s; %s".formatted(position, known, where));
            assertTrue(found.number() >= known.acknowledged(), where);
            assertEquals(scenario.model(position), IndexScenario.documents(snapshot), where);
            for (RejectsMeta rejects : found.record().rejects()) {
                RejectsReader.scan(image, rejects, _ -> {});
            }
            checkKept(scenario, found.record(), where);
            if (!image.struck()) {
                checkOlderRejects(scenario, image, opened, where);
            }
        }
    }

    /// What was rejected below the floor is there as far as the limits go: no more, and no less.
    private static void checkOlderRejects(
            CrashScenario scenario, FaultDirectory image, Recovery.Opened opened, String where)
            throws IOException {
        CommitRecord newest = opened.newest().record();
        List<Long> older =
                opened.kept().older().below(newest.keptFrom()).boxed().toList().reversed();
        scenario.rejecting(newest.generation())
                .ifPresent(rejecting ->
                        assertEquals(
                                scenario.index().keptForRejects(rejecting, newest.keptFrom()),
                                older,
                                where));
        for (long generation : older) {
            for (RejectsMeta rejects : new CommitFiles(image).read(generation).record().rejects()) {
                RejectsReader.scan(image, rejects, _ -> {});
            }
        }
    }

    /// What is not acknowledged is kept, or there is too much of it.
    private static void checkKept(CrashScenario scenario, CommitRecord record, String where) {
        if (scenario.heard()) {
            assertTrue(record.keptFrom() <= record.publishedThrough() + 1, where);
        } else {
            long kept = record.generation() - record.keptFrom() + 1;
            assertTrue(kept <= CrashScenario.UNHEARD_MAX, where);
        }
    }

    private static IndexSnapshot snapshot(Generation found) {
        return new IndexSnapshot(
                found.record().toCommitPoint(),
                found.record().schema(),
                found.views(),
                () -> found.views().forEach(view -> view.reader().close()));
    }

    private static long position(Generation found) {
        return java.util.Objects.requireNonNull(
                        found.record().checkpoint().position(IndexScenario.PARTITION))
                .next();
    }

    private static void checkSecondRecoveryChangesNothing(
            CrashScenario scenario, FaultDirectory image, Known known, String where)
            throws IOException {
        long digest = image.digest();
        int before = image.callCount();
        check(scenario, image, known, where);
        assertEquals(digest, image.digest(), where);
        assertEquals(
                List.of(),
                image.callsSince(before).stream()
                        .filter(call -> call.matches("(create|write|link|delete) .*"))
                        .toList(),
                where);
    }

    /// Three levels: each recovery is cut off at some call, and so is the one after it.
    private static void checkPowerLossDuringRecovery(
            CrashScenario scenario, FaultDirectory found, Known known, long draw, String where)
            throws IOException {
        SplittableRandom random = new SplittableRandom(draw);
        FaultDirectory image = found.moment().forOneThread();
        for (int level = 0; level < 3; level++) {
            image.strikeAt(1 + random.nextInt(30), Fault.POWER_LOSS);
            try {
                check(scenario, image, known, where);
            } catch (IOException | MillraceException e) {
                assertTrue(image.struck(), where + ": " + e);
            }
            image = image.afterPowerLoss(random).forOneThread();
        }
        check(scenario, image, known, where);
    }

    /// R3. X-44: a merge that cannot be published loses nothing.
    @ParameterizedTest
    @EnumSource(
            value = Fault.class,
            names = {
                "DEVICE_ERROR",
                "DEVICE_GONE",
                "FULL",
                "NO_DESCRIPTORS",
                "READ_ONLY",
                "SHORT_WRITE"
            })
    void anErrorAtAnyCallNeverMakesAFalseSuccess(Fault fault) {
        for (CrashScenario scenario :
                List.of(CrashScenario.USUAL, CrashScenario.MANY_SEGMENTS, CrashScenario.MERGES)) {
            SideBySide.run(callsOfOneRun(scenario), call -> checkError(scenario, fault, 1 + call));
        }
    }

    private static void checkError(CrashScenario scenario, Fault fault, int call)
            throws IOException {
        FaultDirectory disk = new FaultDirectory();
        disk.strikeAt(call, fault);
        CrashRun run = new CrashRun(scenario, disk);
        String where = fault + " at call " + call + " of scenario " + scenario;
        run.untilFailure();
        checkAcknowledged(scenario, disk, run.known(), call, where);
        if (fault == Fault.DEVICE_GONE && disk.struck()) {
            disk = disk.afterPowerLoss(new SplittableRandom(call));
            run = new CrashRun(scenario, disk);
        }
        for (int reopened = 0; !run.isComplete(); reopened++) {
            assertTrue(reopened < 3, "no progress after " + where);
            run.untilFailure();
        }
        checkAcknowledged(scenario, disk, run.known(), call, where);
        assertEquals(0, disk.openMaps(), where);
        assertEquals(0, disk.openFiles(), where);
    }

    /// What was acknowledged survives a power loss, however it came about.
    private static void checkAcknowledged(
            CrashScenario scenario, FaultDirectory disk, Known known, long draw, String where)
            throws IOException {
        for (int image = 0; image < 4; image++) {
            FaultDirectory left = disk.afterPowerLoss(new SplittableRandom(draw * 31 + image));
            if (Index.exists(left)) {
                check(scenario, left.forOneThread(), known, where);
            } else {
                assertEquals(0, known.acknowledged(), where);
            }
        }
    }

    /// R4: the room ends at every step; when it is back, the same open index goes on.
    @Test
    void aFullStoreStopsTheWriterUntilThereIsRoom() throws IOException {
        int steps = 0;
        for (CrashScenario scenario : List.of(CrashScenario.USUAL, CrashScenario.LARGE_FILES)) {
            FaultDirectory whole = new FaultDirectory();
            new CrashRun(scenario, whole).untilFailure();
            long step = scenario == CrashScenario.LARGE_FILES ? 4096 : 256;
            for (long room = 0; room < whole.writtenBytes(); room += step) {
                FaultDirectory disk = new FaultDirectory();
                disk.room(room);
                CrashRun run = new CrashRun(scenario, disk);
                run.onFailure(() -> disk.room(Long.MAX_VALUE));
                String where = "room for " + room + " bytes of scenario " + scenario;
                run.untilFailure();
                for (int reopened = 0; !run.isComplete(); reopened++) {
                    assertTrue(reopened < 2, "no progress with " + where);
                    run.untilFailure();
                }
                checkAcknowledged(scenario, disk, run.known(), room, where);
                assertEquals(List.of(), IndexCheck.run(disk, false, _ -> {}).findings(), where);
                assertEquals(0, disk.openMaps(), where);
                assertEquals(0, disk.openFiles(), where);
                steps++;
            }
        }
        System.out.printf("R4: %d steps%n", steps);
    }

    @Test
    void anErrorWhileOpeningLeavesNothingOpen() {
        FaultDirectory whole = new FaultDirectory();
        new CrashRun(CrashScenario.USUAL, whole).untilFailure();
        whole.plant("s-01JD0000000000000000000000.seg", new byte[1]);
        boolean opened = false;
        for (int call = 1; !opened; call++) {
            FaultDirectory disk = whole.afterPowerLoss(new Random(1));
            disk.strikeAt(call, Fault.DEVICE_ERROR);
            try {
                CrashScenario.USUAL.index().open(disk).close();
                opened = !disk.struck();
            } catch (MillraceException.Unavailable e) {
                assertTrue(disk.struck(), "failed without a fault: " + e);
            }
            assertEquals(0, disk.openMaps(), "call " + call + ": " + disk.callsSince(0));
            assertEquals(0, disk.openFiles(), "call " + call + ": " + disk.callsSince(0));
        }
    }

    @Test
    void aDamagedNewestRecordIsReportedAndNothingIsDeleted() throws IOException {
        FaultDirectory disk = new FaultDirectory();
        new CrashRun(CrashScenario.USUAL, disk).untilFailure();
        String newest = disk.list().stream().filter(n -> n.endsWith(".commit")).toList().getLast();
        disk.damage(newest, disk.length(newest) / 2);
        disk.plant("c-99.pending", new byte[10]);
        List<String> files = disk.list();

        MillraceException.Corrupt corrupt =
                assertThrows(
                        MillraceException.Corrupt.class,
                        () -> CrashScenario.USUAL.index().open(disk));

        assertTrue(String.valueOf(corrupt.getMessage()).contains(newest), corrupt.getMessage());
        assertEquals(files, disk.list());
    }

    private static int callsOfOneRun(CrashScenario scenario) {
        FaultDirectory disk = new FaultDirectory();
        CrashRun run = new CrashRun(scenario, disk);
        run.untilFailure();
        assertTrue(run.isComplete());
        // Deletions happen beside the next commit: a few calls more than were counted do no harm.
        return disk.callCount() + 5;
    }
}
