package io.millrace.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/// Queries over the media data set next to Lucene, on one thread, without query caches.
///
/// The index of each side is built once, and once more merged into one segment. Then every side is
/// asked in a JVM of its own, in the order A B B A, so that a machine that slows down hits both
/// alike; the mean of the two runs counts. Heap and direct memory together are 512 MiB for both.
/// Both sides must find the same: equal totals, equal ranks, and the same documents of each rank
/// but the last, which may be cut anywhere.
final class QueryBench implements BenchGroup {
    private static final String OURS = QueryRun.OURS;
    private static final String PEER = "lucene";

    /// Scores are floats: one unit in the last place.
    private static final double RANK_TOLERANCE = Math.ulp(1f);

    private static final List<String> JVM =
            List.of(
                    "-Xms384m",
                    "-Xmx384m",
                    "-XX:MaxDirectMemorySize=128m",
                    "--add-modules=jdk.incubator.vector",
                    "--enable-native-access=ALL-UNNAMED",
                    "--sun-misc-unsafe-memory-access=allow");

    @Override
    public String name() {
        return "query";
    }

    @Override
    public String summary() {
        return Arrays.stream(QueryWorkload.values())
                        .map(QueryWorkload::label)
                        .collect(Collectors.joining(", "))
                + " over the media data set, next to Lucene";
    }

    @Override
    public void run(BenchRun run) throws IOException, InterruptedException {
        Path folder =
                run.indexes().isPresent()
                        ? Files.createDirectories(
                                run.indexes()
                                        .get()
                                        .toAbsolutePath()
                                        .resolve(run.seed() + "-" + run.documents())
                                        .resolve(name()))
                        : run.freshFolder(name());
        try {
            // Before the first JVM that reads it, so that none pays for it.
            MediaFile.of(Objects.requireNonNull(folder.getParent()), run.seed(), run.documents());
            for (String side : List.of(OURS, PEER)) {
                Path merged = QueryRun.index(folder, side, "merged");
                if (Files.exists(merged)) {
                    System.out.printf(
                            "%s: kept since %s%n", side, Files.getLastModifiedTime(merged));
                } else {
                    fork("build", side, folder, run, Integer.toString(run.documents()));
                }
            }
            String workloads =
                    Arrays.stream(QueryWorkload.values())
                            .map(QueryWorkload::label)
                            .filter(run::wants)
                            .collect(Collectors.joining(","));
            Map<String, Map<String, QueryFigures>> bySide = new LinkedHashMap<>();
            for (String side : List.of(OURS, PEER, PEER, OURS)) {
                fork("ask", side, folder, run, workloads, Integer.toString(run.queries()));
                Map<String, QueryFigures> figures =
                        bySide.computeIfAbsent(side, _ -> new LinkedHashMap<>());
                for (String line : Files.readAllLines(folder.resolve(side + ".results"))) {
                    figures.merge(
                            QueryFigures.nameOf(line), QueryFigures.of(line), QueryFigures::mean);
                }
            }
            compare(
                    Files.readAllLines(folder.resolve(OURS + ".answers")),
                    Files.readAllLines(folder.resolve(PEER + ".answers")));
            report(run, bySide.getOrDefault(OURS, Map.of()), bySide.getOrDefault(PEER, Map.of()));
        } finally {
            if (run.indexes().isEmpty()) {
                BenchRun.deleteAll(folder);
            }
        }
    }

    private static void report(
            BenchRun run, Map<String, QueryFigures> ours, Map<String, QueryFigures> peer) {
        System.out.println();
        ours.forEach((name, own) -> {
            QueryFigures their = peer.get(name);
            if (their == null) {
                throw new IllegalStateException(PEER + " was not asked " + name);
            }
            run.report(name + "-mean", own.meanMicros(), their.meanMicros(), "µs", false);
            run.report(name + "-p50", own.p50Micros(), their.p50Micros(), "µs", false);
            run.report(name + "-p99", own.p99Micros(), their.p99Micros(), "µs", false);
            run.report(name + "-cpu", own.cpuMicros(), their.cpuMicros(), "µs", false);
            run.report(
                    name + "-throughput",
                    1e6 / own.meanMicros(),
                    1e6 / their.meanMicros(),
                    "queries/s",
                    true);
            run.report(
                    name + "-allocated",
                    own.allocatedBytes(),
                    their.allocatedBytes(),
                    "bytes",
                    false);
        });
    }

    private static void fork(String task, String side, Path folder, BenchRun run, String... more)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(QueryRun.class.getName());
        command.addAll(List.of(task, side, folder.toString(), Long.toString(run.seed())));
        command.addAll(List.of(more));
        long start = System.nanoTime();
        int status = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (status != 0) {
            throw new IllegalStateException(task + " of " + side + " ended with " + status);
        }
        System.out.printf("%s %s: %d s%n", task, side, (System.nanoTime() - start) / 1_000_000_000);
    }

    private static void compare(List<String> ours, List<String> theirs) {
        if (ours.size() != theirs.size()) {
            throw new IllegalStateException(ours.size() + " answers, peer " + theirs.size());
        }
        for (int i = 0; i < ours.size(); i++) {
            List<String> own = List.of(ours.get(i).split("\t"));
            List<String> their = List.of(theirs.get(i).split("\t"));
            boolean isSame =
                    own.size() == their.size() && own.subList(0, 2).equals(their.subList(0, 2));
            if (!isSame || !isSameRanking(hits(own), hits(their))) {
                throw new IllegalStateException("ours: %s%npeer: %s".formatted(own, their));
            }
        }
        System.out.println("answers compared: " + ours.size());
    }

    private static List<QuerySide.RankedId> hits(List<String> answer) {
        List<QuerySide.RankedId> hits = new ArrayList<>();
        for (String hit : answer.subList(2, answer.size())) {
            int blank = hit.indexOf(' ');
            hits.add(
                    new QuerySide.RankedId(
                            Long.parseLong(hit.substring(0, blank)),
                            Double.parseDouble(hit.substring(blank + 1))));
        }
        return hits;
    }

    /// Ranks that differ by less than a score can be off are one rank.
    private static boolean isSameRanking(
            List<QuerySide.RankedId> ours, List<QuerySide.RankedId> theirs) {
        Set<Long> own = new HashSet<>();
        Set<Long> their = new HashSet<>();
        for (int i = 0; i < ours.size(); i++) {
            double rank = theirs.get(i).rank();
            if (!isSameRank(ours.get(i).rank(), rank)) {
                return false;
            }
            if (i > 0 && !isSameRank(theirs.get(i - 1).rank(), rank)) {
                if (!own.equals(their)) {
                    return false;
                }
                own.clear();
                their.clear();
            }
            own.add(ours.get(i).id());
            their.add(theirs.get(i).id());
        }
        return true;
    }

    private static boolean isSameRank(double ours, double theirs) {
        return Math.abs(ours - theirs) <= Math.abs(theirs) * RANK_TOLERANCE;
    }
}
