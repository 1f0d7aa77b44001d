package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Seeded;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Counts are exact whichever way they are found: segments here are large enough for all of them.
class FacetCountsTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("tags", FieldType.KEYWORD).asMulti(),
                            Field.of("type", FieldType.KEYWORD),
                            Field.of("reactions", FieldType.LONG)));

    @TempDir Path folder;

    @Test
    void mostFrequentValuesAreThoseOfANaiveCount() {
        compareSegments(12, 0, 6_000, 3_000, 200);
    }

    /// What one segment has often is nothing to go by in the others.
    @Test
    void valuesThatTheLargestSegmentHasSeldomOrNotAreCountedToo() {
        compareSegments(6, 300, 1_200, 900, 900, 400, 30);
    }

    /// @param requests to compare
    /// @param shift how far the values of a segment are from those of the one before
    private void compareSegments(int requests, int shift, int... sizes) {
        Seeded.repeat(
                1,
                random -> {
                    try (Corpus corpus =
                            new Corpus(SCHEMA, Files.createTempDirectory(folder, "corpus"))) {
                        int id = 0;
                        int first = 0;
                        for (int size : sizes) {
                            for (int i = 0; i < size; i++) {
                                corpus.upsert(media(id++, first, random));
                            }
                            first += shift;
                            corpus.commit();
                        }
                        for (int i = 0; i < 500; i++) {
                            corpus.delete(DocumentKey.of(random.nextInt(id)));
                        }
                        compare(corpus, requests, random);
                    }
                });
    }

    private static void compare(Corpus corpus, int requests, RandomGenerator random) {
        QueryParser parser = new QueryParser(SCHEMA, RandomQuakes.NOW);
        NaiveSearch naive = new NaiveSearch(SCHEMA, corpus.segments());
        Searcher searcher = corpus.searcher();
        for (int i = 0; i < requests; i++) {
            int reactions = 1 << random.nextInt(12);
            String body =
                    """
                    {"filter": {"range": {"reactions": {"%s": %d}}}, "limit": 0,
                     "facets": {
                       "tags": {"limit": %d, "facets": {"type": {}}},
                       "after": {"field": "tags", "order": "value", "after": "t%d", "limit": 5},
                       "type": {"excludeFilter": true, "missing": true},
                       "often": {"field": "tags", "minCount": %d, "limit": 10},
                       "different": {"field": "tags", "type": "distinct"},
                       "reactions": {"limit": 4},
                       "steps": {"field": "reactions", "type": "histogram", "interval": 1000}}}
                    """
                            .formatted(
                                    i % 2 == 0 ? "lt" : "gte",
                                    reactions,
                                    1 + random.nextInt(30),
                                    random.nextInt(4_000),
                                    1 + random.nextInt(400));
            SearchRequest request = parser.parse(Json.parse(body.getBytes(StandardCharsets.UTF_8)));
            assertEquals(
                    new NaiveFacets(naive, request).results().toString(),
                    searcher.search(request).facets().toString(),
                    body);
        }
    }

    /// Few tags are in many documents, many are in few.
    ///
    /// @param first what would be tag 0
    private static Value.Obj media(int id, int first, RandomGenerator random) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(id));
        List<Value> tags = new ArrayList<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            double skew = random.nextDouble();
            tags.add(Value.of("t" + (first + (int) (4_000 * skew * skew * skew * skew))));
        }
        members.put("tags", new Value.Array(tags));
        members.put("type", Value.of("type " + random.nextInt(5)));
        members.put("reactions", Value.of((long) Math.pow(1 - random.nextDouble(), -0.9)));
        return new Value.Obj(members);
    }

    /// One segment says that the value may be among the first, another adds what makes it so.
    @Test
    void valueThatTheLargestSegmentDoesNotHoldIsAddedUpOverTheOthers() throws Exception {
        try (Corpus corpus = new Corpus(SCHEMA, Files.createTempDirectory(folder, "corpus"))) {
            int id = 0;
            for (String tag : List.of("often", "common")) {
                id = tagged(corpus, id, tag, 10);
            }
            corpus.commit();
            id = tagged(corpus, id, "spread", 8);
            corpus.commit();
            id = tagged(corpus, id, "spread", 3);
            tagged(corpus, id, "seldom", 5);
            corpus.commit();
            SearchRequest request =
                    new QueryParser(SCHEMA, RandomQuakes.NOW)
                            .parse(
                                    Json.parse(
                                            """
                                            {"facets": {"tags": {"limit": 1}}}
                                            """
                                                    .getBytes(StandardCharsets.UTF_8)));
            FacetResult counted =
                    Objects.requireNonNull(corpus.searcher().search(request).facets().get("tags"));
            assertEquals(
                    List.of(new FacetResult.Bucket(Value.of("spread"), 11, Map.of())),
                    ((FacetResult.Buckets) counted.counted()).buckets());
        }
    }

    private static int tagged(Corpus corpus, int firstId, String tag, int count) throws Exception {
        for (int i = 0; i < count; i++) {
            corpus.upsert(
                    new Value.Obj(
                            Map.of(
                                    "id",
                                    Value.of(firstId + i),
                                    "tags",
                                    new Value.Array(List.of(Value.of(tag))))));
        }
        return firstId + count;
    }

    @Test
    void sumOfDoublesDoesNotDependOnTheirOrder() {
        Seeded.repeat(
                50,
                random -> {
                    ExactSum sum = new ExactSum();
                    BigDecimal expected = BigDecimal.ZERO;
                    for (int i = 0; i < 100; i++) {
                        double number = Double.longBitsToDouble(random.nextLong());
                        if (Double.isFinite(number)) {
                            sum.add(number);
                            expected = expected.add(new BigDecimal(number));
                        }
                    }
                    assertEquals(0, expected.compareTo(sum.sum()));
                });
    }

    @Test
    void stepsTooFineAreRefusedAndNotCounted() throws Exception {
        try (Corpus corpus = new Corpus(SCHEMA, Files.createTempDirectory(folder, "corpus"))) {
            for (int i = 0; i <= SearchLimits.FACET_BUCKETS_MAX; i++) {
                corpus.upsert(
                        new Value.Obj(Map.of("id", Value.of(i), "reactions", Value.of(2L * i))));
            }
            corpus.commit();
            SearchRequest request =
                    new QueryParser(SCHEMA, RandomQuakes.NOW)
                            .parse(
                                    Json.parse(
                                            """
                                            {"facets": {"reactions":
                                              {"type": "histogram", "interval": 1}}}
                                            """
                                                    .getBytes(StandardCharsets.UTF_8)));
            SearchRequest ends =
                    new QueryParser(SCHEMA, RandomQuakes.NOW)
                            .parse(
                                    Json.parse(
                                            """
                                            {"filter": {"in": {"id": [0, 50000]}},
                                             "facets": {"reactions":
                                              {"type": "histogram", "interval": 1}}}
                                            """
                                                    .getBytes(StandardCharsets.UTF_8)));
            FacetResult counted =
                    Objects.requireNonNull(
                            corpus.searcher().search(ends).facets().get("reactions"));
            assertEquals(2, ((FacetResult.Buckets) counted.counted()).buckets().size());
            MillraceException refusal =
                    assertThrows(
                            MillraceException.InvalidRequest.class,
                            () -> corpus.searcher().search(request));
            assertTrue(String.valueOf(refusal.getMessage()).startsWith("more than 50000 buckets"));
        }
    }
}
