package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Corrupt;
import io.millrace.index.LaneBases.Moves;
import io.millrace.segment.SegmentReader;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two inputs of three documents, one of them deleted, and what a merge made of them.
class MergeCheckTest {
    private static final Moves RIGHT =
            (input, document) -> {
                if (input == 0) {
                    return document == 1 ? -1 : document / 2;
                }
                return 2 + document;
            };

    private final IndexScenario scenario = new IndexScenario(new ManualClock(), 1);
    private final Index index = scenario.create(new FaultDirectory());

    @SuppressWarnings("NullAway.Init")
    private IndexSnapshot before;

    @SuppressWarnings("NullAway.Init")
    private IndexSnapshot after;

    @BeforeEach
    void merge() {
        commit(scenario.upsert("a", 1), scenario.upsert("b", 2), scenario.upsert("c", 3));
        commit(scenario.upsert("d", 4), scenario.upsert("e", 5), scenario.upsert("f", 6));
        commit(scenario.delete("b"));
        before = index.snapshot();
        assertTrue(index.forceMerge(1, Duration.ofSeconds(60)));
        after = index.snapshot();
    }

    @AfterEach
    void close() {
        before.close();
        after.close();
        index.close();
    }

    //
    @Test
    void aMergeThatLostDocumentsIsRefused() {
        SegmentReader whole = after.segments().getFirst().reader();
        MergeCheck.verify(before.segments(), whole, RIGHT);

        // One that lives was left out, and one that does not was taken along.
        refused((input, document) -> input == 1 && document == 0 ? -1 : right(input, document));
        refused((input, document) -> document == 1 ? 0 : right(input, document));
        // Two came to one place, or to the wrong one.
        refused((input, document) -> input == 1 ? 2 : right(input, document));
        refused((input, document) -> input == 1 ? 4 - document : right(input, document));
        // Beyond the end, and a place that nobody filled.
        refused((input, document) -> input == 1 ? 3 + document : right(input, document));
        assertThrows(
                Corrupt.class,
                () -> MergeCheck.verify(before.segments().subList(0, 1), whole, RIGHT));
        assertThrows(
                Corrupt.class,
                () ->
                        MergeCheck.verify(
                                before.segments(), before.segments().getLast().reader(), RIGHT));
    }

    private void refused(Moves moves) {
        assertThrows(
                Corrupt.class,
                () ->
                        MergeCheck.verify(
                                before.segments(), after.segments().getFirst().reader(), moves));
    }

    private static int right(int input, int document) {
        return RIGHT.target(input, document);
    }

    private void commit(IndexScenario.Step... steps) {
        scenario.add(index, steps);
        scenario.commit(index);
    }
}
