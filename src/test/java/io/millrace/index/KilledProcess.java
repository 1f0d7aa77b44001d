package io.millrace.index;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.ManualClock;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// A process that commits for as long as it lives, in the folder it is given, and says so:
/// `committed <generation> <position>`. The source is a function of the position, so that whoever
/// finds the folder can tell what must be in it.
final class KilledProcess {
    private static final int KEYS = 97;
    private static final int BATCH = 20;

    private KilledProcess() {}

    public static void main(String[] arguments) throws Exception {
        System.setProperty("java.util.logging.config.file", "/dev/null");
        Directory directory = MmapDirectory.open(Path.of(arguments[0]));
        // A number of commits ends the process by itself: to learn which classes it loads. It does
        // so with an index that is new and with one that is found.
        if (arguments.length > 1) {
            commit(directory, Long.parseLong(arguments[1]));
            commit(directory, Long.parseLong(arguments[1]));
        } else {
            commit(directory, Long.MAX_VALUE);
        }
    }

    private static void commit(Directory directory, long commits) {
        try (Index index = scenario().openOrCreate(directory)) {
            for (long commit = 0; commit < commits; commit++) {
                long position = position(index);
                List<Step> steps = new ArrayList<>();
                for (long at = position; at < position + BATCH; at++) {
                    steps.add(step(at));
                }
                index.writer().add(IndexScenario.batch(index.writer().accepted(), steps));
                CommitPoint point = scenario().commit(index).orElseThrow();
                index.markPublished(point.generation());
                System.out.println("committed " + point.generation() + " " + position(index));
            }
        }
    }

    static IndexScenario scenario() {
        return new IndexScenario(
                new ManualClock(),
                new SecureRandom().nextLong(),
                IndexOptions.DEFAULT
                        .withQueue(1000, 1 << 20)
                        .withBuilderBytesMax(20_000)
                        .withKeptCommits(5));
    }

    static long position(Index index) {
        return java.util.Objects.requireNonNull(
                        index.newestCommit().checkpoint().position(IndexScenario.PARTITION))
                .next();
    }

    static Step step(long position) {
        String key = "k" + Math.floorMod(position * 31 + position / 7, KEYS);
        if (position % 11 == 10) {
            return new Step.Garbage(key);
        }
        return position % 5 == 4 ? new Step.Remove(key) : new Step.Put(key, position);
    }

    static SortedMap<String, Long> model(long position) {
        SortedMap<String, Long> model = new TreeMap<>();
        for (long at = 0; at < position; at++) {
            IndexScenario.apply(step(at), model);
        }
        return model;
    }
}
