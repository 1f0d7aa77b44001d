package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.document.Coercion;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random searches over random segments answer what looking at every document answers.
class DifferentialSearchTest {
    @TempDir Path folder;

    @Test
    void smallSegmentsAnswerLikeANaiveSearch() {
        Seeded.repeat(20, random -> compare(random, 1 + random.nextInt(80), 150));
    }

    @Test
    void largeSegmentsAnswerLikeANaiveSearch() {
        Seeded.repeat(2, random -> compare(random, 1_000, 100));
    }

    @Test
    void segmentsOfAGrowingSchemaAnswerLikeANaiveSearch() {
        Seeded.repeat(30, random -> compareLoose(random, 1 + random.nextInt(60), 150));
    }

    private void compare(RandomGenerator random, int changes, int searches) throws IOException {
        RandomQuakes quakes = new RandomQuakes(random, 1 + changes * 2);
        compare(random, quakes, RandomQuakes.SCHEMA, changes, searches);
    }

    /// Only the key is declared: whole numbers turn into fractions from one segment to the next.
    private void compareLoose(RandomGenerator random, int changes, int searches)
            throws IOException {
        Schema keyOnly =
                new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)), true);
        RandomQuakes quakes = RandomQuakes.loose(random, 1 + changes * 2);
        compare(random, quakes, keyOnly, changes, searches);
    }

    private void compare(
            RandomGenerator random, RandomQuakes quakes, Schema schema, int changes, int searches)
            throws IOException {
        try (Corpus corpus = new Corpus(schema, Files.createTempDirectory(folder, "corpus"))) {
            int commits = 1 + random.nextInt(5);
            for (int commit = 0; commit < commits; commit++) {
                for (int i = 0; i < changes; i++) {
                    if (random.nextInt(5) == 0) {
                        corpus.delete(DocumentKey.of(quakes.id()));
                    } else {
                        corpus.upsert(quakes.document());
                    }
                }
                corpus.commit();
                int segments = corpus.segments().size();
                if (segments > 0 && random.nextInt(4) == 0) {
                    int from = random.nextInt(segments);
                    corpus.merge(from, from + 1 + random.nextInt(segments - from));
                }
            }
            Searcher searcher = corpus.searcher();
            Schema newest = corpus.schema();
            quakes.ask(
                    newest.fields().stream()
                            .filter(field -> !field.path().equals(Field.IGNORED.path()))
                            .toList());
            NaiveSearch naive = new NaiveSearch(newest, corpus.segments());
            QueryParser parser = new QueryParser(newest, RandomQuakes.NOW);
            FieldSummaries.assertSame(newest, searcher, corpus.segments());
            for (int i = 0; i < searches; i++) {
                Value.Obj body = quakes.request();
                SearchRequest request = parser.parse(body);
                assertSame(newest, naive, searcher, request, body);
            }
        }
    }

    private static void assertSame(
            Schema schema,
            NaiveSearch naive,
            Searcher searcher,
            SearchRequest request,
            Value.Obj body) {
        List<NaiveSearch.Found> found = naive.search(request);
        SearchResult result = searcher.search(request);
        assertEquals(
                request.isCounted() ? OptionalLong.of(found.size()) : OptionalLong.empty(),
                result.total(),
                () -> "total of " + body);
        assertEquals(
                new NaiveFacets(naive, request).results().toString(),
                result.facets().toString(),
                () -> "facets of " + body);
        int end = Math.min(found.size(), request.limit());
        assertEquals(
                expected(schema, naive, request, found.subList(0, end)),
                actual(result),
                () -> "hits of " + body);
        assertEquals(
                end > 0 && end < found.size(),
                result.last().isPresent(),
                () -> "whether there are more of " + body);
        if (result.last().isPresent()) {
            int secondEnd = Math.min(found.size(), end + request.limit());
            SearchResult second = searcher.search(request.after(result.last().get()));
            assertEquals(result.total(), second.total(), () -> "second total of " + body);
            assertEquals(
                    expected(schema, naive, request, found.subList(end, secondEnd)),
                    actual(second),
                    () -> "second page of " + body);
        }
    }

    private static String expected(
            Schema schema, NaiveSearch naive, SearchRequest request, List<NaiveSearch.Found> page) {
        List<String> expected = new ArrayList<>();
        for (NaiveSearch.Found one : page) {
            List<Value> sort =
                    request.sort().stream().map(key -> sortValue(schema, naive, one, key)).toList();
            expected.add(
                    "%s %s %s %s"
                            .formatted(
                                    one.plain().key,
                                    one.score().isPresent() ? one.score().getAsDouble() : null,
                                    sort,
                                    request.fields().isEmpty()
                                            ? one.plain().root
                                            : Value.Obj.EMPTY));
        }
        return String.join("\n", expected);
    }

    private static String actual(SearchResult result) {
        List<String> actual = new ArrayList<>();
        for (SearchResult.Hit hit : result.hits()) {
            actual.add("%s %s %s %s".formatted(hit.key(), hit.score(), hit.sort(), hit.document()));
        }
        return String.join("\n", actual);
    }

    private static Value sortValue(
            Schema schema, NaiveSearch naive, NaiveSearch.Found found, SortKey key) {
        return switch (key.path()) {
            case SortKey.SCORE -> Value.of(found.score().getAsDouble());
            case SortKey.KEY -> found.plain().key.toValue();
            default -> {
                Field field = schema.field(key.path()).orElseThrow();
                Optional<Object> value = naive.sortValue(found.plain(), field, key.takesLargest());
                yield value.map(plain -> shown(field, plain)).orElse(Value.NULL);
            }
        };
    }

    static Value shown(Field field, Object plain) {
        return switch (plain) {
            case String text -> Value.of(text);
            case Boolean bool -> Value.of(bool);
            case Long number -> Value.of(number);
            case Double number -> Value.of(number);
            case BigDecimal number ->
                    Value.of(number.setScale(Math.max(0, number.scale())).toString());
            case LocalDate date -> Value.of(date.toString());
            case java.time.Instant instant ->
                    Coercion.fromOrdered(field, Coercion.microsOf(instant));
            default -> throw new AssertionError(plain);
        };
    }
}
