package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SilentEngine.class)
class OrphanSweepTest {
    private static final List<String> ORPHANS =
            List.of(
                    "c-1.commit",
                    "c-2.pending",
                    "c-77.pending",
                    "d-01JD0000000000000000000000.dv",
                    "r-01JD0000000000000000000000.rejects",
                    "s-01JD0000000000000000000000.seg");

    private static final List<String> FOREIGN =
            List.of(
                    "c-77.commit",
                    "notes.txt",
                    "s-01JD000000000000000000000.seg",
                    "s-01JD000000000000000000000\u00fc.seg",
                    "s-\u4e2d\u6587.seg");

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario =
            new IndexScenario(clock, 1, IndexScenario.OPTIONS.withKeptCommits(1));

    //
    @Test
    void filesThatNobodyOwnsAreFoundWhileTheIndexRuns() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a", "b", "c");
            List<String> owned = disk.list();
            ORPHANS.forEach(name -> disk.plant(name, new byte[10]));
            FOREIGN.forEach(name -> disk.plant(name, new byte[10]));

            assertEquals(ORPHANS.size(), index.sweepOrphans());

            List<String> left = new ArrayList<>(owned);
            left.addAll(FOREIGN);
            left.sort(null);
            assertEquals(left, disk.list());
            assertEquals(new Leftovers(0, 0, ORPHANS.size()), index.leftovers());
            assertEquals(0, index.sweepOrphans());
        }
        disk.delete("c-77.commit");
        try (Index index = scenario.open(disk)) {
            assertEquals(Map.of("a", 0L, "b", 1L, "c", 2L), IndexScenario.documents(index));
        }
    }

    @Test
    void itIsLookedForThemEveryFewMinutesOfWork() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a");
            disk.plant(ORPHANS.getLast(), new byte[10]);
            commit(index, "b");
            index.settle();
            assertTrue(disk.list().contains(ORPHANS.getLast()), "not at every commit");

            clock.advance(OrphanSweep.EVERY);
            commit(index, "c");
            index.settle();

            assertFalse(disk.list().contains(ORPHANS.getLast()));
            assertEquals(1, index.leftovers().orphansFound());
        }
    }

    // readers, a prepared commit and a copy under way all own files.
    @Test
    void whatIsReadPreparedOrLeasedHasAnOwner() throws IOException {
        try (Index index = scenario.create(disk)) {
            commit(index, "a");
            index.markPublished(2);
            try (IndexSnapshot snapshot = index.snapshot()) {
                Lease lease = index.lease(Duration.ofMinutes(1));
                scenario.add(index, scenario.delete("a"), new IndexScenario.Step.Garbage("x"));
                scenario.commit(index);
                scenario.add(index, scenario.upsert("b", 1), new IndexScenario.Step.Garbage("y"));
                try (PreparedCommit prepared = index.writer().prepareCommit()) {
                    List<String> before = disk.list();

                    assertEquals(0, index.sweepOrphans());

                    assertEquals(before, disk.list());
                    assertEquals(Map.of("a", 0L), IndexScenario.documents(snapshot));
                    prepared.commit();
                }
                assertEquals(Map.of("b", 1L), IndexScenario.documents(index));
                index.endLease(lease.id());
            }
            index.settle();
            assertEquals(0, index.sweepOrphans());
            assertEquals(2, IndexScenario.rejects(index).size());
        }
    }

    //
    @Test
    void whatCannotBeDeletedIsCountedUntilItIsGone() throws IOException {
        AtomicBoolean refuses = new AtomicBoolean(true);
        try (Index index = scenario.create(disk)) {
            disk.plant(ORPHANS.getLast(), new byte[1234]);
            disk.probe(call -> {
                if (call.equals("delete " + ORPHANS.getLast()) && refuses.get()) {
                    throw new IllegalStateException("injected");
                }
            });
            index.sweepOrphans();
            for (int tried = 0; tried < 3; tried++) {
                index.settle();
                assertEquals(new Leftovers(1, 1234, 1), index.leftovers());
                assertEquals(0, index.sweepOrphans(), "it is known");
            }

            refuses.set(false);
            index.settle();

            assertEquals(new Leftovers(0, 0, 1), index.leftovers());
            assertFalse(disk.list().contains(ORPHANS.getLast()));
        }
    }

    private void commit(Index index, String... keys) {
        for (int i = 0; i < keys.length; i++) {
            scenario.add(index, scenario.upsert(keys[i], i));
            scenario.commit(index);
            index.markPublished(index.newestCommit().generation());
        }
        index.settle();
    }
}
