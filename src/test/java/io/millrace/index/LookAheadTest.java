package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.KeyProbe;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.HardKeys;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Batches larger than what is looked ahead for at once, over many segments, in builders that are
/// written in the middle of a batch, while merges replace the segments of the base: the newest
/// change of every key is what is visible (I8).
final class LookAheadTest {
    private static final SourcePartition PARTITION = new SourcePartition("changes", 0);
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG)));
    private static final int KEYS = 700;
    private static final int BATCH_MAX = 3 * KeyProbe.KEYS_MAX;

    @Test
    void theNewestChangeOfEveryKeyWinsHoweverManyComeAtOnce() {
        Seeded.repeat(
                12,
                random -> {
                    try (Run run = new Run(random)) {
                        for (int i = 0; i < 12; i++) {
                            run.feed();
                            if (random.nextInt(4) == 0) {
                                run.merge();
                                run.feed();
                            }
                            run.resolve();
                        }
                    }
                });
    }

    private static final class Run implements AutoCloseable {
        private final RandomGenerator random;
        private final List<DocumentKey> keys;
        private final FaultDirectory disk = new FaultDirectory();
        private final Index index;
        private Map<DocumentKey, Long> committed = new HashMap<>();
        private Map<DocumentKey, Long> fed = new HashMap<>();
        private long changes;

        Run(RandomGenerator random) {
            this.random = random;
            keys = HardKeys.draw(random, KEYS);
            long[] builderBytes = {60_000, 200_000, 64 << 20};
            ManualClock clock = new ManualClock();
            index =
                    Index.create(
                            disk,
                            "changes",
                            "00000000000000aa",
                            SCHEMA,
                            SourceIdentity.of(Map.of()),
                            Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                            IndexOptions.DEFAULT
                                    .withLanes(1 + random.nextInt(3))
                                    .withNarrowChanges(random.nextInt(1_000))
                                    .withBuilderBytesMax(
                                            builderBytes[random.nextInt(builderBytes.length)])
                                    .withMerges(MergeOptions.DEFAULT.withBackground(false)),
                            new NodeResources(
                                    clock,
                                    clock,
                                    new SplittableRandom(random.nextLong()),
                                    Thread.ofPlatform().daemon().factory()));
        }

        void feed() {
            List<Change> batch = new ArrayList<>();
            int size = 1 + random.nextInt(BATCH_MAX);
            for (int i = 0; i < size; i++) {
                batch.add(draw());
            }
            long from = position(index.writer().accepted());
            Position to = Position.of(from + size);
            assertEquals(
                    new Admission.Accepted(size),
                    index.writer()
                            .add(
                                    ChangeBatch.of(
                                            batch,
                                            List.of(),
                                            List.of(
                                                    new PositionRange(
                                                            PARTITION, Position.of(from), to)))));
        }

        private Change draw() {
            long number = changes++;
            Origin origin = new Origin(PARTITION, number, 0, null, null);
            if (random.nextInt(600) == 0) {
                fed.clear();
                return new Change.Truncate(origin);
            }
            DocumentKey key = keys.get(random.nextInt(KEYS));
            if (random.nextInt(4) == 0) {
                fed.remove(key);
                return new Change.Delete(key, origin);
            }
            fed.put(key, number);
            Map<String, Value> members = Map.of("n", Value.of(number));
            return new Change.Upsert(key, Document.of(new Value.Obj(members)), origin);
        }

        /// Of what is committed, below what the lanes have looked at.
        void merge() {
            assertTrue(index.forceMerge(1 + random.nextInt(3), Duration.ofMinutes(1)));
        }

        void resolve() {
            switch (random.nextInt(8)) {
                case 0 -> {
                    index.writer().abort();
                    fed = new HashMap<>(committed);
                }
                case 1, 2 -> {}
                default -> {
                    try (PreparedCommit prepared = index.writer().prepareCommit()) {
                        prepared.commit();
                    }
                    committed = new HashMap<>(fed);
                    Map<DocumentKey, Long> shown = shown();
                    assertEquals(new TreeSet<>(committed.values()), new TreeSet<>(shown.values()));
                    assertTrue(committed.equals(shown), "documents stand under other keys");
                }
            }
        }

        private Map<DocumentKey, Long> shown() {
            Map<DocumentKey, Long> shown = new HashMap<>();
            try (IndexSnapshot snapshot = index.snapshot()) {
                for (SegmentView view : snapshot.segments()) {
                    for (int i = 0; i < view.documentCount(); i++) {
                        if (!view.deleted().contains(i)) {
                            DocumentKey key = view.reader().key(i);
                            var number =
                                    assertInstanceOf(
                                            Value.Int.class,
                                            view.reader().document(i).root().get("n"));
                            assertNull(
                                    shown.put(key, number.value()),
                                    "two visible documents of one key");
                        }
                    }
                }
            }
            return shown;
        }

        private static long position(Checkpoint checkpoint) {
            return Objects.requireNonNull(checkpoint.position(PARTITION)).next();
        }

        @Override
        public void close() {
            index.close();
            assertEquals(0, disk.openMaps());
        }
    }
}
