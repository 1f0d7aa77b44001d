package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.DocumentKey;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// What a search did, and why a document has its score.
@ExtendWith(SilentEngine.class)
class ExplainTest {
    private final ManualClock clock = new ManualClock();
    private final Searches searches = new Searches(clock, clock, SearchOptions.DEFAULT);

    @TempDir Path folder;
    private Index index;

    @BeforeEach
    void fill() throws IOException {
        index = QuakeIndex.create(MmapDirectory.open(folder), IndexOptions.DEFAULT, clock, 1);
        SortedMap<DocumentKey, Value.Obj> model = new TreeMap<>();
        Random random = new Random(3);
        for (int i = 0; i < 4; i++) {
            QuakeIndex.change(index, model, random);
        }
    }

    @AfterEach
    void close() {
        index.close();
    }

    @Test
    void everyScoreIsExplainedByTermsThatAddUpToIt() {
        Map<String, List<String>> parameters =
                Map.of("q", List.of("quake alaska the north"), "limit", List.of("1000"));
        List<SearchResult.Hit> hits = search(parameters).result().hits();
        assertTrue(hits.size() > 10);
        for (SearchResult.Hit hit : hits) {
            ScoreExplanation explained = explain(hit.key(), parameters).orElseThrow();

            assertTrue(explained.matches());
            assertEquals(Objects.requireNonNull(hit.score()), explained.score());
            double sum = 0;
            for (Value.Obj term : terms(explained.detail())) {
                double score = number(term, "score");
                assertEquals(
                        score,
                        number(term, "boost") * number(term, "idf") * number(term, "tf"),
                        1e-5 * score);
                assertTrue(number(term, "frequency") >= 1 && number(term, "length") >= 1);
                sum += score;
            }
            assertEquals(explained.score(), sum, 1e-5 * sum);
        }
    }

    @Test
    void documentsThatDoNotMeetTheRequestAreToldSo() {
        DocumentKey key = search(Map.of()).result().hits().getFirst().key();

        ScoreExplanation explained = explain(key, Map.of("q", List.of("nowhere"))).orElseThrow();
        assertEquals(false, explained.matches());
        assertEquals(0, explained.score());
        assertTrue(explain(DocumentKey.of("no such"), Map.of()).isEmpty());
    }

    @Test
    void planShowsEveryClauseWithWhatItFound() {
        Map<String, List<String>> parameters =
                Map.of(
                        "filter", List.of("felt:gte:0", "status:eq:ab"),
                        "explain", List.of("true"));
        Searches.Page page = search(parameters);

        Value.Obj plan = plan(page);
        assertEquals("and", String.valueOf(plan.get("clause")));
        assertTrue(number(plan, "documents") >= page.result().total().getAsLong());
        List<String> clauses = new ArrayList<>();
        for (Value each : ((Value.Array) Objects.requireNonNull(plan.get("clauses"))).items()) {
            Value.Obj clause = (Value.Obj) each;
            clauses.add(clause.get("clause") + " " + clause.get("field"));
            assertEquals(
                    page.result().commit().segmentCount(),
                    number(clause, "segments") + number(clause, "segmentsSkipped"));
            assertTrue(!String.valueOf(clause.get("strategy")).isEmpty());
            assertTrue(number(clause, "estimatedDocuments") >= 0);
        }
        assertEquals(List.of("range felt", "eq status"), clauses);
        Value.Obj explain = Objects.requireNonNull(page.explain());
        assertEquals(
                5,
                ((Value.Obj) Objects.requireNonNull(explain.get("stageMicros"))).members().size());

        Map<String, List<String>> plain = new LinkedHashMap<>(parameters);
        plain.remove("explain");
        Searches.Page usual = search(plain);
        assertNull(usual.explain());
        assertEquals(usual.result(), page.result());
    }

    private static Value.Obj plan(Searches.Page page) {
        Value.Obj explain = Objects.requireNonNull(page.explain());
        return (Value.Obj)
                ((Value.Array) Objects.requireNonNull(explain.get("plan"))).items().getFirst();
    }

    private static List<Value.Obj> terms(Value.Obj clause) {
        List<Value.Obj> terms = new ArrayList<>();
        if (clause.get("terms") instanceof Value.Array(List<Value> own)) {
            own.forEach(term -> terms.add((Value.Obj) term));
        }
        if (clause.get("clauses") instanceof Value.Array(List<Value> inner)) {
            inner.forEach(each -> terms.addAll(terms((Value.Obj) each)));
        }
        return terms;
    }

    private static double number(Value.Obj object, String name) {
        return Double.parseDouble(String.valueOf(object.get(name)));
    }

    private Searches.Page search(Map<String, List<String>> parameters) {
        return searches.search(target(), parameters, searches.budget(Optional.empty()));
    }

    private Optional<ScoreExplanation> explain(
            DocumentKey key, Map<String, List<String>> parameters) {
        return searches.explain(
                target(), key.toValue().toString(), parameters, searches.budget(Optional.empty()));
    }

    private SearchTarget target() {
        return new SearchTarget(index, Optional.empty(), OwnAnalyzers.NONE);
    }
}
