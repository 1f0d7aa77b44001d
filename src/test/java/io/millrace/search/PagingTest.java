package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Pages put one behind the other are the whole result, whatever their size, order and ties.
class PagingTest {
    @TempDir Path folder;

    //
    @Test
    void pagesAreTheWholeResultInEveryOrder() {
        Seeded.repeat(
                4,
                random -> {
                    RandomQuakes quakes = new RandomQuakes(random, 200);
                    try (Corpus corpus =
                            new Corpus(
                                    RandomQuakes.SCHEMA, Files.createTempDirectory(folder, "c"))) {
                        fill(corpus, quakes, random);
                        QueryParser parser = new QueryParser(RandomQuakes.SCHEMA, RandomQuakes.NOW);
                        for (int i = 0; i < 30; i++) {
                            Value.Obj body = quakes.request();
                            assertPagesAreWhole(
                                    corpus.searcher(), parser.parse(body), random, body.toString());
                        }
                    }
                });
    }

    /// Only three values there are, so that every page begins and ends inside a tie.
    //
    @Test
    void tiesOfADescendingOrderLoseNoDocumentBetweenPages() {
        Seeded.repeat(
                5,
                random -> {
                    try (Corpus corpus =
                            new Corpus(
                                    RandomQuakes.SCHEMA, Files.createTempDirectory(folder, "t"))) {
                        for (int i = 0; i < 300; i++) {
                            corpus.upsert(tied(i, random));
                            if (random.nextInt(60) == 0) {
                                corpus.commit();
                            }
                        }
                        corpus.commit();
                        for (String sort :
                                List.of("-felt", "felt", "-status", "status", "-magnitude")) {
                            Value.Obj body =
                                    new Value.Obj(
                                            Map.of(
                                                    "sort",
                                                    Value.of(sort),
                                                    "limit",
                                                    Value.of(10_000)));
                            assertPagesAreWhole(
                                    corpus.searcher(),
                                    new QueryParser(RandomQuakes.SCHEMA, RandomQuakes.NOW)
                                            .parse(body),
                                    random,
                                    sort);
                        }
                    }
                });
    }

    private static Value.Obj tied(int number, RandomGenerator random) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of("t" + number));
        if (random.nextInt(8) > 0) {
            members.put("felt", Value.of(random.nextInt(3)));
            members.put("status", Value.of("s" + random.nextInt(3)));
            members.put("magnitude", Value.of(random.nextInt(2) * 0.5));
        }
        return new Value.Obj(members);
    }

    private static void fill(Corpus corpus, RandomQuakes quakes, RandomGenerator random)
            throws IOException {
        for (int i = 0; i < 250; i++) {
            if (random.nextInt(6) == 0) {
                corpus.delete(DocumentKey.of(quakes.id()));
            } else {
                corpus.upsert(quakes.document());
            }
            if (random.nextInt(50) == 0) {
                corpus.commit();
            }
        }
        corpus.commit();
    }

    private static void assertPagesAreWhole(
            Searcher searcher, SearchRequest asked, RandomGenerator random, String message) {
        SearchRequest.Builder builder = SearchRequest.builder().sort(asked.sort()).limit(10_000);
        asked.query().ifPresent(builder::query);
        asked.filter().ifPresent(builder::filter);
        SearchResult whole = searcher.search(builder.build());
        List<String> expected = whole.hits().stream().map(PagingTest::text).toList();
        int size = 1 + random.nextInt(random.nextBoolean() ? 7 : 120);

        List<String> found = new ArrayList<>();
        Optional<HitPlace> last = Optional.empty();
        do {
            SearchRequest page = builder.limit(size).build();
            SearchResult result = searcher.search(last.map(page::after).orElse(page));
            assertEquals(whole.total(), result.total(), message);
            assertTrue(result.last().isEmpty() || result.hits().size() == size, message);
            result.hits().forEach(hit -> found.add(text(hit)));
            assertTrue(found.size() <= expected.size(), message);
            last = result.last();
        } while (last.isPresent());
        assertEquals(expected, found, message);

        int offset = random.nextInt(expected.size() + 2);
        int from = Math.min(offset, expected.size());
        assertEquals(
                expected.subList(from, Math.min(from + size, expected.size())),
                searcher.search(builder.offset(offset).build()).hits().stream()
                        .map(PagingTest::text)
                        .toList(),
                message);
    }

    private static String text(SearchResult.Hit hit) {
        return "%s %s %s".formatted(hit.key(), hit.score(), hit.sort());
    }
}
