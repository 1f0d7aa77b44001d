package io.millrace.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
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

/// Whole builds and upserts, one per iteration, timed from the first document to the end of the
/// commit and of the merges.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // the harness fills the parameters and calls the set-up first
public class IndexingBenchmark {
    private static final double BUFFER_MEGABYTES = 96;
    static final double UPSERTED_SHARE = 0.2;

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

    /// What a run left behind, next to its time.
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Outcome {
        public long segments;
        public long megabytes;
        public long cpuMillis;
    }

    /// An index already built, for the upsert workload.
    @State(Scope.Benchmark)
    public static class Built {
        private int[] ids = {};

        @Setup(Level.Iteration)
        public void build(IndexingBenchmark benchmark) throws Exception {
            benchmark.indexing.build(benchmark.data);
            ids = draw(benchmark.documents, benchmark.seed);
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
            return java.util.Arrays.copyOf(all, drawn);
        }
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

    @Benchmark
    public void build(Outcome outcome) throws Exception {
        long cpuBefore = cpuNanos();
        indexing.build(data);
        record(outcome, cpuBefore);
    }

    @Benchmark
    public void upsert(Built built, Outcome outcome) throws Exception {
        long cpuBefore = cpuNanos();
        indexing.upsert(data, built.ids);
        record(outcome, cpuBefore);
    }

    private void record(Outcome outcome, long cpuBefore) throws IOException {
        outcome.cpuMillis = TimeUnit.NANOSECONDS.toMillis(cpuNanos() - cpuBefore);
        outcome.segments = indexing.segmentCount();
        outcome.megabytes = indexing.diskBytes() >> 20;
        if (indexing.documentCount() != documents) {
            throw new IllegalStateException(
                    side + " holds " + indexing.documentCount() + " documents of " + documents);
        }
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }
}
