package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.Directory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.Admission;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import io.millrace.testing.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// A real index of quakes, changed beside a model of it.
final class QuakeIndex {
    static final SourcePartition PARTITION = new SourcePartition("quakes", 0);

    private QuakeIndex() {}

    /// One generation: at most 80 upserts and deletes.
    ///
    /// @param model as the index is, and as it will be
    static void change(
            Index index, SortedMap<DocumentKey, Value.Obj> model, RandomGenerator random) {
        change(index, model, random, _ -> {});
    }

    /// @param before is given the position of the generation before it is published
    static void change(
            Index index,
            SortedMap<DocumentKey, Value.Obj> model,
            RandomGenerator random,
            Consumer<Position> before) {
        RandomQuakes quakes = new RandomQuakes(random, 100);
        Position from = Objects.requireNonNull(index.writer().accepted().position(PARTITION));
        List<Change> changes = new ArrayList<>();
        int count = random.nextInt(80);
        for (int i = 0; i < count; i++) {
            Origin origin = new Origin(PARTITION, from.next() + i, 0, null, null);
            if (random.nextInt(4) == 0) {
                DocumentKey key = DocumentKey.of(quakes.id());
                changes.add(new Change.Delete(key, origin));
                model.remove(key);
            } else {
                Value.Obj root = quakes.document();
                DocumentKey key = RandomQuakes.SCHEMA.keyOf(root);
                changes.add(new Change.Upsert(key, Document.of(root), origin));
                model.put(key, root);
            }
        }
        before.accept(Position.of(from.next() + count));
        commit(index, changes);
    }

    /// One generation with these documents.
    static void upsert(Index index, List<Value.Obj> documents) {
        Position from = Objects.requireNonNull(index.writer().accepted().position(PARTITION));
        List<Change> changes = new ArrayList<>();
        for (Value.Obj root : documents) {
            Origin origin = new Origin(PARTITION, from.next() + changes.size(), 0, null, null);
            changes.add(
                    new Change.Upsert(RandomQuakes.SCHEMA.keyOf(root), Document.of(root), origin));
        }
        commit(index, changes);
    }

    /// One generation that differs in nothing but its schema.
    static void declare(Index index, Schema schema) {
        index.writer().declare(schema);
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            prepared.commit();
        }
    }

    private static void commit(Index index, List<Change> changes) {
        Position from = Objects.requireNonNull(index.writer().accepted().position(PARTITION));
        Position to = Position.of(from.next() + changes.size());
        PositionRange range = new PositionRange(PARTITION, from, to);
        assertInstanceOf(
                Admission.Accepted.class,
                index.writer().add(ChangeBatch.of(changes, List.of(), List.of(range))));
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            prepared.commit();
        }
    }

    static Index create(Directory directory, IndexOptions options, long seed) {
        return create(directory, options, new ManualClock(), seed);
    }

    static Index create(Directory directory, IndexOptions options, ManualClock clock, long seed) {
        return Index.create(
                directory,
                "quakes",
                "00000000000000aa",
                RandomQuakes.SCHEMA,
                SourceIdentity.of(Map.of("topic", "quakes")),
                Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                options,
                resources(clock, seed));
    }

    static NodeResources resources(long seed) {
        return resources(new ManualClock(), seed);
    }

    private static NodeResources resources(ManualClock clock, long seed) {
        return new NodeResources(
                clock, clock, new Random(seed), Thread.ofPlatform().daemon().factory());
    }
}
