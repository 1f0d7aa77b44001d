package io.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// The life of an index, one per iteration: each phase is timed from its first document to the end
/// of its commit and of the merges that follow from it.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // the harness fills the parameters and calls the set-up first
public class IndexingBenchmark {
    private static final double BUFFER_MEGABYTES = 96;
    static final double UPSERTED_SHARE = 0.2;
    private static final int COMMITS = 1_000;
    private static final int COMMITS_UNCOUNTED = 200;
    private static final int COMMIT_DOCUMENTS = 100;

    /// ours, lucene-speed or lucene-compression.
    @Param("ours")
    public String side;

    @Param("1000000")
    public int documents;

    @Param("42")
    public long seed;

    @Param("target/bench")
    public String folder;

    private MediaFile data;
    private Path indexFolder;
    private IndexingSide indexing;

    /// What a run took and left behind, phase by phase.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Outcome {
        public double buildMillis;
        public double buildCpuMillis;
        public double buildSegments;
        public double buildMegabytes;
        public double upsertMillis;
        public double upsertCpuMillis;
        public double upsertSegments;
        public double upsertMegabytes;
        public double mergeMillis;
        public double mergeCpuMillis;
        public double mergeMegabytes;
        public double mergeMemoryMegabytes;
        public double openMillis;
    }

    /// Times of single commits.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class CommitTimes {
        public double p50Micros;
        public double p99Micros;
    }

    @Setup(Level.Trial)
    public void openData() throws IOException {
        data = MediaFile.of(Path.of(folder), seed, documents);
    }

    @Setup(Level.Iteration)
    public void openIndex() throws IOException {
        indexFolder = Files.createTempDirectory(Path.of(folder), side);
        indexing =
                switch (side) {
                    case "ours" -> new MillraceSide(indexFolder, (long) BUFFER_MEGABYTES << 20);
                    case "lucene-speed" ->
                            new LuceneSide(
                                    indexFolder, Lucene104Codec.Mode.BEST_SPEED, BUFFER_MEGABYTES);
                    case "lucene-compression" ->
                            new LuceneSide(
                                    indexFolder,
                                    Lucene104Codec.Mode.BEST_COMPRESSION,
                                    BUFFER_MEGABYTES);
                    default -> throw new IllegalArgumentException("no side " + side);
                };
    }

    @TearDown(Level.Iteration)
    public void closeIndex() throws IOException {
        indexing.close();
        Files.walkFileTree(
                indexFolder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(
                            Path folder, java.io.@org.jspecify.annotations.Nullable IOException e)
                            throws IOException {
                        Files.delete(folder);
                        return FileVisitResult.CONTINUE;
                    }
                });
    }

    /// Builds, replaces a part, merges to one segment and opens that, one after the other.
    @Benchmark
    public void life(Outcome outcome) throws Exception {
        Clock clock = new Clock();
        indexing.build(data);
        outcome.buildMillis = clock.millis();
        outcome.buildCpuMillis = clock.cpuMillis();
        outcome.buildSegments = indexing.segmentCount();
        outcome.buildMegabytes = megabytes(indexing.diskBytes());
        checkCount();

        int[] ids = draw(documents, seed);
        clock = new Clock();
        indexing.upsert(data, ids);
        outcome.upsertMillis = clock.millis();
        outcome.upsertCpuMillis = clock.cpuMillis();
        outcome.upsertSegments = indexing.segmentCount();
        outcome.upsertMegabytes = megabytes(indexing.diskBytes());
        checkCount();

        try (MemoryPeak peak = new MemoryPeak()) {
            clock = new Clock();
            indexing.forceMerge();
            outcome.mergeMillis = clock.millis();
            outcome.mergeCpuMillis = clock.cpuMillis();
            outcome.mergeMemoryMegabytes = megabytes(peak.heapBytes() + peak.directBytes());
        }
        indexing.reopen();
        outcome.mergeMegabytes = megabytes(indexing.diskBytes());
        if (indexing.segmentCount() != 1) {
            throw new IllegalStateException(
                    side + " has " + indexing.segmentCount() + " segments, expected one");
        }
        // The files were read just now, so that this is the time of opening, not of the disk.
        clock = new Clock();
        indexing.reopen();
        outcome.openMillis = clock.millis();
        checkCount();
    }

    /// Many small commits: the time of each, its documents included.
    @Benchmark
    public void commits(CommitTimes times) throws Exception {
        long[] nanos = new long[COMMITS];
        for (int i = -COMMITS_UNCOUNTED; i < COMMITS; i++) {
            long start = System.nanoTime();
            indexing.commit(data, Math.floorMod(i, data.sliceCount()), COMMIT_DOCUMENTS);
            if (i >= 0) {
                nanos[i] = System.nanoTime() - start;
            }
        }
        Arrays.sort(nanos);
        times.p50Micros = nanos[COMMITS / 2] / 1e3;
        times.p99Micros = nanos[COMMITS * 99 / 100] / 1e3;
    }

    /// Distinct ids, uniformly drawn.
    private static int[] draw(int documents, long seed) {
        SplittableRandom random = new SplittableRandom(seed + 1);
        int[] all = new int[documents];
        for (int i = 0; i < documents; i++) {
            all[i] = i;
        }
        int drawn = (int) (documents * UPSERTED_SHARE);
        for (int i = 0; i < drawn; i++) {
            int other = random.nextInt(i, documents);
            int id = all[other];
            all[other] = all[i];
            all[i] = id;
        }
        return Arrays.copyOf(all, drawn);
    }

    private void checkCount() throws IOException {
        if (indexing.documentCount() != documents) {
            throw new IllegalStateException(
                    side + " holds " + indexing.documentCount() + " documents of " + documents);
        }
    }

    private static double megabytes(long bytes) {
        return bytes / (double) (1 << 20);
    }

    /// Time and CPU time since it was made.
    private static final class Clock {
        private final long startNanos = System.nanoTime();
        private final long startCpuNanos = cpuNanos();

        double millis() {
            return (System.nanoTime() - startNanos) / 1e6;
        }

        double cpuMillis() {
            return (cpuNanos() - startCpuNanos) / 1e6;
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
