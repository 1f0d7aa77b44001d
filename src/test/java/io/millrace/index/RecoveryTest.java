package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What opening an index does and does not do, beside what [CrashTest] sees of it.
@ExtendWith(SilentEngine.class)
class RecoveryTest {
    private static final int IMAGES = 20;

    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = new IndexScenario(new ManualClock(), 1);

    /// A killed process leaves what the system still remembers; a power loss later may take it.
    @Test
    void aGenerationFoundAfterAKillIsDurableBeforeAnybodySeesIt() throws IOException {
        AtomicBoolean isLinked = new AtomicBoolean();
        List<FaultDirectory> killed = new ArrayList<>();
        try (Index index = scenario.create(disk)) {
            disk.probe(call -> {
                if (call.equals("force folder") && isLinked.get()) {
                    killed.add(disk.moment());
                }
                isLinked.compareAndSet(false, call.equals("link c-2.commit"));
            });
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            disk.probe(_ -> {});
        }
        FaultDirectory found = killed.getFirst();
        assertTrue(
                found.list().contains("c-2.commit"), () -> String.join("\n", disk.callsSince(0)));

        try (Index index = scenario.open(found)) {
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }

        // One generator for all images: the first draws of neighbouring seeds are alike.
        Random random = new Random(1);
        for (int image = 0; image < IMAGES; image++) {
            try (Index index = scenario.open(found.afterPowerLoss(random))) {
                assertEquals(2, index.newestCommit().generation(), "image " + image);
            }
        }
    }

    @Test
    void aRecordOfAnotherHistoryIsNotTakenForTheOneBefore() throws IOException {
        write(scenario, disk);
        FaultDirectory other = new FaultDirectory();
        write(new IndexScenario(new ManualClock(), 2), other);
        assertFalse(
                Arrays.equals(disk.content("c-2.commit"), other.content("c-2.commit")),
                "both histories are the same");
        disk.plant("c-2.commit", other.content("c-2.commit"));

        MillraceException.Corrupt corrupt =
                assertThrows(MillraceException.Corrupt.class, () -> scenario.open(disk));

        assertTrue(String.valueOf(corrupt.getMessage()).contains("c-2.commit"), corrupt::toString);
    }

    @Test
    void aDamagedSegmentIsReportedAndNothingIsDeleted() throws IOException {
        write(scenario, disk);
        String segment =
                disk.list().stream()
                        .filter(name -> name.endsWith(".seg"))
                        .findFirst()
                        .orElseThrow();
        disk.damage(segment, disk.length(segment) / 2);
        disk.plant("s-01JD0000000000000000000000.seg", new byte[1]);
        disk.plant("c-99.pending", new byte[10]);
        List<String> files = disk.list();

        assertThrows(MillraceException.Corrupt.class, () -> scenario.open(disk));

        assertEquals(files, disk.list());
        assertEquals(0, disk.openMaps());
    }

    @Test
    void rejectsThatNobodyRelayedOutliveEveryOpening() throws IOException {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, new IndexScenario.Step.Garbage("a"));
            scenario.commit(index);
            scenario.add(index, scenario.upsert("b", 1));
            scenario.commit(index);
        }
        for (int opening = 0; opening < 3; opening++) {
            try (Index index = scenario.open(disk)) {
                assertEquals(1, IndexScenario.rejects(index).size());
            }
        }
    }

    @Test
    void aFolderThatIsOpenIsNotOpenedOnceMore() throws IOException {
        try (Index index = scenario.create(disk)) {
            assertThrows(MillraceException.Fenced.class, () -> scenario.open(disk));

            scenario.add(index, scenario.upsert("a", 1));
            assertTrue(scenario.commit(index).isPresent());
        }
        scenario.open(disk).close();
    }

    private static void write(IndexScenario scenario, FaultDirectory disk) {
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            scenario.add(index, scenario.upsert("b", 2));
            scenario.commit(index);
        }
    }
}
