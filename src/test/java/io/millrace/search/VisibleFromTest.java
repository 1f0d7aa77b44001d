package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Documents are found from the time on that their field `time` says: one is visible always, four
/// become visible one second after the other.
@ExtendWith(SilentEngine.class)
class VisibleFromTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final Searches searches = new Searches(clock, clock, SearchOptions.DEFAULT);

    @TempDir Path folder;
    private Index index;

    @BeforeEach
    void fill() throws IOException {
        index = QuakeIndex.create(MmapDirectory.open(folder), IndexOptions.DEFAULT, clock, 1);
        List<Value.Obj> documents = new ArrayList<>();
        documents.add(document("always", null));
        for (int i = 0; i < 4; i++) {
            documents.add(document("t" + i, Value.of(clock.millis() + i * 1_000L)));
        }
        QuakeIndex.upsert(index, documents);
    }

    @AfterEach
    void close() {
        index.close();
    }

    //
    @Test
    void documentsAreFoundWhenTheirTimeHasCome() {
        for (int seconds = 0; seconds < 5; seconds++) {
            int visible = 2 + Math.min(3, seconds);
            for (int i = 0; i < 2; i++) {
                SearchResult found = search(Map.of()).result();
                assertEquals(visible, found.total().getAsLong());
                assertEquals(visible, found.hits().size());
                assertEquals(Map.of("s", (long) visible), counts(found));
            }
            clock.advance(SECOND.minusMillis(1));
            assertEquals(visible, search(Map.of()).result().total().getAsLong());
            clock.advance(Duration.ofMillis(1));
        }
    }

    @Test
    void answersAreCachedUntilTheNextDocumentBecomesVisible() {
        search(Map.of());
        clock.advance(SECOND.minusMillis(1));
        search(Map.of());
        assertEquals(1, searches.cacheFigures().hits());

        clock.advance(Duration.ofMillis(1));
        assertEquals(3, search(Map.of()).result().total().getAsLong());
        assertEquals(1, searches.cacheFigures().hits());
    }

    @Test
    void pagesKeepTheTimeOfTheFirst() {
        Searches.Page page = search(Map.of("limit", Value.of(1)));
        clock.advance(SECOND.multipliedBy(10));
        Searches.Page next =
                search(
                        Map.of(
                                "limit", Value.of(10),
                                "cursor", Value.of(String.valueOf(page.cursor()))));
        assertEquals(2, next.result().total().getAsLong());
        assertEquals(1, next.result().hits().size());
        assertTrue(next.cursor() == null);
    }

    @Test
    void aCursorThatIsMadeUpFindsNothingBeforeItsTime() {
        String given = String.valueOf(search(Map.of("limit", Value.of(1))).cursor());
        Cursor real = Cursor.decode(Cursor.NAME, given);
        Cursor madeUp =
                new Cursor(
                        real.index(),
                        real.incarnation(),
                        real.generation(),
                        clock.millis() + 3_600_000,
                        real.order(),
                        real.last());
        SearchResult found = search(Map.of("cursor", Value.of(madeUp.encoded()))).result();
        assertEquals(2, found.total().getAsLong());
        assertEquals(1, found.hits().size());
    }

    @Test
    void valuesOfDocumentsAreListedFromTheirTimeOn() {
        assertEquals(2, values().buckets().size());
        clock.advance(SECOND);
        assertEquals(3, values().buckets().size());
    }

    private FacetResult.Buckets values() {
        SearchResult found =
                searches.values(target("time"), "id", Map.of(), searches.budget(Optional.empty()));
        return (FacetResult.Buckets)
                Objects.requireNonNull(found.facets().get(QueryParser.VALUES)).counted();
    }

    @Test
    void aDocumentIsReadByItsKeyFromItsTimeOn() {
        assertTrue(searches.document(target("time"), "always").isPresent());
        assertTrue(searches.document(target("time"), "t0").isPresent());
        assertTrue(searches.document(target("time"), "t1").isEmpty());
        clock.advance(SECOND);
        assertTrue(searches.document(target("time"), "t1").isPresent());
        assertTrue(searches.document(target(null), "t3").isPresent());
    }

    private Searches.Page search(Map<String, Value> members) {
        Map<String, Value> body = new LinkedHashMap<>(members);
        body.put("facets", new Value.Obj(Map.of("status", Value.Obj.EMPTY)));
        return searches.search(
                target("time"), new Value.Obj(body), searches.budget(Optional.empty()));
    }

    private SearchTarget target(@Nullable String field) {
        return new SearchTarget(index, Optional.ofNullable(field), OwnAnalyzers.NONE);
    }

    private static Map<String, Long> counts(SearchResult result) {
        Map<String, Long> counts = new LinkedHashMap<>();
        FacetResult.Buckets buckets =
                (FacetResult.Buckets) result.facets().values().iterator().next().counted();
        buckets.buckets().forEach(bucket -> counts.put(bucket.value().toString(), bucket.count()));
        return counts;
    }

    private static Value.Obj document(String id, @Nullable Value time) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(id));
        members.put("status", Value.of("s"));
        if (time != null) {
            members.put("time", time);
        }
        return new Value.Obj(members);
    }
}
