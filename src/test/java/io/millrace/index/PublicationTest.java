package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// When a generation is shown and told, and how long it is remembered.
@ExtendWith(SilentEngine.class)
class PublicationTest {
    private final FaultDirectory disk = new FaultDirectory();

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

    @Test
    void moreUnpublishedGenerationsThanAllowedBecomeOneResync() throws IOException {
        IndexScenario scenario =
                scenario(IndexScenario.OPTIONS.withKeptCommits(2).withUnpublished(5, 1 << 20));
        try (Index index = scenario.create(disk)) {
            commitEach(scenario, index, 3);
            index.markPublished(2);
            commitEach(scenario, index, 3);
            assertEquals(List.of("3:0", "4:0", "5:0", "6:0", "7:0"), told(index, 2));
        }
        try (Index index = scenario.open(disk)) {
            for (int more = 0; more < 20; more++) {
                commitEach(scenario, index, 1);
                CommitRecord newest = index.record();
                assertTrue(newest.generation() - newest.keptFrom() < 5, newest.toString());
            }
            index.settle();
            assertEquals(
                    index.record().generation() - index.record().keptFrom() + 1,
                    disk.list().stream().filter(name -> name.endsWith(".commit")).count());
        }
        try (Index index = scenario.open(disk)) {
            assertEquals(2, index.publishedThrough());
            List<IndexEvent> events = index.eventsAfter(2, 100);
            IndexEvent resync = events.getFirst();
            long through = index.record().keptFrom() - 1;

            assertTrue(resync.isResync());
            assertEquals("numbers:00000000000000aa:%d:resync".formatted(through), resync.id());
            assertEquals(2, resync.previousGeneration());
            assertEquals(through, resync.generation());
            assertEquals(
                    "{\"kind\":\"RESYNC\",\"startFrom\":%d,\"missed\":{\"from\":3,\"through\":%d}}"
                            .formatted(through, through),
                    resync.data().toString());
            assertEquals(List.of(resync), index.eventsAfter(2, 1));
            for (int i = 1; i < events.size(); i++) {
                assertEquals(through + i, events.get(i).generation());
                assertFalse(events.get(i).isResync());
            }

            index.markPublished(through);
            commitEach(scenario, index, 1);
            assertEquals(through + 1, index.record().keptFrom());
        }
    }

    @Test
    void unpublishedGenerationsAreAlsoBoundedInBytes() throws IOException {
        IndexScenario scenario =
                scenario(IndexScenario.OPTIONS.withKeptCommits(2).withUnpublished(1_000, 20_000));
        try (Index index = scenario.create(disk)) {
            long most = 0;
            for (int more = 0; more < 60; more++) {
                commitEach(scenario, index, 1);
                index.settle();
                long bytes = 0;
                for (String name : disk.list()) {
                    bytes += name.endsWith(".commit") ? disk.length(name) : 0;
                }
                most = Math.max(most, bytes);
            }
            assertTrue(most > 15_000 && most < 25_000, most + " bytes");
            assertTrue(index.eventsAfter(0, 1).getFirst().isResync());
        }
    }

    private static List<String> told(Index index, long after) {
        return index.eventsAfter(after, 100).stream()
                .map(event ->
                        event.generation() + ":" + (event.isResync() ? "resync" : event.ordinal()))
                .toList();
    }

    private static void commitEach(IndexScenario scenario, Index index, int commits) {
        for (int i = 0; i < commits; i++) {
            scenario.add(index, scenario.upsert("k" + i, i));
            scenario.commit(index);
        }
    }
}
