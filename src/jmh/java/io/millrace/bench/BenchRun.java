package io.millrace.bench;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What one run was asked for, and how its measures are told.
///
/// @param documents size of the data set
/// @param seed of everything that is drawn
/// @param only workloads to run, empty for all
/// @param queries that are drawn for each workload that asks
/// @param indexes where indexes are kept from run to run, built when they are not there; empty when
///   they are built for each run and deleted after it
record BenchRun(int documents, long seed, Set<String> only, int queries, Optional<Path> indexes) {
    private static final int QUERIES = 400;

    BenchRun {
        if (documents <= 0) {
            throw new IllegalArgumentException(
                    "bench.documents: %d is not positive".formatted(documents));
        }
        if (queries <= 0) {
            throw new IllegalArgumentException(
                    "bench.queries: %d is not positive".formatted(queries));
        }
        only = Set.copyOf(only);
    }

    static BenchRun ofSystemProperties() {
        var only = System.getProperty("bench.only", "");
        return new BenchRun(
                Integer.getInteger("bench.documents", 1_000_000),
                Long.getLong("bench.seed", 1),
                only.isBlank() ? Set.of() : Set.of(only.split(",")),
                Integer.getInteger("bench.queries", QUERIES),
                Optional.of(System.getProperty("bench.indexes", ""))
                        .filter(folder -> !folder.isBlank())
                        .map(Path::of));
    }

    boolean wants(String workload) {
        return only.isEmpty() || only.contains(workload);
    }

    /// An empty folder of its own for each workload.
    Path freshFolder(String workload) throws IOException {
        var parent = Files.createDirectories(Path.of("target", "bench"));
        return Files.createTempDirectory(parent, workload + "-");
    }

    /// Removes a folder with all that is in it.
    static void deleteAll(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// A measure of the machine itself, with nothing to compare.
    void report(String name, double value, String unit) {
        System.out.println("name=" + name + " value=" + plain(value) + " unit=" + unit);
    }

    /// A measure next to its yardstick.
    ///
    /// @param moreIsBetter true for rates, false for times and sizes; the ratio is above 1 when
    ///   ours is better by that factor
    void report(String name, double ours, double peer, String unit, boolean moreIsBetter) {
        System.out.println(
                "name=%s docs=%d ours=%s peer=%s unit=%s ratio=%s"
                        .formatted(
                                name,
                                documents,
                                plain(ours),
                                plain(peer),
                                unit,
                                plain(moreIsBetter ? ours / peer : peer / ours)));
    }

    /// Four digits that count, without an exponent.
    private static String plain(double value) {
        return BigDecimal.valueOf(value)
                .round(new MathContext(4))
                .stripTrailingZeros()
                .toPlainString();
    }
}
