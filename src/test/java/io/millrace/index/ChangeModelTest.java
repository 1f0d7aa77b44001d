package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject.Stage;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.AbsentKey;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.document.WriteMode;
import io.millrace.document.WriteRules;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Random changes of every kind, in every mode, against [ChangeModel]: over commits, aborts,
/// restarts, power losses, small builders and several lanes.
@ExtendWith(SilentEngine.class)
class ChangeModelTest {
    private static final SourcePartition PARTITION = new SourcePartition("changes", 0);
    private static final int SEQUENCES = 500;
    private static final int OPERATIONS = 50;
    private static final int KEYS = 6;

    @Test
    void changesOfEveryKindComeToWhatTheModelSays() {
        Seeded.repeatSideBySide(SEQUENCES, random -> play(random, randomRules(random)));
    }

    private static WriteRules randomRules(RandomGenerator random) {
        WriteMode mode = WriteMode.values()[random.nextInt(WriteMode.values().length)];
        return mode == WriteMode.APPEND
                ? WriteRules.APPEND
                : new WriteRules(mode, AbsentKey.values()[random.nextInt(3)]);
    }

    private static void play(RandomGenerator random, WriteRules rules) throws Exception {
        try (Player player = new Player(random, rules)) {
            for (int i = 0; i < OPERATIONS; i++) {
                player.step();
                player.check();
            }
        }
    }

    private static final class Player implements AutoCloseable {
        private final RandomGenerator random;
        private final WriteRules rules;
        private final IndexOptions options;
        private final NodeResources resources;
        private final List<Change> source = new ArrayList<>();
        private FaultDirectory disk = new FaultDirectory();
        private Index index;

        Player(RandomGenerator random, WriteRules rules) {
            this.random = random;
            this.rules = rules;
            long[] builderBytes = {1, 20_000, 1 << 20};
            int[] narrowChanges = {0, 1, 5, 4096};
            options =
                    IndexOptions.DEFAULT
                            .withBuilderBytesMax(builderBytes[random.nextInt(builderBytes.length)])
                            .withKeptCommits(1_000)
                            .withLanes(1 + random.nextInt(5))
                            .withNarrowChanges(narrowChanges[random.nextInt(narrowChanges.length)]);
            ManualClock clock = new ManualClock();
            resources =
                    new NodeResources(
                            clock,
                            clock,
                            new Random(random.nextLong()),
                            Thread.ofPlatform().daemon().factory());
            index =
                    Index.create(
                            disk,
                            "changes",
                            "00000000000000aa",
                            ChangeModel.schema(rules),
                            SourceIdentity.of(Map.of("topic", "changes")),
                            Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                            options,
                            resources);
        }

        void step() throws Exception {
            switch (random.nextInt(10)) {
                case 0, 1, 2, 3, 4 -> feed();
                case 5, 6 -> {
                    try (PreparedCommit prepared = index.writer().prepareCommit()) {
                        prepared.commit();
                    }
                }
                case 7 -> {
                    try (PreparedCommit prepared = index.writer().prepareCommit()) {
                        feed();
                        if (random.nextBoolean()) {
                            prepared.commit();
                        }
                    }
                }
                case 8 -> index.writer().abort();
                default -> {
                    FaultDirectory next = random.nextBoolean() ? disk : disk.afterPowerLoss(random);
                    index.close();
                    disk = next;
                    index = Index.open(disk, options, resources);
                    assertEquals(rules, index.schema().rules());
                }
            }
        }

        /// A few changes from where the writer stands: old ones again after an abort, then new
        /// ones.
        private void feed() {
            int from = Math.toIntExact(position(index.writer().accepted()));
            int to = from + random.nextInt(12);
            while (source.size() < to) {
                source.add(draw(source.size()));
            }
            index.writer()
                    .add(
                            ChangeBatch.of(
                                    source.subList(from, to),
                                    List.of(),
                                    List.of(
                                            new PositionRange(
                                                    PARTITION,
                                                    Position.of(from),
                                                    Position.of(to)))));
        }

        private Change draw(long place) {
            String name = "k" + random.nextInt(KEYS);
            DocumentKey key = DocumentKey.of(name);
            Origin origin = new Origin(PARTITION, place, 0, null, new byte[] {1});
            int appends = rules.mode() == WriteMode.APPEND ? 12 : 1;
            int drawn = random.nextInt(24 + appends);
            if (drawn >= 24) {
                return new Change.Append(document(name), origin);
            }
            return switch (drawn) {
                case 0 -> new Change.Truncate(origin);
                case 1, 2, 3 -> new Change.Delete(key, origin);
                case 4, 5, 6, 7, 8 -> new Change.Upsert(key, document(name), origin);
                case 9, 10, 11 -> new Change.Upsert(key, document(name), keep(), origin);
                default -> new Change.Patch(key, patch(), origin);
            };
        }

        private Document document(String name) {
            Map<String, Value> members = new LinkedHashMap<>();
            members.put("id", Value.of(name));
            if (random.nextInt(8) != 0) {
                members.put("n", number());
            }
            if (random.nextBoolean()) {
                members.put("tags", new Value.Array(items()));
            }
            if (random.nextBoolean()) {
                members.put("body", Value.of("body " + random.nextInt(9)));
            }
            switch (random.nextInt(5)) {
                case 0 -> members.put("a", Value.of("not an object"));
                case 1, 2 -> members.put("a", new Obj(Map.of("b", number(), "c", number())));
                case 3 -> members.put("a", Value.NULL);
                default -> {}
            }
            return Document.of(new Obj(members));
        }

        private Value number() {
            return random.nextInt(20) == 0 ? Value.of("no number") : Value.of(random.nextInt(99));
        }

        private List<String> keep() {
            List<String> paths = List.of("tags", "body", "a.b", "n");
            int from = random.nextInt(paths.size());
            return paths.subList(from, Math.min(paths.size(), from + 1 + random.nextInt(2)));
        }

        private DocumentPatch patch() {
            while (true) {
                Map<String, Value> set = new LinkedHashMap<>();
                List<String> remove = new ArrayList<>();
                Map<String, List<Value>> addTo = new LinkedHashMap<>();
                Map<String, List<Value>> takeFrom = new LinkedHashMap<>();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    switch (random.nextInt(10)) {
                        case 0 -> set.put("n", number());
                        case 1 -> set.put("a.b", number());
                        case 2 -> set.put("a", new Obj(Map.of("b", number())));
                        case 3 -> set.put("body", Value.of("set " + random.nextInt(9)));
                        case 4 -> remove.add(List.of("a", "a.b", "n", "body", "tags").get(i));
                        case 5, 6 -> addTo.put("tags", items());
                        case 7, 8 -> takeFrom.put("tags", items());
                        default -> {
                            switch (random.nextInt(4)) {
                                case 0 -> set.put("id", Value.of("another"));
                                case 1 -> set.put("body.deep", number());
                                case 2 -> addTo.put("body", items());
                                default -> takeFrom.put("a", items());
                            }
                        }
                    }
                }
                try {
                    return new DocumentPatch(set, remove, addTo, takeFrom);
                } catch (InvalidRequest e) {
                    // Paths that overlap: another draw.
                }
            }
        }

        private List<Value> items() {
            List<Value> items = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                items.add(Value.of("t" + random.nextInt(5)));
            }
            return items;
        }

        void check() {
            long committed = position(index.writer().committed());
            ChangeModel model = new ChangeModel(rules);
            for (int place = 0; place < committed; place++) {
                model.apply(source.get(place), place);
            }
            SortedMap<Long, Stage> refused = new TreeMap<>();
            for (StoredReject stored : IndexScenario.rejects(index)) {
                long place = stored.reject().origin().position();
                assertNull(refused.put(place, stored.reject().stage()), "refused twice");
            }
            assertEquals(model.documents, shown());
            assertEquals(model.refused, refused);
            assertEquals(model.documents.size(), index.newestCommit().documentCount());
            assertEquals(committed, index.record().nextSequence());
        }

        private SortedMap<DocumentKey, Obj> shown() {
            SortedMap<DocumentKey, Obj> shown = new TreeMap<>();
            try (IndexSnapshot snapshot = index.snapshot()) {
                for (SegmentView view : snapshot.segments()) {
                    for (int i = 0; i < view.reader().documentCount(); i++) {
                        if (!view.deleted().contains(i)) {
                            DocumentKey key = view.reader().key(i);
                            assertEquals(i, view.reader().find(key));
                            Obj root = view.reader().document(i).root();
                            assertNull(shown.put(key, root), "two visible documents of " + key);
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
