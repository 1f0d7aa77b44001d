package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Each commit replaces the only document, so that every generation has a segment of its own.
class LeasesTest {
    private static final SourcePartition PARTITION = new SourcePartition("t", 0);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final FaultDirectory disk = new FaultDirectory();
    private final AtomicLong nanos = new AtomicLong();
    private final Index index =
            Index.create(
                    disk,
                    "numbers",
                    "00000000000000aa",
                    new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD))),
                    SourceIdentity.of(Map.of("t", "1")),
                    Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                    IndexOptions.DEFAULT,
                    new NodeResources(
                            InstantSource.system(),
                            nanos::get,
                            new Random(1),
                            Thread.ofPlatform().daemon().factory()));
    private long next;

    @AfterEach
    void close() {
        index.close();
        assertEquals(0, disk.openMaps());
    }

    @Test
    void leasedGenerationStaysUntilItsTimeIsOver() {
        commit();
        Lease lease = index.lease(MINUTE);
        commit();

        assertEquals(2, segmentFiles());
        try (IndexSnapshot snapshot = index.snapshot(lease.id(), MINUTE)) {
            assertEquals(2, snapshot.commit().generation());
            assertEquals(1, snapshot.segments().size());
        }
        pass(MINUTE.minusNanos(1));
        index.snapshot(lease.id(), MINUTE).close();
        pass(MINUTE);

        var over = assertThrows(InvalidRequest.class, () -> index.snapshot(lease.id(), MINUTE));
        assertEquals(InvalidRequest.Reason.GONE, over.reason());
        assertEquals(1, segmentFiles());
    }

    @Test
    void nobodyHasToComeForALeaseToEnd() {
        commit();
        index.lease(MINUTE);
        commit();
        pass(MINUTE);

        Awaiting.that("the old segment is gone", () -> segmentsOnDisk() == 1);
    }

    @Test
    void aLeaseThatEndsBetweenTwoLooksIsDueNow() {
        AtomicLong stepping = new AtomicLong();
        try (Leases leases =
                new Leases(
                        index::snapshot,
                        () -> "lease",
                        () -> stepping.addAndGet(5_000_000),
                        () -> {})) {
            leases.take(Duration.ofMillis(8));
            assertTrue(leases.endDue().orElse(0) >= 0);
        }
    }

    //
    @Test
    void snapshotOfALeaseOutlivesItAndFreesTheFilesWhenItCloses() {
        commit();
        Lease lease = index.lease(MINUTE);
        commit();
        try (IndexSnapshot open = index.snapshot(lease.id(), MINUTE)) {
            index.endLease(lease.id());
            assertEquals(2, segmentFiles());
            assertEquals(
                    Value.of("k"),
                    open.segments().getFirst().reader().document(0).root().get("id"));
        }
        assertEquals(1, segmentFiles());
        assertFalse(index.isHeld());
    }

    @Test
    void leasesAreBoundedInCount() {
        index.limitLeases(new LeaseLimits(2, Long.MAX_VALUE, 0));
        index.lease(MINUTE);
        index.lease(MINUTE);

        assertThrows(MillraceException.Unavailable.class, () -> index.lease(MINUTE));
        pass(MINUTE);
        index.lease(MINUTE);
    }

    @Test
    void leasesAreBoundedInBytesThatTheyPin() {
        index.limitLeases(new LeaseLimits(10, 1, 0));
        commit();
        Lease lease = index.lease(MINUTE);
        index.snapshot(lease.id(), MINUTE).close();

        commit();

        assertThrows(InvalidRequest.class, () -> index.snapshot(lease.id(), MINUTE));
        assertEquals(1, segmentFiles());
    }

    @Test
    void someOldGenerationsStayReadableByNumber() {
        index.limitLeases(new LeaseLimits(10, Long.MAX_VALUE, 2));
        for (int i = 0; i < 5; i++) {
            commit();
        }

        assertEquals(3, segmentFiles());
        for (long generation = 4; generation <= 6; generation++) {
            try (IndexSnapshot snapshot = index.snapshot(generation)) {
                assertEquals(generation, snapshot.commit().generation());
            }
        }
        assertThrows(InvalidRequest.class, () -> index.snapshot(3));
        Lease lease = index.lease(4, MINUTE);
        commit();
        commit();
        try (IndexSnapshot snapshot = index.snapshot(lease.id(), MINUTE)) {
            assertEquals(4, snapshot.commit().generation());
        }
        assertTrue(index.isHeld());
    }

    @Test
    void indexThatGetsNoThreadLeavesNothingOpen() throws IOException {
        commit();
        index.close();
        NodeResources threadless =
                new NodeResources(
                        InstantSource.system(),
                        nanos::get,
                        new Random(1),
                        work ->
                                new Thread(work) {
                                    @Override
                                    public void start() {
                                        throw new OutOfMemoryError("no thread");
                                    }
                                });

        assertThrows(
                MillraceException.Unavailable.class,
                () -> Index.open(disk, IndexOptions.DEFAULT, threadless));

        assertEquals(0, disk.openMaps());
        disk.lock().close();
    }

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }

    private void commit() {
        DocumentKey key = DocumentKey.of("k");
        Document document =
                Document.of(new Value.Obj(Map.of("id", Value.of("k"), "n", Value.of(next))));
        Origin origin = new Origin(PARTITION, next, 0, new byte[] {'k'}, new byte[] {'{', '}'});
        index.writer()
                .add(
                        ChangeBatch.of(
                                List.of(new Change.Upsert(key, document, origin)),
                                List.of(),
                                List.of(
                                        new PositionRange(
                                                PARTITION,
                                                Position.of(next),
                                                Position.of(next + 1)))));
        next++;
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            assertTrue(prepared.commit().isPresent());
        }
    }

    private long segmentFiles() {
        index.settle();
        return segmentsOnDisk();
    }

    private long segmentsOnDisk() {
        try {
            return disk.list().stream().filter(name -> name.endsWith(".seg")).count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
