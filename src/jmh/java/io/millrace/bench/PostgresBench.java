package io.millrace.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/// A table whose rows are inserted in transactions of a thousand, from its slot into an index: next
/// to a bare drain of the slot, and to Debezium's embedded engine that feeds the same writer. Then
/// how soon a committed row can be found.
///
/// Every side reads the same log, each run from a fresh copy of the slot, in a JVM of its own that
/// has done it once uncounted, in the order A B B A; the mean of the two runs counts.
final class PostgresBench implements BenchGroup {
    private static final String OURS = "ours";
    private static final List<String> PEERS = List.of("drain", "debezium");
    private static final List<Integer> FRESHNESS_RATES = List.of(1_000, 10_000);
    private static final String[] JVM = {
        "-Xmx384m",
        "-XX:MaxDirectMemorySize=128m",
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow"
    };

    @Override
    public String name() {
        return "postgres";
    }

    @Override
    public String summary() {
        return "rows of a table from the log of the database into an index, next to a bare drain and"
                + " to Debezium, and how soon they are found";
    }

    @Override
    public void run(BenchRun run) throws IOException {
        List<Runnable> reports = new ArrayList<>();
        try (WalServer server = WalServer.start(run.freshFolder("postgres"))) {
            long start = System.nanoTime();
            server.fill(run.documents());
            double seconds = (System.nanoTime() - start) / 1e9;
            reports.add(() -> run.report("insert", run.documents() / seconds, "rows/s"));
            for (String peer : PEERS) {
                if (run.wants("wal-vs-" + peer)) {
                    reports.add(compare(run, server, peer));
                }
            }
            for (int rate : FRESHNESS_RATES) {
                if (run.wants("freshness")) {
                    reports.add(Freshness.measure(run, server, rate));
                }
            }
        } catch (SQLException e) {
            throw new IOException("the database of the benchmark", e);
        }
        System.out.println();
        reports.forEach(Runnable::run);
    }

    private static Runnable compare(BenchRun run, WalServer server, String peer) {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (String side : List.of(OURS, peer, peer, OURS)) {
            double millis = measure(run, server, side).getPrimaryResult().getScore();
            rates.computeIfAbsent(side, _ -> new ArrayList<>())
                    .add(run.documents() / millis * 1_000);
        }
        return () ->
                run.report(
                        "wal-vs-" + peer,
                        mean(rates.getOrDefault(OURS, List.of())),
                        mean(rates.getOrDefault(peer, List.of())),
                        "rows/s",
                        true);
    }

    private static double mean(List<Double> rates) {
        return rates.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    private static RunResult measure(BenchRun run, WalServer server, String side) {
        try {
            return new Runner(
                            new OptionsBuilder()
                                    .include(WalBenchmark.class.getSimpleName() + "\\.drain$")
                                    .param("side", side)
                                    .param("rows", Integer.toString(run.documents()))
                                    .param("port", Integer.toString(server.database().port()))
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
            throw new IllegalStateException("wal of " + side + " failed", e);
        }
    }
}
