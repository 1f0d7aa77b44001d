package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.merge.TieredMergePolicy;
import io.millrace.testing.ManualClock;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/// An index of numbers by name, fed from one partition. Documents are `{"id": name, "n": number}`
/// and a member that nobody declared, which a [#growing] scenario indexes: `f0` to `f4`, some of
/// them whole numbers at first and fractions later.
final class IndexScenario {
    static final SourcePartition PARTITION = new SourcePartition("numbers", 0);
    static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG)));

    /// Rejects go with their commit record, as everything else of it.
    static final IndexOptions OPTIONS =
            IndexOptions.DEFAULT
                    .withRejects(rejects(0))
                    .withQueue(100, 1 << 20)
                    .withBuilderBytesMax(1 << 20)
                    .withKeptCommits(3)
                    .withMerges(MergeOptions.DEFAULT.withBackground(false));

    /// Merges as soon as there are two segments.
    static final MergeOptions EAGER =
            MergeOptions.DEFAULT.withPolicy(
                    new TieredMergePolicy(
                            new TieredMergePolicy.Options(2, 2, 1L << 30, 1, 25, 2.0)));

    private final NodeResources resources;
    private final IndexOptions options;
    private Schema schema = SCHEMA;

    IndexScenario(ManualClock clock, long seed) {
        this(clock, seed, OPTIONS);
    }

    IndexScenario(ManualClock clock, long seed, IndexOptions options) {
        this(
                new NodeResources(
                        clock, clock, new Random(seed), Thread.ofPlatform().daemon().factory()),
                options);
    }

    IndexScenario(NodeResources resources, IndexOptions options) {
        this.options = options;
        this.resources = resources;
    }

    /// The same with fields that documents bring along.
    IndexScenario growing() {
        schema = new Schema(1, SCHEMA.keyPaths(), SCHEMA.fields(), true);
        return this;
    }

    Index create(Directory directory) {
        return Index.create(
                directory,
                "numbers",
                "00000000000000aa",
                schema,
                SourceIdentity.of(Map.of("topic", "numbers")),
                Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                options,
                resources);
    }

    Index open(Directory directory) {
        return open(directory, options);
    }

    Index open(Directory directory, IndexOptions others) {
        return Index.open(directory, others, resources);
    }

    /// As the first start and every later one do.
    Index openOrCreate(Directory directory) {
        return Index.exists(directory) ? open(directory) : create(directory);
    }

    /// A change that does not know its place in the source yet.
    sealed interface Step {
        String key();

        record Put(String key, long number) implements Step {}

        record Remove(String key) implements Step {}

        /// A new number for a document that is there.
        record Edit(String key, long number) implements Step {}

        /// Every document goes.
        record Clear() implements Step {
            @Override
            public String key() {
                return "all";
            }
        }

        /// A document that breaks the schema.
        record Bad(String key) implements Step {}

        /// Something that could not even be decoded.
        record Garbage(String key) implements Step {}
    }

    /// What a step does to a plain map.
    static void apply(Step step, Map<String, Long> model) {
        switch (step) {
            case Step.Put(String key, long number) -> model.put(key, number);
            case Step.Edit(String key, long number) -> model.replace(key, number);
            case Step.Remove(String key) -> model.remove(key);
            case Step.Clear _ -> model.clear();
            case Step.Bad _, Step.Garbage _ -> {}
        }
    }

    Step upsert(String key, long number) {
        return new Step.Put(key, number);
    }

    Step delete(String key) {
        return new Step.Remove(key);
    }

    /// Adds the steps as one batch from where the writer stands; fails when the queue is full.
    void add(Index index, Step... steps) {
        assertInstanceOf(Admission.Accepted.class, offer(index, List.of(steps)));
    }

    Admission offer(Index index, List<Step> steps) {
        return index.writer().add(batch(index.writer().accepted(), steps));
    }

    static ChangeBatch batch(Checkpoint from, List<Step> steps) {
        Position start = Objects.requireNonNull(from.position(PARTITION));
        List<Change> changes = new ArrayList<>();
        List<Reject> rejects = new ArrayList<>();
        long offset = start.next();
        for (Step step : steps) {
            Origin origin =
                    new Origin(
                            PARTITION,
                            offset++,
                            0,
                            step.key().getBytes(StandardCharsets.UTF_8),
                            step.toString().getBytes(StandardCharsets.UTF_8));
            DocumentKey key = DocumentKey.of(step.key());
            switch (step) {
                case Step.Put(String name, long number) ->
                        changes.add(new Change.Upsert(key, document(name, number), origin));
                case Step.Edit(_, long number) ->
                        changes.add(
                                new Change.Patch(
                                        key,
                                        new DocumentPatch(
                                                Map.of("n", Value.of(number)),
                                                List.of(),
                                                Map.of(),
                                                Map.of()),
                                        origin));
                case Step.Remove _ -> changes.add(new Change.Delete(key, origin));
                case Step.Clear _ -> changes.add(new Change.Truncate(origin));
                case Step.Bad(String name) ->
                        changes.add(
                                new Change.Upsert(
                                        key,
                                        Document.of(
                                                new Value.Obj(
                                                        Map.of(
                                                                "id",
                                                                Value.of(name),
                                                                "n",
                                                                Value.of("not a number")))),
                                        origin));
                case Step.Garbage _ ->
                        rejects.add(new Reject(Reject.Stage.DECODE, "not JSON", origin));
            }
        }
        return ChangeBatch.of(
                changes,
                rejects,
                List.of(new PositionRange(PARTITION, start, Position.of(offset))));
    }

    /// A batch of positions with nothing to index in them.
    static ChangeBatch skip(Checkpoint from, long positions) {
        Position start = Objects.requireNonNull(from.position(PARTITION));
        return ChangeBatch.of(
                List.of(),
                List.of(),
                List.of(
                        new PositionRange(
                                PARTITION, start, Position.of(start.next() + positions))));
    }

    static Document document(String key, long number) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(key));
        members.put("n", Value.of(number));
        members.put("f" + number % 5, number % 3 == 0 ? Value.of(number) : Value.of(number + 0.5));
        return Document.of(new Value.Obj(members));
    }

    Optional<CommitPoint> commit(Index index) {
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            return prepared.commit();
        }
    }

    /// Of so many generations behind the kept commit records, a day long.
    static RejectLimits rejects(int generations) {
        return new RejectLimits(generations, 1 << 20, Duration.ofDays(1));
    }

    /// As [#open] does it, without the threads of an open index.
    Recovery recovery(Directory disk) {
        return new Recovery(
                disk,
                new SegmentOpener(disk),
                new OlderRejects(options.rejects(), resources.clock()));
    }

    /// Of generations that rejected something, in order: those below a floor that are kept for it.
    List<Long> keptForRejects(SortedSet<Long> rejecting, long keptFrom) {
        List<Long> older = List.copyOf(rejecting.headSet(keptFrom));
        int most = options.rejects().generationsMax();
        return older.subList(Math.max(0, older.size() - most), older.size());
    }

    /// Of all kept generations, in order.
    static List<StoredReject> rejects(Index index) {
        List<StoredReject> rejects = new ArrayList<>();
        for (long generation = 1; generation <= index.record().generation(); generation++) {
            rejects.addAll(index.rejectsOf(generation).page(0, 1_000_000, Long.MAX_VALUE));
        }
        return rejects;
    }

    static SortedMap<String, Long> documents(Index index) {
        try (IndexSnapshot snapshot = index.snapshot()) {
            return documents(snapshot);
        }
    }

    /// The schema of the generation names every field of its segments at the same place, no
    /// narrower than they do, and what was inferred can be found.
    private static void checkSchemas(IndexSnapshot snapshot) {
        List<Field> fields = snapshot.schema().fields();
        for (SegmentView view : snapshot.segments()) {
            List<Field> written = view.reader().schema().fields();
            for (int i = 0; i < written.size(); i++) {
                FieldType type = written.get(i).type();
                Field newest = fields.get(i);
                assertEquals(written.get(i), newest.withType(type));
                assertTrue(
                        newest.type() == type
                                || (type == FieldType.LONG && newest.type() == FieldType.DOUBLE),
                        () -> newest + " was written as " + type);
            }
            for (int document = 0; document < view.reader().documentCount(); document++) {
                for (String path : view.reader().document(document).root().members().keySet()) {
                    if (snapshot.schema().dynamic() || snapshot.schema().ordinal(path) >= 0) {
                        var present = view.reader().present(path);
                        assertTrue(present != null && present.contains(document), path);
                    }
                }
            }
        }
    }

    /// What a snapshot shows, read three ways that must agree: by walking, by key, by count.
    static SortedMap<String, Long> documents(IndexSnapshot snapshot) {
        SortedMap<String, Long> shown = new TreeMap<>();
        for (SegmentView view : snapshot.segments()) {
            for (int document = 0; document < view.reader().documentCount(); document++) {
                if (view.deleted().contains(document)) {
                    continue;
                }
                DocumentKey key = view.reader().key(document);
                assertEquals(document, view.reader().find(key));
                Value.Obj root = view.reader().document(document).root();
                String name = String.valueOf(root.get("id"));
                assertEquals(key, DocumentKey.of(name));
                Value.Int number = (Value.Int) root.get("n");
                Long other = shown.put(name, Objects.requireNonNull(number).value());
                assertEquals(null, other, "two visible documents of " + name);
            }
        }
        assertEquals(snapshot.liveCount(), shown.size());
        checkSchemas(snapshot);
        return shown;
    }
}
