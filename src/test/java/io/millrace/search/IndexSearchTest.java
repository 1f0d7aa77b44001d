package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.testing.Seeded;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Searches on snapshots of a real index: each sees its own generation, whatever comes after.
class IndexSearchTest {
    private static final SearchRequest EVERYTHING_BY_KEY =
            SearchRequest.builder()
                    .sort(List.of(new SortKey(SortKey.KEY, false)))
                    .limit(SearchLimits.LIMIT_MAX)
                    .build();

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
                    try (Index index =
                            QuakeIndex.create(directory, IndexOptions.DEFAULT, random.nextLong())) {
                        for (int commit = 0; commit < 5; commit++) {
                            QuakeIndex.change(index, model, random);
                            snapshots.put(index.snapshot(), new TreeMap<>(model));
                        }
                        snapshots.forEach(IndexSearchTest::assertHolds);
                        snapshots.keySet().forEach(IndexSnapshot::close);
                    }
                    try (Index index =
                                    Index.open(
                                            directory,
                                            IndexOptions.DEFAULT,
                                            QuakeIndex.resources(1));
                            IndexSnapshot snapshot = index.snapshot()) {
                        assertHolds(snapshot, model);
                    }
                });
    }

    private static void assertHolds(
            IndexSnapshot snapshot, SortedMap<DocumentKey, Value.Obj> model) {
        Searcher searcher = new Searcher(snapshot, new SearchMemory());
        SearchResult all = searcher.search(EVERYTHING_BY_KEY);
        SortedMap<DocumentKey, Value.Obj> found = new TreeMap<>();
        all.hits().forEach(hit -> found.put(hit.key(), hit.document()));
        assertEquals(model.toString(), found.toString());
        assertEquals(model.size(), all.total().orElseThrow());
        assertEquals(List.copyOf(model.keySet()), all.hits().stream().map(h -> h.key()).toList());
        assertEquals(snapshot.commit(), all.commit());
        for (int i = 0; i < 100; i++) {
            DocumentKey key = DocumentKey.of("q" + i);
            assertEquals(
                    String.valueOf(model.get(key)),
                    searcher.document(key).map(hit -> hit.document().toString()).orElse("null"));
        }
    }
}
