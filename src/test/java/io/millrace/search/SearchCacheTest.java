package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.index.CommitKind;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.MergeOptions;
import io.millrace.json.Json;
import io.millrace.testing.ManualClock;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What comes from the cache is what a search would have found.
@ExtendWith(SilentEngine.class)
class SearchCacheTest {
    private static final IndexOptions NO_MERGES =
            IndexOptions.DEFAULT.withMerges(MergeOptions.DEFAULT.withBackground(false));

    private final ManualClock clock = new ManualClock();
    private final Searches cached = new Searches(clock, clock, SearchOptions.DEFAULT);
    private final Searches uncached =
            new Searches(clock, clock, SearchOptions.DEFAULT.withCacheBytesMax(0));

    @TempDir Path folder;

    /// Requests with facets among them, over writes, deletes and merges.
    //
    @Test
    void cachedAnswersAreThoseOfASearchAfterEveryChange() {
        Seeded.repeat(
                2,
                random -> {
                    Searches cached = new Searches(clock, clock, SearchOptions.DEFAULT);
                    SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
                    RandomQuakes quakes = new RandomQuakes(random, 100);
                    List<Value.Obj> requests = new ArrayList<>();
                    for (int i = 0; i < 15; i++) {
                        requests.add(quakes.request());
                    }
                    requests.add(body("limit", Value.of(0)));
                    requests.add(
                            body(
                                    "facets",
                                    new Value.Obj(
                                            Map.of(
                                                    "net",
                                                    Value.Obj.EMPTY,
                                                    "felt",
                                                    Value.Obj.EMPTY))));
                    try (Index index = create(random.nextLong())) {
                        for (int change = 0; change < 5; change++) {
                            QuakeIndex.change(index, model, random);
                            if (random.nextInt(3) == 0) {
                                index.forceMerge(1, Duration.ofMinutes(1));
                            }
                            for (Value.Obj request : requests) {
                                assertCached(cached, index, request);
                                if (random.nextBoolean()) {
                                    assertCached(cached, index, request);
                                }
                            }
                        }
                        assertTrue(cached.cacheFigures().hits() > 0);
                    }
                });
    }

    @Test
    void sameRequestIsAnsweredFromTheCacheUntilTheContentChanges() throws Exception {
        try (Index index = create(1)) {
            SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
            Random random = new Random(1);
            QuakeIndex.change(index, model, random);
            QuakeIndex.change(index, model, random);
            Value.Obj page = body("sort", Value.of("-felt"));
            Value.Obj count = body("limit", Value.of(0));
            search(cached, index, page);
            search(cached, index, count);
            assertFigures(0, 2);

            search(cached, index, page);
            search(cached, index, count);
            assertFigures(2, 2);

            index.forceMerge(1, Duration.ofMinutes(1));
            Searches.Page merged = search(cached, index, count);
            assertFigures(3, 2);
            assertEquals(index.newestCommit(), merged.result().commit());
            search(cached, index, page);
            assertFigures(3, 3);

            QuakeIndex.change(index, model, random);
            search(cached, index, count);
            assertFigures(3, 4);
        }
    }

    /// Nothing else of the content differs, and the term that is looked for is the same.
    //
    @Test
    void whatAnAnalyzerMarksIsNotAnsweredByTheAnalyzerBefore() throws Exception {
        Value.Obj request =
                (Value.Obj)
                        Json.parse(
                                """
                                {"query": {"match": {"notes": "cat"}},
                                 "highlight": {"fields": ["notes"]}}\
                                """
                                        .getBytes(StandardCharsets.UTF_8));
        try (Index index = create(1)) {
            QuakeIndex.upsert(
                    index,
                    List.of(
                            new Value.Obj(
                                    Map.of(
                                            "id", Value.of("a"),
                                            "notes", Value.of("cat and cats of the coast")))));
            assertEquals("<em>cat</em> and cats of the coast", marked(index, request));
            long content = index.newestCommit().contentGeneration();

            Field notes = RandomQuakes.SCHEMA.field("notes").orElseThrow();
            QuakeIndex.declare(
                    index, RandomQuakes.SCHEMA.with(List.of(notes.withAnalyzer("english"))));

            assertEquals(CommitKind.SCHEMA, index.newestCommit().kind());
            assertEquals(content, index.newestCommit().contentGeneration());
            assertEquals("<em>cat</em> and <em>cats</em> of the coast", marked(index, request));
            assertFigures(0, 2);
        }
    }

    private String marked(Index index, Value.Obj request) {
        assertCached(cached, index, request);
        return search(uncached, index, request)
                .result()
                .hits()
                .getFirst()
                .highlights()
                .values()
                .iterator()
                .next()
                .getFirst();
    }

    //
    @Test
    void everythingThatIsAskedCounts() throws Exception {
        try (Index index = create(1)) {
            QuakeIndex.change(index, new TreeMap<>(), new Random(1));
            List<Value.Obj> different =
                    List.of(
                            body("limit", Value.of(3)),
                            body("limit", Value.of(4)),
                            body("offset", Value.of(1)),
                            body("total", Value.of("none")),
                            body("fields", new Value.Array(List.of(Value.of("felt")))),
                            body("fields", new Value.Array(List.of(Value.of("felt,net")))),
                            body(
                                    "fields",
                                    new Value.Array(List.of(Value.of("felt"), Value.of("net")))),
                            body("filter", eq("status", "ab")),
                            body("filter", eq("status", "a")),
                            body("filter", eq("id", "a")),
                            body("query", eq("id", "a")));
            for (Value.Obj request : different) {
                assertCached(cached, index, request);
            }
            assertFigures(0, different.size());
        }
    }

    @Test
    void cacheKeepsToItsBytes() throws Exception {
        Searches small =
                new Searches(clock, clock, SearchOptions.DEFAULT.withCacheBytesMax(50_000));
        try (Index index = create(1)) {
            QuakeIndex.change(index, new TreeMap<>(), new Random(1));
            for (int i = 0; i < 200; i++) {
                search(small, index, body("filter", eq("status", "s" + i)));
                assertTrue(small.cacheFigures().bytes() <= 50_000);
            }
            search(small, index, body("limit", Value.of(10_000)));
            assertTrue(small.cacheFigures().answers() > 10);
            search(small, index, body("filter", eq("status", "s199")));
            assertEquals(1, small.cacheFigures().hits());
            search(small, index, body("filter", eq("status", "s0")));
            assertEquals(1, small.cacheFigures().hits());
        }
    }

    @Test
    void pagesOfACursorAreNotCached() throws Exception {
        try (Index index = create(1)) {
            QuakeIndex.change(index, new TreeMap<>(), new Random(1));
            Value.Obj first = body("limit", Value.of(1));
            String cursor = search(cached, index, first).cursor();
            Map<String, Value> next = new LinkedHashMap<>(first.members());
            next.put("cursor", Value.of(String.valueOf(cursor)));
            search(cached, index, new Value.Obj(next));
            search(cached, index, new Value.Obj(next));

            assertFigures(0, 1);
            assertEquals(1, cached.cacheFigures().answers());
        }
    }

    private void assertFigures(long hits, long misses) {
        CacheFigures figures = cached.cacheFigures();
        assertEquals(hits + " " + misses, figures.hits() + " " + figures.misses());
    }

    private void assertCached(Searches cached, Index index, Value.Obj request) {
        assertEquals(
                search(uncached, index, request).toString(),
                search(cached, index, request).toString(),
                request::toString);
    }

    private Searches.Page search(Searches searches, Index index, Value.Obj body) {
        return searches.search(
                new SearchTarget(index, Optional.empty(), OwnAnalyzers.NONE),
                body,
                searches.budget(Optional.empty()));
    }

    private static Value eq(String field, String value) {
        return new Value.Obj(Map.of("eq", new Value.Obj(Map.of(field, Value.of(value)))));
    }

    private static Value.Obj body(String name, Value value) {
        return new Value.Obj(Map.of(name, value));
    }

    private Index create(long seed) throws Exception {
        return QuakeIndex.create(
                MmapDirectory.open(Files.createTempDirectory(folder, "index")),
                NO_MERGES,
                clock,
                seed);
    }
}
