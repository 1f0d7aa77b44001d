package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Checkpoint;
import io.millrace.document.Field;
import io.millrace.document.Schema;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Random sequences of operations against a plain map.
@ExtendWith(SilentEngine.class)
class IndexModelTest {
    private static final int SEQUENCES = 5_000;
    private static final int OPERATIONS = 50;
    private static final int KEYS = 12;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Test
    void anySequenceOfOperationsShowsWhatAMapWould() {
        Seeded.repeatSideBySide(SEQUENCES, IndexModelTest::play);
    }

    private static void play(RandomGenerator random) throws Exception {
        try (Player player = new Player(random)) {
            for (int i = 0; i < OPERATIONS; i++) {
                player.step();
                player.check();
            }
        }
    }

    private static final class Player implements AutoCloseable {
        private final RandomGenerator random;
        private final IndexScenario scenario;
        private final IndexOptions options;
        private final List<Step> source = new ArrayList<>();
        private final List<OpenSnapshot> snapshots = new ArrayList<>();
        private FaultDirectory disk = new FaultDirectory();
        private Index index;

        /// Generations that rejected something.
        private final SortedSet<Long> rejecting = new TreeSet<>();

        /// The newest that is not a merge's.
        private long generation = 1;

        /// The newest schema that was looked at and is right.
        private Schema checked = IndexScenario.SCHEMA;

        /// A snapshot with what it must show for ever.
        record OpenSnapshot(IndexSnapshot snapshot, SortedMap<String, Long> expected) {}

        Player(RandomGenerator random) {
            this.random = random;
            long[] builderBytes = {1, 20_000, 1 << 20};
            this.options =
                    IndexOptions.DEFAULT
                            .withQueue(1 + random.nextInt(40), 1 << 20)
                            .withBuilderBytesMax(builderBytes[random.nextInt(builderBytes.length)])
                            .withKeptCommits(random.nextInt(4))
                            .withRejects(IndexScenario.rejects(random.nextInt(4)))
                            .withMerges(IndexScenario.EAGER.withBackground(random.nextBoolean()));
            this.scenario =
                    new IndexScenario(
                            new ManualClock(), random.nextLong(), withRandomLanes(random, options));
            if (random.nextBoolean()) {
                scenario.growing();
            }
            this.index = scenario.create(disk);
        }

        /// How many lanes there are, and which of them a key goes to, may change with each opening.
        private static IndexOptions withRandomLanes(RandomGenerator random, IndexOptions options) {
            int[] narrowChanges = {0, 1, 5, 4096};
            return options.withLanes(1 + random.nextInt(8))
                    .withNarrowChanges(narrowChanges[random.nextInt(narrowChanges.length)]);
        }

        void step() throws Exception {
            switch (random.nextInt(14)) {
                case 0, 1, 2, 3, 4 -> feed();
                case 5, 6 -> commit();
                case 7 -> {
                    try (PreparedCommit prepared = index.writer().prepareCommit()) {
                        feed();
                        if (random.nextBoolean()) {
                            count(prepared.commit());
                        }
                    }
                }
                case 8 -> {
                    index.writer().abort();
                    if (random.nextBoolean()) {
                        // Something else is read the next time.
                        source.subList(Math.toIntExact(committed()), source.size()).clear();
                    }
                }
                case 9 -> {
                    if (snapshots.size() < 4) {
                        snapshots.add(new OpenSnapshot(index.snapshot(), model(committed())));
                    } else {
                        closeSnapshot(random.nextInt(snapshots.size()));
                    }
                }
                case 10 -> index.markPublished(random.nextLong(0, generation + 1));
                case 11 -> assertTrue(index.forceMerge(1 + random.nextInt(3), PATIENCE));
                case 12 -> merge();
                default -> restart();
            }
        }

        /// Beside a generation that is being worked upon, or prepared.
        private void merge() {
            Duration now = Duration.ZERO;
            switch (random.nextInt(4)) {
                case 0 -> index.forceMerge(1, now);
                case 1 -> index.expungeDeletes(now);
                case 2 -> assertTrue(index.expungeDeletes(PATIENCE));
                default -> {
                    try (Index.MergePause _ = index.pauseMerges()) {
                        long before = index.newestCommit().generation();
                        feed();
                        commit();
                        assertTrue(index.newestCommit().generation() <= before + 1);
                    }
                }
            }
        }

        /// A few steps from where the writer stands: old ones again after an abort, then new ones.
        private void feed() {
            int from = Math.toIntExact(position(index.writer().accepted()));
            int to = from + random.nextInt(8);
            while (source.size() < to) {
                source.add(draw());
            }
            if (random.nextInt(10) == 0) {
                return;
            }
            List<Step> steps = List.copyOf(source.subList(from, to));
            if (scenario.offer(index, steps) instanceof Admission.QueueFull) {
                assertEquals(from, position(index.writer().accepted()));
            } else {
                assertEquals(to, position(index.writer().accepted()));
            }
        }

        private Step draw() {
            String key = "k" + random.nextInt(KEYS);
            if (random.nextInt(40) == 0) {
                return new Step.Clear();
            }
            return switch (random.nextInt(14)) {
                case 0 -> new Step.Bad(key);
                case 1 -> new Step.Garbage(key);
                case 2, 3, 4 -> new Step.Remove(key);
                case 5, 6 -> new Step.Edit(key, random.nextInt(1000));
                default -> new Step.Put(key, random.nextInt(1000));
            };
        }

        private void commit() {
            long wanted = position(index.writer().accepted());
            boolean moved = wanted != committed();
            Optional<CommitPoint> published = scenario.commit(index);
            assertEquals(moved, published.isPresent());
            assertEquals(wanted, committed());
            count(published);
        }

        private void count(Optional<CommitPoint> published) {
            published.ifPresent(point -> {
                assertTrue(point.generation() > generation);
                generation = point.generation();
                if (index.rejectsOf(generation).count() > 0) {
                    rejecting.add(generation);
                }
            });
        }

        private void restart() {
            FaultDirectory next = random.nextBoolean() ? disk : disk.afterPowerLoss(random);
            index.close();
            // Snapshots outlive the index that gave them, and its folder.
            for (OpenSnapshot open : snapshots) {
                assertEquals(open.expected(), IndexScenario.documents(open.snapshot()));
            }
            while (!snapshots.isEmpty()) {
                closeSnapshot(0);
            }
            assertEquals(0, disk.openMaps());
            disk = next;
            index = scenario.open(disk, withRandomLanes(random, options));
        }

        private void closeSnapshot(int which) {
            OpenSnapshot open = snapshots.remove(which);
            assertEquals(open.expected(), IndexScenario.documents(open.snapshot()));
            open.snapshot().close();
            open.snapshot().close();
        }

        void check() throws Exception {
            assertEquals(model(committed()), IndexScenario.documents(index));
            checkSchema();
            // What costs as much as everything else together is looked at now and then.
            if (random.nextInt(8) == 0) {
                checkEvents();
            }
            if (random.nextInt(8) == 0) {
                assertTrue(index.waitForMerges(PATIENCE));
                checkFiles();
            }
            if (random.nextInt(8) == 0) {
                assertEquals(0, index.sweepOrphans());
            }
        }

        private void checkEvents() {
            long newest = index.newestCommit().generation();
            List<IndexEvent> announced =
                    index.eventsAfter(0, 1000).stream().filter(e -> !e.isResync()).toList();
            for (int i = 0; i < announced.size(); i++) {
                IndexEvent event = announced.get(i);
                assertEquals(announced.getFirst().generation() + i, event.generation());
                assertTrue(
                        event.generation() <= generation || event.kind() == CommitKind.MERGE,
                        "generation %d after %d".formatted(event.generation(), generation));
            }
            assertTrue(announced.getLast().generation() >= newest);
            assertTrue(
                    announced.getFirst().generation() <= index.record().publishedThrough() + 1,
                    "a generation was dropped before it was acknowledged");
        }

        /// Every inferred field comes from a committed document: what a dropped one brought along
        /// is dropped with it.
        private void checkSchema() {
            if (index.schema().equals(checked)) {
                return;
            }
            checked = index.schema();
            SortedSet<String> brought = new TreeSet<>();
            for (Step step : source.subList(0, Math.toIntExact(committed()))) {
                if (step instanceof Step.Put(String key, long number)) {
                    brought.addAll(IndexScenario.document(key, number).root().members().keySet());
                }
            }
            for (Field field : index.schema().fields()) {
                assertTrue(!field.dynamic() || brought.contains(field.path()), field.path());
            }
        }

        /// The folder holds what the kept generations and the open snapshots need, and no more.
        private void checkFiles() throws Exception {
            index.settle();
            CommitRecord newest = index.record();
            SortedSet<String> expected = new TreeSet<>();
            newest.segments().forEach(entry -> expected.add(entry.meta().id().fileName()));
            for (OpenSnapshot open : snapshots) {
                for (SegmentView view : open.snapshot().segments()) {
                    expected.add(view.reader().meta().id().fileName());
                }
            }
            for (long kept = newest.keptFrom(); kept <= newest.generation(); kept++) {
                expected.add("c-" + kept + ".commit");
                new CommitFiles(disk)
                        .read(kept)
                        .record()
                        .rejects()
                        .forEach(file -> expected.add(file.name()));
            }
            SortedSet<String> found = new TreeSet<>(disk.list());
            expected.addAll(olderRejects(newest));
            if (index.writer().pending().changes() > 0) {
                // The lane may have begun files of its own.
                assertTrue(found.containsAll(expected));
                return;
            }
            SortedSet<String> vectors = new TreeSet<>();
            newest.deleteVectors().forEach(file -> vectors.add(file.name()));
            if (snapshots.isEmpty()) {
                expected.addAll(vectors);
            } else {
                assertTrue(found.containsAll(vectors));
                found.removeIf(name -> name.endsWith(".dv"));
            }
            assertEquals(expected, found);
        }

        /// Files of the generations that must be there for their rejects alone.
        private List<String> olderRejects(CommitRecord newest) throws Exception {
            List<String> files = new ArrayList<>();
            for (long older : scenario.keptForRejects(rejecting, newest.keptFrom())) {
                files.add(new IndexFile.Commit(older).name());
                new CommitFiles(disk)
                        .read(older)
                        .record()
                        .rejects()
                        .forEach(file -> files.add(file.name()));
            }
            return files;
        }

        private SortedMap<String, Long> model(long position) {
            SortedMap<String, Long> model = new TreeMap<>();
            for (Step step : source.subList(0, Math.toIntExact(position))) {
                IndexScenario.apply(step, model);
            }
            return model;
        }

        private long committed() {
            return position(index.writer().committed());
        }

        private static long position(Checkpoint checkpoint) {
            return Objects.requireNonNull(checkpoint.position(IndexScenario.PARTITION)).next();
        }

        @Override
        public void close() {
            while (!snapshots.isEmpty()) {
                closeSnapshot(0);
            }
            index.close();
            assertEquals(0, disk.openMaps());
        }
    }
}
