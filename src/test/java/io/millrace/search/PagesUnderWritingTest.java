package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Readers go from page to page while generations are published and segments merged under them: the
/// pages of each are the whole result of the generation it began with.
@ExtendWith(SilentEngine.class)
class PagesUnderWritingTest {
    private static final int READERS = 2;
    private static final int COMMITS = 15 * Integer.getInteger("soak.factor", 1);

    private final AtomicBoolean done = new AtomicBoolean();
    private final ManualClock clock = new ManualClock();
    private final SearchMemory memory = new SearchMemory();
    private final Searches searches = new Searches(clock, clock, SearchOptions.DEFAULT);

    @TempDir Path folder;

    //
    @Test
    void pagesAreTheWholeResultOfTheirGeneration() {
        Seeded.once(random -> {
            try (ExecutorService threads = Executors.newFixedThreadPool(READERS);
                    Index index =
                            QuakeIndex.create(
                                    MmapDirectory.open(folder),
                                    ConcurrentReadersTest.OPTIONS,
                                    random.nextLong())) {
                SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
                List<CompletableFuture<Long>> readers = new ArrayList<>();
                for (int i = 0; i < READERS; i++) {
                    Random own = new Random(random.nextLong());
                    readers.add(CompletableFuture.supplyAsync(() -> read(index, own), threads));
                }
                try {
                    for (int i = 0; i < COMMITS; i++) {
                        QuakeIndex.change(index, model, random);
                        index.markPublished(index.newestCommit().generation());
                    }
                } finally {
                    done.set(true);
                }
                long pages = 0;
                for (CompletableFuture<Long> reader : readers) {
                    pages += reader.join();
                }
                // Fifteen commits may be over before the first merge is.
                assertTrue(index.waitForMerges(Duration.ofMinutes(1)));
                assertTrue(pages > READERS, "only " + pages + " pages were read");
                assertTrue(
                        index.commits(Integer.MAX_VALUE).stream()
                                .anyMatch(commit -> commit.kind() == CommitKind.MERGE),
                        "no merge among the last generations");
            }
        });
    }

    /// How many pages were read, two at least; at least one search is read to its end.
    private long read(Index index, RandomGenerator random) {
        RandomQuakes quakes = new RandomQuakes(random, 100);
        long pages = 0;
        do {
            Map<String, Value> members = new LinkedHashMap<>(quakes.request().members());
            members.put("limit", Value.of(1 + random.nextInt(20)));
            pages += readThrough(index, members);
        } while (!done.get() || pages < 2);
        return pages;
    }

    private long readThrough(Index index, Map<String, Value> members) {
        List<DocumentKey> found = new ArrayList<>();
        Searches.Page page = page(index, members);
        page.result().hits().forEach(hit -> found.add(hit.key()));
        if (page.cursor() == null) {
            return 1;
        }
        long pages = 1;
        long generation = page.result().commit().generation();
        List<DocumentKey> whole;
        try (IndexSnapshot snapshot = index.snapshot(generation)) {
            Map<String, Value> all = new LinkedHashMap<>(members);
            all.put("limit", Value.of(SearchLimits.LIMIT_MAX));
            SearchRequest request =
                    new QueryParser(snapshot.schema(), clock.instant()).parse(new Value.Obj(all));
            whole =
                    new Searcher(snapshot, memory)
                            .search(request).hits().stream().map(SearchResult.Hit::key).toList();
        }
        while (page.cursor() != null) {
            Map<String, Value> next = new LinkedHashMap<>(members);
            next.put("cursor", Value.of(page.cursor()));
            page = page(index, next);
            assertEquals(generation, page.result().commit().generation());
            page.result().hits().forEach(hit -> found.add(hit.key()));
            pages++;
        }
        assertEquals(whole, found, members::toString);
        return pages;
    }

    private Searches.Page page(Index index, Map<String, Value> members) {
        return searches.search(
                new SearchTarget(index, Optional.empty(), OwnAnalyzers.NONE),
                new Value.Obj(members),
                searches.budget(Optional.empty()));
    }
}
