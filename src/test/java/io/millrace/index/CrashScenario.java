package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.ManualClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// What an index goes through while power, disk or calls fail. To try something new under all of
/// these tests, add a line to [#all].
///
/// Which documents are visible follows from the position alone ([#model]): an act that is not a
/// commit of steps must not change them.
///
/// - heard: somebody acknowledges what is announced
record CrashScenario(String name, IndexScenario index, List<Act> acts, boolean heard) {
    CrashScenario(String name, IndexScenario index, List<Act> acts) {
        this(name, index, acts, true);
    }

    /// One thing that happens to the index.
    sealed interface Act {
        /// Steps that are added as one batch and published.
        record Commit(List<Step> steps) implements Act {}

        /// Positions with nothing to index, published.
        record Skip(long positions) implements Act {}

        /// Steps that are prepared and given up.
        record Abort(List<Step> steps) implements Act {}

        /// The index is closed and opened again.
        record Reopen() implements Act {}

        /// Anything that leaves position and visible documents as they are, and can be done again.
        record Do(Consumer<Index> work) implements Act {}
    }

    static final CrashScenario USUAL =
            new CrashScenario("usual", scenario(IndexScenario.OPTIONS), commits(usualBatches()));

    /// Every document becomes a segment at once, and only two records are kept.
    static final CrashScenario MANY_SEGMENTS =
            new CrashScenario(
                    "many segments",
                    scenario(IndexScenario.OPTIONS.withBuilderBytesMax(1).withKeptCommits(1)),
                    commits(usualBatches()));

    /// Files of many sectors and pages.
    static final CrashScenario LARGE_FILES =
            new CrashScenario(
                    "large files", scenario(IndexScenario.OPTIONS), commits(largeBatches()));

    /// Segments are merged after every commit.
    static final CrashScenario MERGES =
            new CrashScenario(
                    "merges",
                    scenario(IndexScenario.OPTIONS.withBuilderBytesMax(1).withKeptCommits(1)),
                    merged(commits(usualBatches())));

    /// Nobody acknowledges anything, and no more than three generations may wait for it.
    static final int UNHEARD_MAX = 3;

    static final CrashScenario UNHEARD =
            new CrashScenario(
                    "nobody listens",
                    scenario(
                            IndexScenario.OPTIONS
                                    .withKeptCommits(1)
                                    .withUnpublished(UNHEARD_MAX, 1 << 20)),
                    commits(usualBatches()),
                    false);

    static List<CrashScenario> all() {
        return List.of(
                USUAL,
                MANY_SEGMENTS,
                UNHEARD,
                MERGES,
                LARGE_FILES,
                new CrashScenario(
                        "a growing schema",
                        scenario(IndexScenario.OPTIONS).growing(),
                        commits(usualBatches())),
                new CrashScenario(
                        "every schema a file",
                        scenario(IndexScenario.OPTIONS.withSchemaInRecord(0).withKeptCommits(1))
                                .growing(),
                        List.of(
                                commit(put("a", 1), put("b", 2)),
                                commit(remove("a")),
                                new Act.Abort(List.of(put("c", 3))),
                                commit(put("d", 4)),
                                commit(put("a", 5)))),
                new CrashScenario(
                        "aborts",
                        scenario(IndexScenario.OPTIONS),
                        List.of(
                                commit(put("a", 1), put("b", 2)),
                                new Act.Abort(List.of(put("a", 7), remove("b"), garbage("x"))),
                                commit(put("a", 3), remove("b")),
                                new Act.Abort(List.of(put("c", 7))),
                                commit(put("c", 4), garbage("y")))),
                new CrashScenario(
                        "reopened between commits",
                        scenario(IndexScenario.OPTIONS.withKeptCommits(1)),
                        List.of(
                                commit(put("a", 1), put("b", 2), bad("c")),
                                new Act.Reopen(),
                                commit(put("a", 3), remove("b")),
                                new Act.Reopen(),
                                new Act.Reopen(),
                                commit(put("b", 4), put("a", 5)))),
                new CrashScenario(
                        "positions only",
                        scenario(IndexScenario.OPTIONS.withKeptCommits(2)),
                        List.of(
                                new Act.Skip(5),
                                commit(put("a", 1)),
                                new Act.Skip(1),
                                new Act.Skip(1),
                                new Act.Skip(1),
                                commit(remove("a")),
                                new Act.Skip(9))),
                new CrashScenario(
                        "rejects only",
                        scenario(IndexScenario.OPTIONS.withKeptCommits(1)),
                        List.of(
                                commit(garbage("a"), bad("b")),
                                commit(bad("a"), bad("b"), garbage("c")),
                                commit(put("a", 1), garbage("b")),
                                commit(garbage("d")))),
                new CrashScenario(
                        "rejects that outlive their commit records",
                        scenario(
                                IndexScenario.OPTIONS
                                        .withKeptCommits(0)
                                        .withRejects(IndexScenario.rejects(2))),
                        List.of(
                                commit(garbage("a")),
                                commit(put("a", 1), bad("b")),
                                commit(put("b", 1)),
                                commit(garbage("c")),
                                commit(garbage("d")),
                                commit(put("c", 1)))),
                new CrashScenario(
                        "the same keys again",
                        scenario(IndexScenario.OPTIONS),
                        commits(
                                List.of(
                                        List.of(put("a", 1), put("b", 1), put("c", 1), put("d", 1)),
                                        List.of(put("a", 2), put("b", 2)),
                                        List.of(put("b", 3), put("c", 3)),
                                        List.of(put("c", 4), put("a", 4), put("c", 5)),
                                        List.of(put("a", 6))))),
                new CrashScenario(
                        "emptied and filled",
                        scenario(IndexScenario.OPTIONS.withKeptCommits(1)),
                        commits(
                                List.of(
                                        List.of(put("a", 1), put("b", 1)),
                                        List.of(remove("a"), remove("b")),
                                        List.of(put("a", 2)),
                                        List.of(remove("a")),
                                        List.of(put("b", 3), put("a", 3))))),
                new CrashScenario(
                        "nothing published yet",
                        scenario(IndexScenario.OPTIONS.withKeptCommits(0)),
                        List.of(
                                commit(put("a", 1)),
                                new Act.Do(index -> index.eventsAfter(0, 100)),
                                commit(put("b", 2), garbage("x")),
                                new Act.Do(Index::settle),
                                commit(put("c", 3)),
                                new Act.Skip(2))));
    }

    long positionAfter(Act act) {
        long position = 0;
        for (Act each : acts) {
            position += length(each);
            if (each == act) {
                break;
            }
        }
        return position;
    }

    static long length(Act act) {
        return switch (act) {
            case Act.Commit(List<Step> steps) -> steps.size();
            case Act.Skip(long positions) -> positions;
            case Act.Abort _, Act.Reopen _, Act.Do _ -> 0;
        };
    }

    /// Generations up to one that reject something; empty when the acts do not say how many they
    /// are.
    Optional<SortedSet<Long>> rejecting(long newest) {
        SortedSet<Long> rejecting = new TreeSet<>();
        long generation = 1;
        for (Act act : acts) {
            switch (act) {
                case Act.Commit(List<Step> steps) -> {
                    generation++;
                    boolean rejects =
                            steps.stream()
                                    .anyMatch(step ->
                                            step instanceof Step.Bad
                                                    || step instanceof Step.Garbage);
                    if (rejects && generation <= newest) {
                        rejecting.add(generation);
                    }
                }
                case Act.Skip _ -> generation++;
                case Act.Reopen() -> {}
                case Act.Abort _, Act.Do _ -> {
                    return Optional.empty();
                }
            }
        }
        return Optional.of(rejecting);
    }

    /// What is visible at a position.
    SortedMap<String, Long> model(long position) {
        SortedMap<String, Long> model = new TreeMap<>();
        long at = 0;
        for (Act act : acts) {
            if (act instanceof Act.Commit(List<Step> steps)) {
                for (Step step : steps.subList(0, Math.clamp(position - at, 0, steps.size()))) {
                    IndexScenario.apply(step, model);
                }
            }
            at += length(act);
        }
        return model;
    }

    @Override
    public String toString() {
        return name;
    }

    private static List<List<Step>> usualBatches() {
        return List.of(
                List.of(put("a", 1), put("b", 2), put("c", 3), remove("x")),
                List.of(put("a", 4), remove("b"), bad("d"), garbage("e"), put("f", 5)),
                List.of(remove("nobody")),
                List.of(remove("a"), remove("c"), remove("f"), put("g", 6), put("g", 7)),
                List.of(put("h", 8), remove("h"), garbage("i"), put("a", 9)),
                List.of(put("a", 10), put("b", 11), put("b", 12), remove("g")));
    }

    private static List<List<Step>> largeBatches() {
        List<List<Step>> batches = new ArrayList<>();
        for (int batch = 0; batch < 4; batch++) {
            List<Step> steps = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                // Digits of no pattern, so that compression leaves something.
                StringBuilder key = new StringBuilder();
                for (int j = 0; j < 30; j++) {
                    key.append(Long.toHexString((i * 31L + j + 7) * 0x9E3779B97F4A7C15L));
                }
                steps.add(
                        (batch + i) % 5 == 4
                                ? remove(key.toString())
                                : put(key.toString(), batch * 100L + i));
            }
            steps.add(garbage("g" + batch));
            batches.add(steps);
        }
        return batches;
    }

    private static IndexScenario scenario(IndexOptions options) {
        // Merges of their own accord would make every run another one.
        return new IndexScenario(
                new ManualClock(),
                7,
                options.withMerges(MergeOptions.DEFAULT.withBackground(false)));
    }

    private static List<Act> merged(List<Act> acts) {
        return acts.stream()
                .flatMap(act -> Stream.of(act, new Act.Do(CrashScenario::merge)))
                .toList();
    }

    /// It may fail as anything else may, but then nobody notices.
    private static void merge(Index index) {
        index.forceMerge(1, Duration.ZERO);
        assertTrue(index.waitForMerges(Duration.ofSeconds(60)));
    }

    private static List<Act> commits(List<List<Step>> batches) {
        return batches.stream().<Act>map(Act.Commit::new).toList();
    }

    private static Act commit(Step... steps) {
        return new Act.Commit(List.of(steps));
    }

    private static Step put(String key, long number) {
        return new Step.Put(key, number);
    }

    private static Step remove(String key) {
        return new Step.Remove(key);
    }

    private static Step bad(String key) {
        return new Step.Bad(key);
    }

    private static Step garbage(String key) {
        return new Step.Garbage(key);
    }
}
