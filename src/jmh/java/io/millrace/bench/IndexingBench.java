package io.millrace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// The life of an index of the media data set next to Lucene.
///
/// Every side runs in a JVM of its own, in the order A B B A, so that a machine that slows down
/// hits both alike; the mean of the two runs counts. Each JVM first does the whole workload once,
/// uncounted, or the first fifth of the commits. Heap and direct memory together are 512 MiB for
/// both.
final class IndexingBench implements BenchGroup {
    private static final String OURS = "ours";
    private static final List<String> PEERS = List.of("lucene-speed", "lucene-compression");
    private static final List<String> LIFE =
            List.of("build", "upsert", "force-merge", "size", "open");
    private static final double UPSERTED_SHARE = IndexingBenchmark.UPSERTED_SHARE;
    private static final String[] JVM = {
        "-Xmx384m",
        "-XX:MaxDirectMemorySize=128m",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow"
    };

    @Override
    public String name() {
        return "indexing";
    }

    @Override
    public String summary() {
        return "build, upsert, force-merge, size, open and commits of the media data set, next to"
                + " Lucene";
    }

    @Override
    public void run(BenchRun run) {
        List<Runnable> reports = new ArrayList<>();
        for (String peer : PEERS) {
            if (LIFE.stream().anyMatch(run::wants)) {
                Sides sides = Sides.measure(run, "life", peer);
                reports.add(() -> reportLife(run, sides));
            }
        }
        if (run.wants("commits")) {
            // How documents are stored says little about the time of a small commit.
            Sides sides = Sides.measure(run, "commits", PEERS.getFirst());
            reports.add(() -> {
                sides.report(run, "commits-p50", "p50Micros", "µs");
                sides.report(run, "commits-p99", "p99Micros", "µs");
            });
        }
        System.out.println();
        reports.forEach(Runnable::run);
    }

    private static void reportLife(BenchRun run, Sides sides) {
        if (run.wants("build")) {
            sides.reportRate(run, "build", "buildMillis", run.documents());
            sides.report(run, "build-cpu", "buildCpuMillis", "ms");
            sides.report(run, "build-segments", "buildSegments", "segments");
            sides.report(run, "build-disk", "buildMegabytes", "MiB");
        }
        if (run.wants("upsert")) {
            sides.reportRate(run, "upsert", "upsertMillis", run.documents() * UPSERTED_SHARE);
            sides.report(run, "upsert-cpu", "upsertCpuMillis", "ms");
            sides.report(run, "upsert-segments", "upsertSegments", "segments");
            sides.report(run, "upsert-disk", "upsertMegabytes", "MiB");
        }
        if (run.wants("force-merge")) {
            sides.reportRate(run, "force-merge", "mergeMillis", run.documents());
            sides.report(run, "force-merge-cpu", "mergeCpuMillis", "ms");
            sides.report(run, "force-merge-memory", "mergeMemoryMegabytes", "MiB");
        }
        if (run.wants("size")) {
            sides.report(run, "size", "mergeMegabytes", "MiB");
        }
        if (run.wants("open")) {
            sides.report(run, "open", "openMillis", "ms");
        }
    }

    /// What both sides did, each twice.
    private record Sides(String peer, List<RunResult> ours, List<RunResult> theirs) {
        static Sides measure(BenchRun run, String workload, String peer) {
            Map<String, List<RunResult>> results = new LinkedHashMap<>();
            for (String side : List.of(OURS, peer, peer, OURS)) {
                results.computeIfAbsent(side, _ -> new ArrayList<>())
                        .add(IndexingBench.measure(run, workload, side));
            }
            return new Sides(
                    peer,
                    results.getOrDefault(OURS, List.of()),
                    results.getOrDefault(peer, List.of()));
        }

        void report(BenchRun run, String name, String counter, String unit) {
            run.report(
                    name + "-vs-" + peer, mean(ours, counter), mean(theirs, counter), unit, false);
        }

        void reportRate(BenchRun run, String name, String counter, double documents) {
            run.report(
                    name + "-vs-" + peer,
                    documents / mean(ours, counter) * 1_000,
                    documents / mean(theirs, counter) * 1_000,
                    "docs/s",
                    true);
        }

        private static double mean(List<RunResult> runs, String counter) {
            return runs.stream()
                    .map(result -> result.getSecondaryResults().get(counter))
                    .mapToDouble(result -> result == null ? Double.NaN : result.getScore())
                    .average()
                    .orElseThrow();
        }
    }

    private static RunResult measure(BenchRun run, String workload, String side) {
        try {
            return new Runner(
                            new OptionsBuilder()
                                    .include(
                                            IndexingBenchmark.class.getSimpleName()
                                                    + "\\."
                                                    + workload
                                                    + "$")
                                    .param("side", side)
                                    .param("documents", Integer.toString(run.documents()))
                                    .param("seed", Long.toString(run.seed()))
                                    .forks(1)
                                    .warmupIterations(workload.equals("commits") ? 0 : 1)
                                    .measurementIterations(1)
                                    .jvmArgs(JVM)
                                    .shouldFailOnError(true)
                                    .build())
                    .run()
                    .iterator()
                    .next();
        } catch (RunnerException e) {
            throw new IllegalStateException(workload + " of " + side + " failed", e);
        }
    }
}
