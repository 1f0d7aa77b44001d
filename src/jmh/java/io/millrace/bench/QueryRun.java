package io.millrace.bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;

/// What one JVM of the query group does: builds the indexes of a side, or asks them.
///
/// Every workload is asked until it is warm: two passes at least, and four seconds; then all passes
/// of a second count, one at least: a pass of queries that take 20 µs each is over too soon to tell
/// anything. A line for each workload and state of the index goes to the file of results, and one
/// for each answer to the file of answers.
final class QueryRun {
    static final String OURS = "ours";
    static final List<String> STATES = List.of("built", "merged");
    private static final double BUFFER_MEGABYTES = 96;
    private static final long WARM_NANOS = 4_000_000_000L;
    private static final long COUNTED_NANOS = 1_000_000_000L;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private QueryRun() {}

    /// @param arguments `build side folder seed documents`, or `ask side folder seed workloads
    ///   queries`
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[2]);
        long seed = Long.parseLong(arguments[3]);
        switch (arguments[0]) {
            case "build" -> build(arguments[1], folder, seed, Integer.parseInt(arguments[4]));
            case "ask" ->
                    ask(
                            arguments[1],
                            folder,
                            DrawnQuery.draw(seed, Integer.parseInt(arguments[5])),
                            Set.of(arguments[4].split(",")));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static void build(String side, Path folder, long seed, int documents) throws Exception {
        Path data = Objects.requireNonNull(folder.getParent());
        Path built = Files.createDirectories(index(folder, side, "built"));
        // Under its name only when it is whole: a build may be cut off.
        Path merging = Files.createDirectories(index(folder, side, "merging"));
        try (IndexingSide indexing =
                side.equals(OURS)
                        ? new MillraceSide(built, (long) BUFFER_MEGABYTES << 20)
                        : lucene(built)) {
            indexing.build(MediaFile.of(data, seed, documents));
        }
        copy(built, merging);
        try (IndexingSide indexing =
                side.equals(OURS) ? MillraceSide.open(merging) : lucene(merging)) {
            indexing.forceMerge();
        }
        Files.move(merging, index(folder, side, "merged"));
    }

    private static IndexingSide lucene(Path folder) throws IOException {
        return new LuceneSide(folder, Lucene104Codec.Mode.BEST_SPEED, BUFFER_MEGABYTES);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    private static void ask(String side, Path folder, List<DrawnQuery> drawn, Set<String> workloads)
            throws IOException {
        List<String> results = new ArrayList<>();
        List<String> answers = new ArrayList<>();
        for (String state : STATES) {
            Path at = index(folder, side, state);
            try (QuerySide asked =
                    side.equals(OURS) ? new MillraceQueries(at) : new LuceneQueries(at)) {
                for (QueryWorkload workload : QueryWorkload.values()) {
                    if (!workloads.contains(workload.label())) {
                        continue;
                    }
                    List<DrawnQuery> queries =
                            drawn.subList(0, Math.ceilDiv(drawn.size(), workload.sampling()));
                    for (boolean isCounted : workload.isRanked ? COUNTED_OR_NOT : COUNTED) {
                        String name =
                                workload.label() + "-" + state + (isCounted ? "" : "-untotalled");
                        results.add(measure(asked, workload, queries, isCounted).line(name));
                        for (DrawnQuery query : queries) {
                            answers.add(
                                    name + "\t" + line(asked.answer(workload, query, isCounted)));
                        }
                    }
                }
            }
        }
        Files.write(folder.resolve(side + ".results"), results);
        Files.write(folder.resolve(side + ".answers"), answers);
    }

    private static final boolean[] COUNTED = {true};
    private static final boolean[] COUNTED_OR_NOT = {true, false};

    static Path index(Path folder, String side, String state) {
        return folder.resolve(side + "-" + state);
    }

    private static String line(QuerySide.Answer answer) throws IOException {
        StringBuilder line = new StringBuilder().append(answer.total());
        for (QuerySide.RankedId hit : answer.hits()) {
            line.append('\t').append(hit.id()).append(' ').append(hit.rank());
        }
        return line.toString();
    }

    private static QueryFigures measure(
            QuerySide side, QueryWorkload workload, List<DrawnQuery> queries, boolean isCounted)
            throws IOException {
        long start = System.nanoTime();
        long sum = 0;
        for (int pass = 0; pass < 2 || System.nanoTime() - start < WARM_NANOS; pass++) {
            for (DrawnQuery query : queries) {
                sum += side.answer(workload, query, isCounted).total();
            }
        }
        LongStream.Builder took = LongStream.builder();
        int count = 0;
        long thread = Thread.currentThread().threadId();
        long bytes = 0;
        long cpu = 0;
        long begun = System.nanoTime();
        do {
            long[] nanos = new long[queries.size()];
            bytes -= THREADS.getThreadAllocatedBytes(thread);
            cpu -= THREADS.getCurrentThreadCpuTime();
            for (int i = 0; i < nanos.length; i++) {
                long before = System.nanoTime();
                sum += side.answer(workload, queries.get(i), isCounted).total();
                nanos[i] = System.nanoTime() - before;
            }
            cpu += THREADS.getCurrentThreadCpuTime();
            bytes += THREADS.getThreadAllocatedBytes(thread);
            Arrays.stream(nanos).forEach(took::add);
            count += nanos.length;
        } while (System.nanoTime() - begun < COUNTED_NANOS);
        long[] nanos = took.build().sorted().toArray();
        if (sum == Long.MIN_VALUE) {
            throw new IllegalStateException("totals were looked at");
        }
        return new QueryFigures(
                Arrays.stream(nanos).sum() / 1e3 / count,
                nanos[count / 2] / 1e3,
                nanos[(int) (count * 99L / 100)] / 1e3,
                cpu / 1e3 / count,
                bytes / (double) count);
    }
}
