package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Field;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/// Compares what is said of fields and their values with what the documents hold.
final class FieldSummaries {
    private FieldSummaries() {}

    //
    static void assertSame(Schema schema, Searcher searcher, List<List<Corpus.Plain>> segments) {
        List<Corpus.Plain> live =
                segments.stream().flatMap(List::stream).filter(plain -> plain.live).toList();
        NaiveSearch naive = new NaiveSearch(schema, segments);
        for (FieldSummary summary : searcher.fields()) {
            Field field = summary.field();
            if (field.path().equals(Field.IGNORED.path())) {
                continue;
            }
            assertEquals(
                    live.stream().filter(p -> naive.meets(p, new Query.Exists(field))).count(),
                    summary.documents(),
                    field.path());
            if (!field.type().isOrdered()) {
                continue;
            }
            TreeMap<Object, Integer> values = new TreeMap<>(NaiveSearch::compare);
            live.forEach(plain ->
                    new LinkedHashSet<>(NaiveSearch.values(plain, field))
                            .forEach(value -> values.merge(value, 1, Integer::sum)));
            assertTrue(summary.distinct() >= values.size(), summary::toString);
            if (summary.isExact()) {
                assertEquals(values.size(), summary.distinct(), field.path());
            }
            List<String> expected = new ArrayList<>();
            values.forEach((value, count) ->
                    expected.add(DifferentialSearchTest.shown(field, value) + " " + count));
            if (!values.isEmpty()) {
                assertEquals(
                        DifferentialSearchTest.shown(field, values.firstKey()).toString(),
                        String.valueOf(summary.min()));
                assertEquals(
                        DifferentialSearchTest.shown(field, values.lastKey()).toString(),
                        String.valueOf(summary.max()));
            }
            assertEquals(expected, pages(schema, searcher, field), field.path());
        }
    }

    /// All values, page by page.
    private static List<String> pages(Schema schema, Searcher searcher, Field field) {
        QueryParser parser = new QueryParser(schema, RandomQuakes.NOW);
        List<String> values = new ArrayList<>();
        Map<String, List<String>> parameters = Map.of("limit", List.of("7"));
        while (true) {
            SearchRequest request = parser.values(field.path(), parameters);
            FacetResult.Buckets page =
                    (FacetResult.Buckets)
                            Objects.requireNonNull(
                                            searcher.search(request)
                                                    .facets()
                                                    .get(QueryParser.VALUES))
                                    .counted();
            page.buckets().forEach(each -> values.add(each.value() + " " + each.count()));
            if (!page.hasMore()) {
                return values;
            }
            Value last = page.buckets().getLast().value();
            parameters = Map.of("limit", List.of("7"), "after", List.of(last.toString()));
        }
    }
}
