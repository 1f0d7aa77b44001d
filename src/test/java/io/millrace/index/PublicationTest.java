package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// When a generation is shown and told, and how long it is remembered.
class PublicationTest {
    private final FaultDirectory disk = new FaultDirectory();

    @BeforeEach
    void beQuiet() {
        Logger.getLogger("io.millrace.index").setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        Logger.getLogger("io.millrace.index").setLevel(null);
    }

    private static IndexScenario scenario(IndexOptions options) {
        return new IndexScenario(new ManualClock(), 1, options);
    }

    @Test
    void nobodySeesOrHearsOfAGenerationBeforeItIsDurable() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean isLinked = new AtomicBoolean();
        IndexScenario scenario = scenario(IndexScenario.OPTIONS);
        try (Index index = scenario.create(disk)) {
            index.onCommit(commit -> seen.add("told of " + commit.generation()));
            disk.probe(call -> {
                if (call.startsWith("link ") || call.equals("force folder") && isLinked.get()) {
                    seen.add(index.newestCommit().generation() + " at " + call);
                    isLinked.set(call.startsWith("link "));
                }
            });
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            disk.probe(_ -> {});

            assertEquals(List.of("1 at link c-2.commit", "1 at force folder", "told of 2"), seen);
            assertEquals(Map.of("a", 1L), IndexScenario.documents(index));
        }
    }

    @Test
    void aCommitOfPositionsAloneLeavesTheContentAsItIs() {
        IndexScenario scenario = scenario(IndexScenario.OPTIONS);
        try (Index index = scenario.create(disk)) {
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            scenario.add(index, scenario.delete("nobody"));

            CommitPoint positions = scenario.commit(index).orElseThrow();

            assertEquals(CommitKind.POSITION, positions.kind());
            assertEquals(3, positions.generation());
            assertEquals(2, positions.contentGeneration());
        }
    }

    @Test
    void everyGenerationThatNobodyAcknowledgedIsRemembered() {
        IndexScenario scenario = scenario(IndexScenario.OPTIONS.withKeptCommits(1));
        try (Index index = scenario.create(disk)) {
            index.markPublished(1);
            commitEach(scenario, index, 5);
            assertEquals(2, index.record().keptFrom());
            assertEquals(5, index.eventsAfter(1, 100).size());

            index.markPublished(4);
            commitEach(scenario, index, 1);

            assertEquals(5, index.record().keptFrom());
            assertEquals(3, index.eventsAfter(4, 100).size());
        }
    }

    private static void commitEach(IndexScenario scenario, Index index, int commits) {
        for (int i = 0; i < commits; i++) {
            scenario.add(index, scenario.upsert("k" + i, i));
            scenario.commit(index);
        }
    }
}
