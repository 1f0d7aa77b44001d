package io.millrace.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// Builds and upserts of the media data set next to Lucene.
///
/// Every side runs in a JVM of its own, in the order A B B A, so that a machine that slows down
/// hits both alike; the mean of the two runs counts. Each JVM first does the whole workload once,
/// uncounted. Heap and direct memory together are 512 MiB for both.
final class IndexingBench implements BenchGroup {
    private static final String OURS = "ours";
    private static final List<String> PEERS = List.of("lucene-speed", "lucene-compression");
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
        return "build and upsert of the media data set, next to Lucene";
    }

    @Override
    public void run(BenchRun run) {
        List<Runnable> reports = new ArrayList<>();
        for (String workload : List.of("build", "upsert")) {
            if (run.wants(workload)) {
                for (String peer : PEERS) {
                    reports.add(compare(run, workload, peer));
                }
            }
        }
        System.out.println();
        reports.forEach(Runnable::run);
    }

    /// Runs both sides and returns what is to be reported in the end.
    private static Runnable compare(BenchRun run, String workload, String peer) {
        Map<String, List<RunResult>> results = new LinkedHashMap<>();
        for (String side : List.of(OURS, peer, peer, OURS)) {
            results.computeIfAbsent(side, _ -> new ArrayList<>()).add(measure(run, workload, side));
        }
        Side ours = Side.of(results.getOrDefault(OURS, List.of()));
        Side theirs = Side.of(results.getOrDefault(peer, List.of()));
        double documents =
                workload.equals("upsert") ? run.documents() * UPSERTED_SHARE : run.documents();
        String name = workload + "-vs-" + peer;
        return () -> {
            run.report(name, documents / ours.seconds, documents / theirs.seconds, "docs/s", true);
            run.report(name + "-cpu", ours.cpuSeconds, theirs.cpuSeconds, "s", false);
            run.report(name + "-segments", ours.segments, theirs.segments, "segments", false);
            run.report(name + "-disk", ours.megabytes, theirs.megabytes, "MiB", false);
        };
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
                                    .warmupIterations(1)
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

    /// Means over the runs of one side.
    private record Side(double seconds, double cpuSeconds, double segments, double megabytes) {
        static Side of(List<RunResult> runs) {
            return new Side(
                    runs.stream()
                                    .mapToDouble(result -> result.getPrimaryResult().getScore())
                                    .average()
                                    .orElseThrow()
                            / 1_000,
                    secondary(runs, "cpuMillis") / 1_000,
                    secondary(runs, "segments"),
                    secondary(runs, "megabytes"));
        }

        private static double secondary(List<RunResult> runs, String counter) {
            return runs.stream()
                    .map(result -> result.getSecondaryResults().get(counter))
                    .mapToDouble(result -> result == null ? Double.NaN : result.getScore())
                    .average()
                    .orElseThrow();
        }
    }
}
