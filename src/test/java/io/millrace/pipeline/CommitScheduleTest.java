package io.millrace.pipeline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.document.DocumentKey;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CommitScheduleTest {
    private static final SourcePartition PARTITION = new SourcePartition("t", 0);
    private static final Origin ORIGIN = new Origin(PARTITION, 0, 0, null, null);
    private static final CommitCadence CADENCE =
            new CommitCadence(Duration.ofNanos(100), 10, 5_000, Duration.ofNanos(1_000));

    private static final Duration AWAITED_GAP = Duration.ofNanos(20);

    private final CommitSchedule schedule = new CommitSchedule(CADENCE, AWAITED_GAP, 0);

    @Test
    void withoutAnythingAcceptedNothingIsDue() {
        assertEquals(Long.MAX_VALUE, schedule.nanosUntilDue(1_000_000));
    }

    @Test
    void theFirstChangeStartsTheInterval() {
        schedule.accepted(changes(1), 50);
        schedule.accepted(changes(1), 120);

        assertEquals(30, schedule.nanosUntilDue(120));
        assertFalse(schedule.isDue(149));
        assertTrue(schedule.isDue(150));
    }

    @Test
    void enoughChangesAreDueAtOnce() {
        schedule.accepted(changes(9), 0);
        assertFalse(schedule.isDue(0));

        schedule.accepted(changes(1), 0);

        assertTrue(schedule.isDue(0));
    }

    @Test
    void enoughBytesAreDueAtOnce() {
        schedule.accepted(
                new ChangeBatch(changes(1).changes(), List.of(), moved(), Map.of(), 5_000, false),
                0);

        assertTrue(schedule.isDue(0));
    }

    @Test
    void rejectsAreDueLikeChanges() {
        Reject reject = new Reject(Reject.Stage.DECODE, "not JSON", ORIGIN);
        schedule.accepted(ChangeBatch.of(List.of(), List.of(reject), moved()), 0);

        assertEquals(100, schedule.nanosUntilDue(0));
    }

    @Test
    void positionsAloneWaitForTheIdleIntervalSinceTheLastCommit() {
        schedule.accepted(changes(1), 0);
        schedule.committed(400);
        schedule.accepted(ChangeBatch.of(List.of(), List.of(), moved()), 500);

        assertEquals(900, schedule.nanosUntilDue(500));
        assertTrue(schedule.isDue(1_400));
    }

    @Test
    void whoeverWaitsGetsACommitAtOnceOnceTheLastOneIsAGapAgo() {
        schedule.committed(0);
        schedule.awaited();
        assertEquals(Long.MAX_VALUE, schedule.nanosUntilDue(500));

        schedule.accepted(changes(1), 5);

        assertEquals(15, schedule.nanosUntilDue(5));
        assertTrue(schedule.isDue(20));
        schedule.committed(20);
        schedule.accepted(changes(1), 30);
        assertEquals(100, schedule.nanosUntilDue(30));
    }

    @Test
    void awaitedPositionsAloneDoNotWaitForTheIdleInterval() {
        schedule.accepted(ChangeBatch.of(List.of(), List.of(), moved()), 0);
        assertEquals(1_000, schedule.nanosUntilDue(0));

        schedule.awaited();

        assertEquals(20, schedule.nanosUntilDue(0));
    }

    @Test
    void whatIsDroppedIsNotDue() {
        schedule.accepted(changes(10), 0);

        schedule.dropped();

        assertEquals(Long.MAX_VALUE, schedule.nanosUntilDue(1_000));
    }

    @Test
    void newCadenceAppliesToTheRunningInterval() {
        schedule.accepted(changes(1), 0);

        schedule.apply(new CommitCadence(Duration.ofNanos(10), 10, 5_000, Duration.ofNanos(1_000)));

        assertTrue(schedule.isDue(10));
    }

    private static ChangeBatch changes(int count) {
        Change change = new Change.Delete(DocumentKey.of("a"), ORIGIN);
        return ChangeBatch.of(Collections.nCopies(count, change), List.of(), moved());
    }

    private static List<PositionRange> moved() {
        return List.of(new PositionRange(PARTITION, Position.of(0), Position.of(1)));
    }
}
