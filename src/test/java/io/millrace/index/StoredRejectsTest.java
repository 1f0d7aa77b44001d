package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StoredRejectsTest {
    private static final int COUNT = 90;

    private final FaultDirectory disk = new FaultDirectory();
    private final IndexScenario scenario =
            new IndexScenario(
                    new ManualClock(),
                    1,
                    IndexScenario.OPTIONS.withKeptCommits(0).withLanes(3).withNarrowChanges(0));

    @Test
    void pagesTogetherAreTheRejectsInTheOrderOfTheSource() {
        try (Index index = withRejects()) {
            StoredRejects rejects = index.rejectsOf(2);
            assertEquals(COUNT, rejects.count());
            assertTrue(index.record().rejects().size() > 1, "of several lanes");

            List<StoredReject> paged = new ArrayList<>();
            while (paged.size() < COUNT) {
                List<StoredReject> page = rejects.page(paged.size(), 7, Long.MAX_VALUE);
                assertEquals(Math.min(7, COUNT - paged.size()), page.size());
                paged.addAll(page);
            }

            assertEquals(
                    IntStream.range(0, COUNT).mapToObj(i -> i + "@" + i).toList(),
                    paged.stream()
                            .map(stored ->
                                    stored.ordinal() + "@" + stored.reject().origin().position())
                            .toList());
            assertEquals(List.of(), rejects.page(COUNT, 7, Long.MAX_VALUE));
            assertEquals(0, disk.openFiles());
        }
    }

    @Test
    void aPageEndsWithTheRejectThatGoesBeyondItsBytes() {
        try (Index index = withRejects()) {
            StoredRejects rejects = index.rejectsOf(2);
            int size = rejects.page(0, 1, 1).getFirst().reject().origin().sizeBytes();

            assertEquals(1, rejects.page(0, 10, 1).size());
            assertEquals(2, rejects.page(0, 10, size + 1).size());
            assertEquals(10, rejects.page(0, 10, 100L * size).size());
        }
    }

    @Test
    void onlyThePagesThatAreAskedForAreReadAgain() {
        try (Index index = withRejects()) {
            StoredRejects rejects = index.rejectsOf(2);
            int before = disk.callCount();

            rejects.page(40, 5, Long.MAX_VALUE);

            assertEquals(
                    5,
                    disk.callsSince(before).stream()
                            .filter(call -> call.startsWith("read r-"))
                            .count());
        }
    }

    @Test
    void aGenerationThatIsDroppedMeanwhileHasNoMoreRejects() {
        try (Index index = withRejects()) {
            StoredRejects rejects = index.rejectsOf(2);
            index.markPublished(2);
            scenario.add(index, scenario.upsert("a", 1));
            scenario.commit(index);
            index.settle();

            assertEquals(List.of(), rejects.page(0, 10, Long.MAX_VALUE));
            assertEquals(0, index.rejectsOf(2).count());
            assertEquals(List.of(), index.newestRejects(10));
        }
    }

    @Test
    void theNewestComeFirst() {
        try (Index index = withRejects()) {
            assertEquals(
                    List.of(89L, 88L, 87L),
                    index.newestRejects(3).stream()
                            .map(stored -> stored.reject().origin().position())
                            .toList());
        }
    }

    private Index withRejects() {
        Index index = scenario.create(disk);
        for (int batch = 0; batch < 3; batch++) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < COUNT / 3; i++) {
                String key = "k" + batch + "-" + i;
                steps.add(i % 2 == 0 ? new Step.Bad(key) : new Step.Garbage(key));
            }
            scenario.add(index, steps.toArray(Step[]::new));
        }
        scenario.commit(index);
        return index;
    }
}
