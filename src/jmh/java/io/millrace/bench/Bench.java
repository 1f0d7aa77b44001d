package io.millrace.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.lucene.util.Version;

/// Runs one group of measurements: `./mvnw -B -Pbench verify -Dbench=limits`. Without a group it
/// lists them.
final class Bench {
    private static final List<BenchGroup> GROUPS =
            List.of(
                    new HttpBench(),
                    new IndexingBench(),
                    new KeysBench(),
                    new LimitsBench(),
                    new PostgresBench(),
                    new QueryBench());

    private Bench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        var run = BenchRun.ofSystemProperties();
        printMachine(run);
        if (arguments.length == 0) {
            GROUPS.forEach(
                    group -> System.out.printf("-Dbench=%s: %s%n", group.name(), group.summary()));
            return;
        }
        group(arguments[0]).run(run);
    }

    private static BenchGroup group(String name) {
        return GROUPS.stream()
                .filter(group -> group.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "bench: no group '%s', there is %s"
                                        .formatted(
                                                name,
                                                GROUPS.stream().map(BenchGroup::name).toList())));
    }

    private static void printMachine(BenchRun run) throws IOException {
        var runtime = ManagementFactory.getRuntimeMXBean();
        System.out.printf(
                "machine: %s, %d processors, %s %s%n",
                processor(),
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name"),
                System.getProperty("os.version"));
        System.out.printf(
                "jvm: %s %s, heap %d MiB, %s%n",
                runtime.getVmName(),
                Runtime.version(),
                Runtime.getRuntime().maxMemory() >> 20,
                String.join(" ", runtime.getInputArguments()));
        System.out.printf(
                "versions: lucene %s; seed %d, documents %d%n",
                Version.LATEST, run.seed(), run.documents());
    }

    private static String processor() throws IOException {
        var file = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(file)) {
            return System.getProperty("os.arch");
        }
        try (var lines = Files.lines(file)) {
            return lines.filter(line -> line.startsWith("model name"))
                    .findFirst()
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .orElse(System.getProperty("os.arch"));
        }
    }
}
