package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.Admission;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Searches on snapshots of a real index: each sees its own generation, whatever comes after.
class IndexSearchTest {
    private static final SourcePartition PARTITION = new SourcePartition("quakes", 0);
    private static final SearchRequest EVERYTHING_BY_KEY =
            new SearchRequest(
                    Optional.empty(),
                    Optional.empty(),
                    List.of(new SortKey(SortKey.KEY, false)),
                    SearchLimits.LIMIT_MAX,
                    List.of());

    @TempDir Path folder;

    @Test
    void everySnapshotAnswersFromItsOwnGeneration() {
        Seeded.repeat(
                5,
                random -> {
                    Directory directory =
                            MmapDirectory.open(Files.createTempDirectory(folder, "index"));
                    SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
                    Map<IndexSnapshot, SortedMap<DocumentKey, Value.Obj>> snapshots =
                            new HashMap<>();
                    try (Index index = create(directory, random.nextLong())) {
                        for (int commit = 0; commit < 5; commit++) {
                            change(index, model, random);
                            snapshots.put(index.snapshot(), new TreeMap<>(model));
                        }
                        snapshots.forEach(IndexSearchTest::assertHolds);
                        snapshots.keySet().forEach(IndexSnapshot::close);
                    }
                    try (Index index = Index.open(directory, IndexOptions.DEFAULT, resources(1));
                            IndexSnapshot snapshot = index.snapshot()) {
                        assertHolds(snapshot, model);
                    }
                });
    }

    private static void assertHolds(
            IndexSnapshot snapshot, SortedMap<DocumentKey, Value.Obj> model) {
        Searcher searcher = new Searcher(snapshot);
        SearchResult all = searcher.search(EVERYTHING_BY_KEY);
        SortedMap<DocumentKey, Value.Obj> found = new TreeMap<>();
        all.hits().forEach(hit -> found.put(hit.key(), hit.document()));
        assertEquals(model.toString(), found.toString());
        assertEquals(model.size(), all.total());
        assertEquals(List.copyOf(model.keySet()), all.hits().stream().map(h -> h.key()).toList());
        assertEquals(snapshot.commit(), all.commit());
        for (int i = 0; i < 100; i++) {
            DocumentKey key = DocumentKey.of("q" + i);
            assertEquals(
                    String.valueOf(model.get(key)),
                    searcher.document(key).map(hit -> hit.document().toString()).orElse("null"));
        }
    }

    private static void change(
            Index index, SortedMap<DocumentKey, Value.Obj> model, RandomGenerator random) {
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
        PositionRange range = new PositionRange(PARTITION, from, Position.of(from.next() + count));
        assertInstanceOf(
                Admission.Accepted.class,
                index.writer().add(ChangeBatch.of(changes, List.of(), List.of(range))));
        try (PreparedCommit prepared = index.writer().prepareCommit()) {
            prepared.commit();
        }
    }

    private static Index create(Directory directory, long seed) {
        return Index.create(
                directory,
                "quakes",
                "00000000000000aa",
                RandomQuakes.SCHEMA,
                SourceIdentity.of(Map.of("topic", "quakes")),
                Checkpoint.of(Map.of(PARTITION, Position.of(0))),
                IndexOptions.DEFAULT,
                resources(seed));
    }

    private static NodeResources resources(long seed) {
        ManualClock clock = new ManualClock();
        return new NodeResources(
                clock, clock, new Random(seed), Thread.ofPlatform().daemon().factory());
    }
}
