package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What merges do to an index, and what they must not do.
@ExtendWith(SilentEngine.class)
class MergesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ManualClock clock = new ManualClock();
    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario = new IndexScenario(clock, 1);

    private void commit(Index index, IndexScenario.Step... steps) {
        scenario.add(index, steps);
        scenario.commit(index);
    }

    // I10
    @Test
    void aMergeChangesTheSegmentsAndNothingElse() {
        try (Index index = scenario.create(disk)) {
            commit(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            commit(index, scenario.upsert("c", 3), scenario.delete("a"));
            CommitPoint before = index.newestCommit();

            assertTrue(index.forceMerge(1, PATIENCE));

            CommitPoint after = index.newestCommit();
            assertEquals(before.generation() + 1, after.generation());
            assertEquals(CommitKind.MERGE, after.kind());
            assertEquals(before.contentGeneration(), after.contentGeneration());
            assertEquals(before.checkpoint(), after.checkpoint());
            assertEquals(1, after.segmentCount());
            assertEquals(Map.of("b", 2L, "c", 3L), IndexScenario.documents(index));
        }
        try (Index again = scenario.open(disk)) {
            assertEquals(Map.of("b", 2L, "c", 3L), IndexScenario.documents(again));
            assertEquals(1, again.newestCommit().segmentCount());
        }
        assertEquals(0, disk.openMaps());
    }

    @Test
    void changesOfAGenerationThatAMergeOvertookStillReplaceWhatTheyFound() {
        try (Index index = scenario.create(disk)) {
            commit(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            commit(index, scenario.upsert("c", 3), scenario.upsert("d", 4));
            scenario.add(index, scenario.upsert("a", 5), scenario.delete("c"));
            awaitLanes(index);
            assertTrue(index.forceMerge(1, PATIENCE));
            scenario.add(index, scenario.upsert("a", 6), scenario.upsert("b", 7));
            awaitLanes(index);
            assertEquals(
                    Map.of("a", 1L, "b", 2L, "c", 3L, "d", 4L), IndexScenario.documents(index));

            scenario.commit(index);

            assertEquals(Map.of("a", 6L, "b", 7L, "d", 4L), IndexScenario.documents(index));
        }
    }

    /// The merge is done before the commit and waits for its end, so it did not see the deletes.
    @Test
    void whatWasDeletedWhileItsSegmentWasMergedStaysDeleted() {
        try (Index index = scenario.create(disk)) {
            commit(index, scenario.upsert("a", 1), scenario.upsert("b", 2));
            commit(index, scenario.upsert("c", 3), scenario.upsert("d", 4));
            commit(index, scenario.upsert("e", 5));
            scenario.add(index, scenario.upsert("a", 6), scenario.delete("d"));
            scenario.add(index, scenario.delete("e"), scenario.upsert("f", 7));
            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                index.forceMerge(1, Duration.ZERO);
                awaitPublishing(index);
                index.settle();
                assertEquals(4, index.newestCommit().generation());

                assertEquals(5, prepared.commit().orElseThrow().generation());
            }

            assertTrue(index.waitForMerges(PATIENCE));
            assertEquals(
                    Map.of("a", 6L, "b", 2L, "c", 3L, "f", 7L), IndexScenario.documents(index));
            assertEquals(CommitKind.MERGE, index.newestCommit().kind());
            assertEquals(2, index.newestCommit().segmentCount());
        }
    }

    private static void awaitPublishing(Index index) {
        io.millrace.testing.Awaiting.that(
                "a merge waits to be published",
                () ->
                        index.merges().running().stream()
                                .anyMatch(run -> run.step() == MergeStatus.Step.PUBLISHING));
    }

    private static void awaitLanes(Index index) {
        io.millrace.testing.Awaiting.that(
                "lanes are idle", () -> index.writer().pending().queuedDocuments() == 0);
    }
}
