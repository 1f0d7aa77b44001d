package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What a search refuses, and the words it does it with: they are part of the product.
class QueryRefusalTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("status", FieldType.KEYWORD),
                            Field.of("net", FieldType.KEYWORD).asMulti(),
                            Field.of("magnitude", FieldType.DOUBLE),
                            Field.of("felt", FieldType.LONG),
                            Field.of("tsunami", FieldType.BOOL),
                            Field.of("time", FieldType.TIMESTAMP),
                            Field.of("seen", FieldType.TIMESTAMP).withUnit(TimestampUnit.ISO),
                            Field.of("geo.depth", FieldType.DOUBLE),
                            Field.of("place", FieldType.TEXT).withAnalyzer("english")));

    record Refusal(String request, String pointer, String message) {
        @Override
        public String toString() {
            return request;
        }
    }

    static List<Refusal> bodies() throws IOException {
        return recorded("/search/refused-bodies.txt");
    }

    static List<Refusal> parameters() throws IOException {
        return recorded("/search/refused-parameters.txt");
    }

    /// Three lines a case: the request, `at` with the pointer, `is` with the message.
    private static List<Refusal> recorded(String resource) throws IOException {
        try (InputStream in = QueryRefusalTest.class.getResourceAsStream(resource)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            List<Refusal> refusals = new ArrayList<>();
            for (String block : text.strip().split("\n\n")) {
                String[] lines = block.split("\n");
                assertEquals(3, lines.length, block);
                refusals.add(
                        new Refusal(
                                lines[0], lines[1].substring(2).strip(), lines[2].substring(3)));
            }
            return refusals;
        }
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void bodyIsRefusedAtItsPlace(Refusal expected) {
        assertRefused(
                expected,
                () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(json(expected.request())));
    }

    @ParameterizedTest
    @MethodSource("parameters")
    void parameterIsRefusedByItsName(Refusal expected) {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        for (String pair : expected.request().split("&")) {
            int equals = pair.indexOf('=');
            parameters
                    .computeIfAbsent(pair.substring(0, equals), _ -> new ArrayList<>())
                    .add(pair.substring(equals + 1));
        }
        assertRefused(expected, () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(parameters));
    }

    @Test
    void nestingHasABound() {
        String deep = "{\"eq\": {\"felt\": 1}}";
        for (int i = 0; i < SearchLimits.DEPTH_MAX; i++) {
            deep = "{\"not\": " + deep + "}";
        }
        Value tooDeep = json("{\"filter\": " + deep + "}");
        assertRefused(
                new Refusal(
                        "",
                        "/filter" + "/not".repeat(SearchLimits.DEPTH_MAX),
                        "clauses nested deeper than 32 levels"),
                () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(tooDeep));
    }

    @Test
    void clausesHaveABoundOverQueryAndFilterTogether() {
        String half = "{\"or\": [" + repeated("{\"exists\": \"felt\"}", 512) + "]}";
        Value tooMany = json("{\"query\": " + half + ", \"filter\": " + half + "}");
        assertRefused(
                new Refusal("", "/filter/or/510", "more than 1024 clauses"),
                () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(tooMany));
    }

    @Test
    void valuesHaveABound() {
        Value tooMany = json("{\"filter\": {\"in\": {\"felt\": [" + repeated("1", 10_001) + "]}}}");
        assertRefused(
                new Refusal("", "/filter/in/felt", "10001 values, expected at most 10000"),
                () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(tooMany));
    }

    @Test
    void textToMatchHasABound() {
        String text = "a".repeat(SearchLimits.TEXT_CHARS_MAX + 1);
        assertRefused(
                new Refusal("", "q", "8193 characters to match, expected at most 8192"),
                () -> new QueryParser(SCHEMA, RandomQuakes.NOW).parse(Map.of("q", List.of(text))));
    }

    @Test
    void textOfAGetCountsOnceHoweverManyFieldsItIsLookedForIn() {
        Schema schema =
                new Schema(
                        1,
                        List.of(),
                        List.of(
                                Field.of("title", FieldType.TEXT),
                                Field.of("body", FieldType.TEXT)));
        String text = "a".repeat(SearchLimits.TEXT_CHARS_MAX);
        SearchRequest request =
                new QueryParser(schema, RandomQuakes.NOW).parse(Map.of("q", List.of(text)));
        assertEquals(
                Optional.of(
                        new Query.Or(
                                List.of(
                                        MatchQueries.any(schema.fields().getFirst(), text),
                                        MatchQueries.any(schema.fields().get(1), text)))),
                request.query());
    }

    @Test
    void longNamesAndValuesAreCutInMessages() {
        String name = "z".repeat(10_000);
        MillraceException.InvalidRequest refusal =
                assertThrows(
                        MillraceException.InvalidRequest.class,
                        () ->
                                new QueryParser(SCHEMA, RandomQuakes.NOW)
                                        .parse(json("{\"sort\": \"" + name + "\"}")));
        String message = String.valueOf(refusal.getMessage());
        assertEquals(80, message.chars().filter(c -> c == 'z').count(), message);
    }

    @Test
    void whatIsAllowedIsRead() {
        SearchRequest request =
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(
                                json(
                                        """
                                        { "query": {"match": {"place": "off coast alaska"}},
                                          "filter": {"and": [
                                            {"eq": {"status": "reviewed"}},
                                            {"range": {"magnitude": {"gte": 4, "lt": 6}}},
                                            {"not": {"in": {"net": ["ci", "nc"]}}},
                                            {"eq": {"_key": "us1"}},
                                            {"range": {"time": {"gt": "2018-02-01T00:00:00Z"}}}]},
                                          "sort": [{"time": "desc"}, "-_score", "_key"],
                                          "limit": 0, "fields": ["place", "any.thing"],
                                          "total": "exact" }
                                        """));
        assertEquals(
                SearchRequest.builder()
                        .query(MatchQueries.any(field("place"), "off coast alaska"))
                        .filter(
                                new Query.And(
                                        List.of(
                                                new Query.Eq(field("status"), Value.of("reviewed")),
                                                new Query.Range(
                                                        field("magnitude"),
                                                        Value.of(4),
                                                        true,
                                                        Value.of(6),
                                                        false),
                                                new Query.Not(
                                                        new Query.In(
                                                                field("net"),
                                                                List.of(
                                                                        Value.of("ci"),
                                                                        Value.of("nc")))),
                                                new Query.Keys(List.of(DocumentKey.of("us1"))),
                                                new Query.Range(
                                                        field("time"),
                                                        Value.of("2018-02-01T00:00:00Z"),
                                                        false,
                                                        null,
                                                        false))))
                        .sort(
                                List.of(
                                        new SortKey("time", true),
                                        new SortKey(SortKey.SCORE, true),
                                        new SortKey(SortKey.KEY, false)))
                        .limit(0)
                        .fields(List.of("place", "any.thing"))
                        .build(),
                request);
    }

    @Test
    void parametersAreRead() {
        SearchRequest request =
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(
                                Map.of(
                                        "q", List.of("alaska"),
                                        "filter",
                                                List.of(
                                                        "seen:lt:2018-02-01T00:00:00Z",
                                                        "geo.depth:gte:4",
                                                        "status:prefix:rev:"),
                                        "sort", List.of("-_score,time"),
                                        "limit", List.of("7"),
                                        "fields", List.of("place,geo")));
        assertEquals(
                SearchRequest.builder()
                        .query(MatchQueries.any(field("place"), "alaska"))
                        .filter(
                                new Query.And(
                                        List.of(
                                                new Query.Range(
                                                        field("seen"),
                                                        null,
                                                        false,
                                                        Value.of("2018-02-01T00:00:00Z"),
                                                        false),
                                                new Query.Range(
                                                        field("geo.depth"),
                                                        Value.of("4"),
                                                        true,
                                                        null,
                                                        false),
                                                new Query.Prefix(field("status"), "rev:"))))
                        .sort(List.of(new SortKey(SortKey.SCORE, true), new SortKey("time", false)))
                        .limit(7)
                        .fields(List.of("place", "geo"))
                        .build(),
                request);
    }

    @Test
    void keysAloneWithoutATotalAreAskedForInBothForms() {
        SearchRequest keys = SearchRequest.builder().fields(List.of()).isCounted(false).build();
        assertEquals(
                keys,
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(json("{\"fields\": [], \"total\": \"none\"}")));
        assertEquals(
                keys,
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(Map.of("fields", List.of(""), "total", List.of("none"))));
    }

    @Test
    void whereMissingValuesComeAndWhichOfSeveralCountsIsSaidInBothForms() {
        SearchRequest sorted =
                SearchRequest.builder()
                        .sort(
                                List.of(
                                        new SortKey("time", true, true, true),
                                        new SortKey("net", false, false, true)))
                        .build();
        assertEquals(
                sorted,
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(
                                json(
                                        """
                                        {"sort": [{"time": {"order": "desc", "missing": "first"}},
                                                  {"net": {"mode": "max"}}]}
                                        """)));
        assertEquals(
                sorted,
                new QueryParser(SCHEMA, RandomQuakes.NOW)
                        .parse(Map.of("sort", List.of("-time:first,net:max:last"))));
    }

    @Test
    void nothingGivenAsksForTheFirstTwenty() {
        SearchRequest plain = SearchRequest.builder().limit(20).build();
        assertEquals(plain, new QueryParser(SCHEMA, RandomQuakes.NOW).parse(json("{}")));
        assertEquals(plain, new QueryParser(SCHEMA, RandomQuakes.NOW).parse(Map.of()));
        assertEquals(
                plain, new QueryParser(SCHEMA, RandomQuakes.NOW).parse(Map.of("q", List.of(" "))));
    }

    private static Field field(String path) {
        return SCHEMA.field(path).orElseThrow();
    }

    private static String repeated(String text, int times) {
        return String.join(",", Collections.nCopies(times, text));
    }

    private static void assertRefused(Refusal expected, Runnable parse) {
        MillraceException.InvalidRequest refusal =
                assertThrows(MillraceException.InvalidRequest.class, parse::run);
        assertEquals(
                expected.pointer() + " " + expected.message(),
                refusal.pointer() + " " + refusal.getMessage());
    }

    private static Value json(String text) {
        return Json.parse(text.getBytes(StandardCharsets.UTF_8));
    }
}
