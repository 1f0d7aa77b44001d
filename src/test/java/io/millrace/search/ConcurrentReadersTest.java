package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Position;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.MergeOptions;
import io.millrace.merge.TieredMergePolicy;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Searches go on while generations with upserts and deletes are published and merges change the
/// segments under them: every answer is that of the model of its own generation.
@ExtendWith(SilentEngine.class)
class ConcurrentReadersTest {
    private static final int READERS = 8;

    /// Profile `soak` runs for ten minutes.
    private static final long RUN_NANOS =
            TimeUnit.SECONDS.toNanos(Math.min(600, 20 * Integer.getInteger("soak.factor", 1)));

    static final IndexOptions OPTIONS =
            IndexOptions.DEFAULT
                    .withLanes(2)
                    .withNarrowChanges(16)
                    .withMerges(
                            MergeOptions.DEFAULT.withPolicy(
                                    new TieredMergePolicy(
                                            new TieredMergePolicy.Options(
                                                    3, 3, 1L << 30, 1, 25, 2.0))));

    private final Map<Position, SortedMap<DocumentKey, Value.Obj>> models =
            new ConcurrentHashMap<>();
    private final SearchMemory memory = new SearchMemory();
    private final AtomicBoolean done = new AtomicBoolean();

    @TempDir Path folder;

    // R17
    @Test
    void everyAnswerIsThatOfItsOwnGeneration() {
        Seeded.once(random -> {
            long end = System.nanoTime() + RUN_NANOS;
            try (ExecutorService threads = Executors.newFixedThreadPool(READERS);
                    Index index =
                            QuakeIndex.create(
                                    MmapDirectory.open(folder), OPTIONS, random.nextLong())) {
                SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
                models.put(Position.of(0), new TreeMap<>());
                List<CompletableFuture<Long>> readers = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    Random own = new Random(random.nextLong());
                    readers.add(CompletableFuture.supplyAsync(() -> read(index, own), threads));
                }
                try {
                    while (System.nanoTime() < end
                            && readers.stream().noneMatch(CompletableFuture::isDone)) {
                        QuakeIndex.change(
                                index,
                                model,
                                random,
                                position -> models.put(position, new TreeMap<>(model)));
                        index.markPublished(index.newestCommit().generation());
                    }
                } finally {
                    done.set(true);
                }
                for (CompletableFuture<Long> reader : readers) {
                    assertTrue(reader.join() > 0);
                }
                assertTrue(
                        index.commits(Integer.MAX_VALUE).stream()
                                .anyMatch(commit -> commit.kind() == CommitKind.MERGE),
                        "no merge among the last generations");
            }
        });
    }

    /// How many searches were compared.
    private long read(Index index, Random random) {
        RandomQuakes quakes = new RandomQuakes(random, 100);
        QueryParser parser = new QueryParser(RandomQuakes.SCHEMA, RandomQuakes.NOW);
        long searches = 0;
        long newest = 0;
        while (!done.get()) {
            try (IndexSnapshot snapshot = index.snapshot()) {
                CommitPoint commit = snapshot.commit();
                assertTrue(commit.generation() >= newest);
                newest = commit.generation();
                SortedMap<DocumentKey, Value.Obj> model =
                        Objects.requireNonNull(
                                models.get(commit.checkpoint().position(QuakeIndex.PARTITION)));
                NaiveSearch naive = new NaiveSearch(RandomQuakes.SCHEMA, plain(model));
                Searcher searcher = new Searcher(snapshot, memory);
                for (int i = 0; i < 10; i++) {
                    Value.Obj body = quakes.request();
                    compare(naive, searcher, parser.parse(body), commit + " " + body);
                    searches++;
                }
            }
        }
        return searches;
    }

    private static List<List<Corpus.Plain>> plain(SortedMap<DocumentKey, Value.Obj> model) {
        return List.of(
                model.entrySet().stream()
                        .map(entry -> new Corpus.Plain(entry.getKey(), entry.getValue()))
                        .toList());
    }

    /// Scores depend on how documents lie in segments, so those who sort by them are counted only.
    /// Others are sorted by key at last, which leaves no ties to the segments.
    private static void compare(
            NaiveSearch naive, Searcher searcher, SearchRequest asked, String message) {
        boolean scored = asked.query().filter(Query::scores).isPresent();
        List<SortKey> sort = new ArrayList<>(scored ? List.of() : asked.sort());
        if (sort.stream().noneMatch(key -> key.path().equals(SortKey.KEY))) {
            sort.add(new SortKey(SortKey.KEY, false));
        }
        SearchRequest.Builder builder =
                SearchRequest.builder().sort(sort).limit(SearchLimits.LIMIT_MAX);
        asked.query().ifPresent(builder::query);
        asked.filter().ifPresent(builder::filter);
        SearchRequest request = builder.facets(asked.facets()).build();
        List<DocumentKey> expected =
                naive.search(request).stream().map(found -> found.plain().key).toList();
        SearchResult result = searcher.search(request);
        assertEquals(
                new NaiveFacets(naive, request).results().toString(),
                result.facets().toString(),
                message);
        assertEquals(expected.size(), result.total().orElseThrow(), message);
        assertEquals(expected, result.hits().stream().map(SearchResult.Hit::key).toList(), message);
    }
}
