package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.index.IndexScenario.Step;
import io.millrace.merge.MergeOrder;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Deletes and replacements that arrive while a merge stands in each of its phases.
@ExtendWith(SilentEngine.class)
class MergePhasesTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int RUNS = 200;
    private static final int KEYS = 16;

    /// Where a merge is held while the writer goes on. Those on the manager's thread hold the
    /// writer's commit too, so that only its lanes go on meanwhile.
    private enum Phase {
        BEFORE_INPUT(false),
        MID_WRITE(false),
        BEFORE_VALIDATION(false),
        BEFORE_TOKEN(false),
        BEFORE_LINK(true),
        BEFORE_FOLDER_FORCE(true);

        private final boolean isManagers;

        Phase(boolean isManagers) {
            this.isManagers = isManagers;
        }
    }

    // R18, I8, I10
    @Test
    void changesThatArriveInAnyPhaseOfAMergeAreCarriedOver() {
        Seeded.repeatSideBySide(
                RUNS,
                random -> {
                    try (Run run = new Run(random)) {
                        int merges = 1 + random.nextInt(3);
                        for (int i = 0; i < merges; i++) {
                            run.mergeWhileChangesArrive();
                        }
                        run.reopen();
                    }
                });
    }

    private static final class Run implements AutoCloseable {
        private final RandomGenerator random;
        private final FaultDirectory disk = new FaultDirectory();
        private final MergeGate gate = new MergeGate();
        private final IndexScenario scenario;
        private final SortedMap<String, Long> committed = new TreeMap<>();
        private SortedMap<String, Long> latest = new TreeMap<>();
        private Index index;
        private long numbers;

        Run(RandomGenerator random) {
            this.random = random;
            IndexOptions options =
                    IndexScenario.OPTIONS
                            .withLanes(1 + random.nextInt(3))
                            .withNarrowChanges(random.nextInt(6))
                            .withMerges(
                                    IndexScenario.EAGER
                                            .withBackground(false)
                                            .withOrder(
                                                    random.nextBoolean()
                                                            ? MergeOrder.INPUTS
                                                            : byNumberDescending()));
            this.scenario = new IndexScenario(new ManualClock(), random.nextLong(), options);
            this.index = scenario.create(disk);
            disk.probe(gate);
        }

        private static MergeOrder byNumberDescending() {
            return new MergeOrder(List.of(new MergeOrder.Key("n", true)));
        }

        void mergeWhileChangesArrive() throws Exception {
            int segments = 2 + random.nextInt(3);
            for (int i = 0; i < segments; i++) {
                change(false);
                // At least one document that nothing takes away before the merge begins.
                upsert("kept" + i);
                commit();
            }
            if (random.nextBoolean()) {
                // The lanes take their base now; more than one merge overtakes it.
                change(false);
                awaitLanes();
            }
            if (random.nextInt(4) == 0) {
                assertTrue(index.forceMerge(2, PATIENCE));
                check();
            }
            Phase phase = Phase.values()[random.nextInt(Phase.values().length)];
            long before = index.newestCommit().generation();
            try (Index.MergePause pause =
                    phase == Phase.BEFORE_TOKEN ? index.pauseMerges() : () -> {}) {
                hold(phase);
                index.forceMerge(1, Duration.ZERO);
                if (phase != Phase.BEFORE_TOKEN && !isMerged()) {
                    gate.awaitArrival();
                }
                check();
                change(true);
                awaitLanes();
                if (!phase.isManagers) {
                    switch (random.nextInt(4)) {
                        case 0 -> commit();
                        case 1 -> {
                            commit();
                            check();
                            change(true);
                            commit();
                        }
                        case 2 -> {
                            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                                // The merge comes for the token while this one has it.
                                gate.open();
                                prepared.commit();
                            }
                            settle();
                        }
                        default -> {
                            try (PreparedCommit prepared = index.writer().prepareCommit()) {
                                gate.open();
                            }
                            latest = new TreeMap<>(committed);
                        }
                    }
                    check();
                }
            } finally {
                gate.open();
            }
            assertTrue(index.waitForMerges(PATIENCE));
            check();
            if (random.nextBoolean()) {
                // A merge of the merge, which the base of the lanes is older than.
                index.forceMerge(1, PATIENCE);
                check();
            }
            commit();
            check();
            assertTrue(index.waitForMerges(PATIENCE));
            assertTrue(index.newestCommit().generation() >= before);
            assertEquals(List.of(), index.merges().running());
        }

        private boolean isMerged() {
            return index.newestCommit().segmentCount() < 2;
        }

        private void hold(Phase phase) {
            switch (phase) {
                case BEFORE_INPUT -> gate.hold("merge-", "create s-");
                case MID_WRITE -> gate.hold("merge-", "write s-");
                case BEFORE_VALIDATION -> gate.hold("merge-", "open s-");
                case BEFORE_TOKEN -> {}
                case BEFORE_LINK -> gate.hold("manager-", "link c-");
                case BEFORE_FOLDER_FORCE -> gate.holdAfter("manager-", "link c-", "force folder");
            }
        }

        private void change(boolean rough) {
            List<Step> steps = new ArrayList<>();
            int count = 1 + random.nextInt(8);
            for (int i = 0; i < count; i++) {
                String key = "k" + random.nextInt(KEYS);
                steps.add(
                        switch (random.nextInt(rough ? 12 : 8)) {
                            case 0, 1, 2, 3 -> scenario.upsert(key, numbers++);
                            case 4, 5 -> new Step.Edit(key, numbers++);
                            case 6, 7, 8 -> scenario.delete(key);
                            case 9, 10 -> scenario.delete("kept" + random.nextInt(4));
                            default ->
                                    random.nextInt(3) == 0
                                            ? new Step.Clear()
                                            : scenario.upsert("kept" + i, numbers++);
                        });
            }
            add(steps);
        }

        private void upsert(String key) {
            add(List.of(scenario.upsert(key, numbers++)));
        }

        private void add(List<Step> steps) {
            scenario.add(index, steps.toArray(Step[]::new));
            steps.forEach(step -> IndexScenario.apply(step, latest));
        }

        private void commit() {
            scenario.commit(index);
            settle();
        }

        private void settle() {
            committed.clear();
            committed.putAll(latest);
        }

        private void check() {
            assertEquals(committed, IndexScenario.documents(index));
        }

        private void awaitLanes() {
            Awaiting.that("lanes are idle", () -> index.writer().pending().queuedDocuments() == 0);
        }

        void reopen() {
            index.close();
            disk.probe(_ -> {});
            index = scenario.open(disk);
            check();
        }

        @Override
        public void close() {
            gate.open();
            index.close();
            assertEquals(0, disk.openMaps(), "maps");
            assertEquals(0, disk.openFiles(), "files");
        }
    }
}
