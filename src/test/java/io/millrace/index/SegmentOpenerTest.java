package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentReader;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SegmentOpenerTest {
    private static final ThreadFactory THREADS = Thread.ofPlatform().daemon().factory();

    private final FaultDirectory disk = new FaultDirectory();

    @BeforeEach
    void beQuiet() {
        Logger.getLogger("io.millrace.index").setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        Logger.getLogger("io.millrace.index").setLevel(null);
    }

    //
    @Test
    void segmentsAreOpenedAtTheSameTimeAndAnsweredInOrder() throws IOException {
        List<SegmentMeta> segments = segments(16);
        Set<Thread> inside = ConcurrentHashMap.newKeySet();
        disk.probe(call -> {
            // Whoever comes first waits for another one beside it.
            if (call.startsWith("map ") && inside.add(Thread.currentThread())) {
                Awaiting.that("two threads open segments", () -> inside.size() > 1);
            }
        });

        List<SegmentReader> readers = new SegmentOpener(disk, THREADS, 1).open(segments);

        assertEquals(segments, readers.stream().map(SegmentReader::meta).toList());
        assertTrue(inside.size() <= 8, inside.size() + " threads");
        readers.forEach(SegmentReader::close);
        assertEquals(0, disk.openMaps());
    }

    @Test
    void theFirstFailureEndsItAndNothingStaysOpen() throws IOException {
        List<SegmentMeta> segments = segments(16);
        String broken = segments.get(11).id().fileName();
        disk.damage(broken, disk.length(broken) / 2);

        MillraceException.Corrupt corrupt =
                assertThrows(
                        MillraceException.Corrupt.class,
                        () -> new SegmentOpener(disk, THREADS, 1).open(segments));

        assertTrue(String.valueOf(corrupt.getMessage()).contains(segments.get(11).id().ulid()));
        assertEquals(0, disk.openMaps());
        assertEquals(0, disk.openFiles());
    }

    @Test
    void withoutThreadsTheCallerDoesItAlone() throws IOException {
        List<SegmentMeta> segments = segments(4);
        ThreadFactory exhausted =
                work ->
                        new Thread(work) {
                            @Override
                            public void start() {
                                throw new OutOfMemoryError("no thread");
                            }
                        };

        List<SegmentReader> readers = new SegmentOpener(disk, exhausted, 1).open(segments);

        assertEquals(4, readers.size());
        readers.forEach(SegmentReader::close);
    }

    private List<SegmentMeta> segments(int count) {
        IndexScenario scenario = new IndexScenario(new ManualClock(), 1);
        try (Index index = scenario.create(disk)) {
            for (int i = 0; i < count; i++) {
                scenario.add(index, scenario.upsert("k" + i, i));
                scenario.commit(index);
            }
            return index.record().segments().stream().map(CommitRecord.SegmentEntry::meta).toList();
        }
    }
}
