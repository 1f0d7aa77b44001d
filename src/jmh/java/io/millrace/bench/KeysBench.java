package io.millrace.bench;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.index.Admission;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexState;
import io.millrace.index.IndexWriter;
import io.millrace.index.MergeOptions;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;
import java.util.function.LongUnaryOperator;

/// What it costs to find the current document of a key as the segments of an index grow in number:
/// one lane, documents of one number, so that little else is measured. Ids are scattered or grow;
/// those that grow and are missed are above all others, as new ones are.
///
/// `found` and `missed` are deletions of keys that are there and that are not; `upsert` replaces
/// documents, to the end of the prepared commit. Nothing is committed, so that each measure meets
/// the same index. What counts is the processor time of the lane, of which waiting for memory is
/// part and waiting for other processes is not.
final class KeysBench implements BenchGroup {
    private static final List<Integer> SEGMENT_COUNTS = List.of(64, 16, 4, 1);
    private static final int BATCH_CHANGES = 1_000;
    private static final int CHANGES_MAX = 500_000;
    private static final int RUNS = 3;
    private static final SourcePartition PARTITION = new SourcePartition("keys", 0);
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG)));

    @Override
    public String name() {
        return "keys";
    }

    @Override
    public String summary() {
        return "key lookups and upserts over 1 to 64 segments";
    }

    @Override
    public void run(BenchRun run) throws IOException {
        for (Ids ids : Ids.values()) {
            if (run.wants(ids.label)) {
                run(run, ids);
            }
        }
    }

    private static void run(BenchRun run, Ids ids) throws IOException {
        Path folder = run.freshFolder("keys");
        List<Thread> threads = new CopyOnWriteArrayList<>();
        try (Index index = create(folder, threads)) {
            Workload workload = new Workload(index, run.documents(), ids, threads);
            workload.build(SEGMENT_COUNTS.getFirst());
            for (int segments : SEGMENT_COUNTS) {
                index.forceMerge(segments, Duration.ofHours(1));
                if (index.newestCommit().segmentCount() != segments) {
                    throw new IllegalStateException(
                            "%d segments, expected %d"
                                    .formatted(index.newestCommit().segmentCount(), segments));
                }
                for (Measure measure : Measure.values()) {
                    run.report(
                            "%s-%s-%d-keys-%d-segments"
                                    .formatted(measure.label, ids.label, run.documents(), segments),
                            workload.median(measure),
                            "keys/cpu-s");
                }
            }
        } finally {
            BenchRun.deleteAll(folder);
        }
    }

    private enum Ids {
        SCATTERED("scattered"),
        GROWING("growing");

        private final String label;

        Ids(String label) {
            this.label = label;
        }

        /// Ids of the ordinals, without a gap.
        long of(long ordinal) {
            return switch (this) {
                case SCATTERED -> ordinal * 0x9E3779B97F4A7C15L;
                case GROWING -> ordinal;
            };
        }
    }

    private enum Measure {
        FOUND("found"),
        MISSED("missed"),
        UPSERT("upsert");

        private final String label;

        Measure(String label) {
            this.label = label;
        }
    }

    /// @param threads is given the threads of the index
    private static Index create(Path folder, List<Thread> threads) throws IOException {
        return Index.create(
                MmapDirectory.open(folder),
                "keys",
                "bench",
                SCHEMA,
                SourceIdentity.of(Map.of()),
                Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                IndexOptions.DEFAULT
                        .withIdleAfter(Duration.ofHours(1))
                        .withLanes(1)
                        .withBuilderBytesMax(64L << 20)
                        .withPrepareDeadline(Duration.ofMinutes(5))
                        .withMerges(MergeOptions.DEFAULT.withBackground(false)),
                new NodeResources(
                        InstantSource.system(),
                        System::nanoTime,
                        new SplittableRandom(),
                        work -> {
                            Thread thread = Thread.ofPlatform().unstarted(work);
                            threads.add(thread);
                            return thread;
                        }));
    }

    /// The one thread that feeds the writer.
    private static final class Workload {
        private final Index index;
        private final IndexWriter writer;
        private final long keyCount;
        private final Ids ids;
        private final List<Thread> threads;
        private final Semaphore drained = new Semaphore(0);
        private final DocumentWriter documents = new DocumentWriter();
        private long position;
        private long committed;

        Workload(Index index, long keyCount, Ids ids, List<Thread> threads) {
            this.ids = ids;
            this.threads = threads;
            this.index = index;
            this.keyCount = keyCount;
            writer = index.writer();
            writer.onDrained(drained::release);
        }

        void build(int segments) {
            for (int i = 0; i < segments; i++) {
                long first = keyCount * i / segments;
                feed(keyCount * (i + 1) / segments - first, n -> upsert(first + n));
                try (PreparedCommit prepared = writer.prepareCommit()) {
                    prepared.commit();
                }
            }
            committed = position;
        }

        double median(Measure measure) {
            double[] rates = new double[RUNS];
            for (int i = 0; i < RUNS; i++) {
                rates[i] = rate(measure, i);
            }
            Arrays.sort(rates);
            return rates[RUNS / 2];
        }

        /// @param round each draws other keys
        private double rate(Measure measure, int round) {
            long changes = Math.min(CHANGES_MAX, keyCount / 2);
            // Distinct: the step is a prime and no round number of keys is a multiple of it.
            LongUnaryOperator drawn = n -> (n * 7_368_787 + round) % keyCount;
            long start = laneCpuNanos();
            switch (measure) {
                case FOUND -> feed(changes, n -> delete(drawn.applyAsLong(n)));
                case MISSED -> feed(changes, n -> delete(keyCount + drawn.applyAsLong(n)));
                case UPSERT -> feed(changes, n -> upsert(drawn.applyAsLong(n)));
            }
            if (measure == Measure.UPSERT) {
                writer.prepareCommit();
            } else {
                while (writer.pending().queuedDocuments() > 0) {
                    LockSupport.parkNanos(10_000);
                }
            }
            double seconds = (laneCpuNanos() - start) / 1e9;
            if (!(index.state() instanceof IndexState.Open)) {
                throw new IllegalStateException(measure.label + ": index is " + index.state());
            }
            writer.abort();
            position = committed;
            return changes / seconds;
        }

        private long laneCpuNanos() {
            Thread lane =
                    threads.stream()
                            .filter(thread -> thread.getName().startsWith("lane-"))
                            .reduce((_, newest) -> newest)
                            .orElseThrow();
            return ManagementFactory.getThreadMXBean().getThreadCpuTime(lane.threadId());
        }

        private Change upsert(long ordinal) {
            documents.beginObject();
            documents.name("id");
            documents.integer(ids.of(ordinal));
            documents.end();
            return new Change.Upsert(
                    DocumentKey.of(ids.of(ordinal)), documents.finish(), origin(ordinal));
        }

        private Change delete(long ordinal) {
            return new Change.Delete(DocumentKey.of(ids.of(ordinal)), origin(ordinal));
        }

        private static Origin origin(long ordinal) {
            return new Origin(PARTITION, ordinal, 0, null, null);
        }

        private void feed(long count, LongFunction<Change> change) {
            for (long first = 0; first < count; first += BATCH_CHANGES) {
                List<Change> batch = new ArrayList<>(BATCH_CHANGES);
                long end = Math.min(count, first + BATCH_CHANGES);
                for (long n = first; n < end; n++) {
                    batch.add(change.apply(n));
                }
                PositionRange range =
                        new PositionRange(
                                PARTITION,
                                Position.of(position),
                                Position.of(position + batch.size()));
                ChangeBatch changes = ChangeBatch.of(batch, List.of(), List.of(range));
                while (writer.add(changes) instanceof Admission.QueueFull) {
                    drained.acquireUninterruptibly();
                }
                position += batch.size();
            }
        }
    }
}
