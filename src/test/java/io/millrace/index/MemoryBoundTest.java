package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.testing.Awaiting;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// However large the documents, however many indexes: what is collected stays within the pool.
@ExtendWith(SilentEngine.class)
class MemoryBoundTest {
    private static final int MIB = 1 << 20;
    private static final IndexOptions OPTIONS =
            IndexOptions.DEFAULT
                    .withQueue(1000, 4 * MIB)
                    .withBuilderBytesMax(1L << 30)
                    .withLanes(4)
                    .withNarrowChanges(0);

    @Test
    void ninetyNineHugeDocumentsStayWithinTheBudget() throws Exception {
        // W-03
        FaultDirectory disk = new FaultDirectory();
        MemoryPool pool = new MemoryPool(16 * MIB);
        try (Index index = scenario(pool).create(disk)) {
            Feed feed = new Feed(index);
            for (int i = 0; i < 99; i++) {
                feed.add("k" + i, MIB);
            }
            scenario(pool).commit(index);

            assertEquals(99, index.newestCommit().documentCount());
        }
        assertTrue(pool.peakBytes() <= pool.budgetBytes(), "peak of " + pool.peakBytes());
        assertEquals(0, pool.reservedBytes());
        assertEquals(0, disk.openMaps());
    }

    @Test
    void anIndexThatOnlyHoldsMakesRoomForOneThatNeeds() throws Exception {
        FaultDirectory first = new FaultDirectory();
        FaultDirectory second = new FaultDirectory();
        MemoryPool pool = new MemoryPool(16 * MIB);
        try (Index holds = scenario(pool).create(first);
                Index needs = scenario(pool).create(second)) {
            Feed quiet = new Feed(holds);
            quiet.add("a", 3 * MIB);
            Awaiting.that("it is collected", () -> holds.writer().pending().queuedDocuments() == 0);
            assertTrue(pool.reservedBytes() > 3 * MIB);
            assertEquals(0, segments(first));

            Feed busy = new Feed(needs);
            for (int i = 0; i < 20; i++) {
                busy.add("k" + i, MIB);
            }
            Awaiting.that("the largest became a segment", () -> segments(first) == 1);
            scenario(pool).commit(needs);
            scenario(pool).commit(holds);

            assertEquals(20, needs.newestCommit().documentCount());
            assertEquals(1, holds.newestCommit().documentCount());
            assertEquals(1, holds.newestCommit().segmentCount());
        }
        assertTrue(pool.peakBytes() <= pool.budgetBytes(), "peak of " + pool.peakBytes());
    }

    @Test
    void whatIsCollectedAfterRoomWasMadeIsNotWrittenAtOnce() throws Exception {
        FaultDirectory disk = new FaultDirectory();
        IndexOptions oneLane = OPTIONS.withLanes(1).withQueue(1000, 32 * MIB);
        IndexScenario scenario = scenario(new MemoryPool(16 * MIB), oneLane);
        try (Index index = scenario.create(disk)) {
            Feed feed = new Feed(index);
            // The pool asks for its memory in the middle of this batch.
            feed.add(IntStream.range(0, 40).mapToObj(i -> "k" + i).toList(), MIB / 2);
            feed.add("last", 100);
            scenario.commit(index);

            assertEquals(2, index.newestCommit().segmentCount());
        }
    }

    @Test
    void aSmallHeapIndexesMoreThanItHolds(@TempDir Path folder) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-XX:+UseSerialGC",
                                "-XX:+ExitOnOutOfMemoryError",
                                "-Djdk.nio.maxCachedBufferSize=262144",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallHeap.class.getName(),
                                folder.toString())
                        .redirectErrorStream(true)
                        .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(120, TimeUnit.SECONDS));

        assertEquals(0, process.exitValue(), output);
        assertTrue(output.contains("documents 60 60"), output);
    }

    /// Two indexes of four lanes each, fed with 120 MiB by turns, one generation each.
    static final class SmallHeap {
        private SmallHeap() {}

        public static void main(String[] arguments) throws Exception {
            System.setProperty("java.util.logging.config.file", "/dev/null");
            MemoryPool pool = MemoryPool.ofHeap();
            Directory root = MmapDirectory.open(Path.of(arguments[0]));
            IndexScenario scenario = scenario(pool);
            try (Index one = scenario.create(root.folder("one"));
                    Index two = scenario.create(root.folder("two"))) {
                Feed first = new Feed(one);
                Feed second = new Feed(two);
                for (int i = 0; i < 60; i++) {
                    first.add("k" + i, MIB);
                    second.add("k" + i, MIB);
                }
                scenario.commit(one);
                scenario.commit(two);
                System.out.println(
                        "documents %d %d"
                                .formatted(
                                        one.newestCommit().documentCount(),
                                        two.newestCommit().documentCount()));
            }
        }
    }

    private static IndexScenario scenario(MemoryPool pool) {
        return scenario(pool, OPTIONS);
    }

    private static IndexScenario scenario(MemoryPool pool, IndexOptions options) {
        ManualClock clock = new ManualClock();
        return new IndexScenario(
                new NodeResources(
                        clock, clock, new Random(1), Thread.ofPlatform().daemon().factory(), pool),
                options.withPrepareDeadline(Duration.ofMinutes(5)));
    }

    private static long segments(FaultDirectory disk) {
        try {
            return disk.list().stream().filter(name -> name.endsWith(".seg")).count();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /// Adds documents that no compression makes smaller, as fast as they are taken.
    private static final class Feed {
        private final Index index;
        private final Semaphore room = new Semaphore(0);
        private final Random random = new Random(7);

        Feed(Index index) {
            this.index = index;
            index.writer().onDrained(room::release);
        }

        void add(String key, int bytes) {
            add(List.of(key), bytes);
        }

        /// All in one batch.
        void add(List<String> keys, int bytes) {
            Position from =
                    Objects.requireNonNull(
                            index.writer().accepted().position(IndexScenario.PARTITION));
            List<Change> changes = new ArrayList<>();
            for (String key : keys) {
                long position = from.next() + changes.size();
                changes.add(
                        new Change.Upsert(
                                DocumentKey.of(key),
                                document(key, bytes),
                                new Origin(IndexScenario.PARTITION, position, 0, null, null)));
            }
            Position to = Position.of(from.next() + keys.size());
            ChangeBatch batch =
                    ChangeBatch.of(
                            changes,
                            List.of(),
                            List.of(new PositionRange(IndexScenario.PARTITION, from, to)));
            Admission admission = index.writer().add(batch);
            while (admission instanceof Admission.QueueFull) {
                room.acquireUninterruptibly();
                admission = index.writer().add(batch);
            }
            assertInstanceOf(Admission.Accepted.class, admission);
        }

        private Document document(String key, int bytes) {
            char[] text = new char[bytes];
            for (int i = 0; i < bytes; i++) {
                text[i] = (char) (' ' + random.nextInt(95));
            }
            return Document.of(
                    new Value.Obj(Map.of("id", Value.of(key), "blob", Value.of(new String(text)))));
        }
    }
}
