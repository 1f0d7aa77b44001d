package io.millrace.search;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import io.millrace.index.NodeResources.NanoClock;
import io.millrace.json.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Searches that take too much end by themselves, and say what they took too much of.
class SearchBudgetTest {
    private static final int DOCUMENTS = 9_000;

    private final AtomicLong nanos = new AtomicLong();

    @TempDir Path folder;
    private Corpus corpus;

    @BeforeEach
    void fill() throws IOException {
        corpus = new Corpus(RandomQuakes.SCHEMA, folder);
        for (int i = 0; i < DOCUMENTS; i++) {
            corpus.upsert(quake(i));
            if (i % 3_000 == 2_999) {
                corpus.commit();
            }
        }
        corpus.commit();
    }

    /// The same documents in one segment.
    private Corpus single() throws IOException {
        Corpus single = new Corpus(RandomQuakes.SCHEMA, folder.resolve("single"));
        for (int i = 0; i < DOCUMENTS; i++) {
            single.upsert(quake(i));
        }
        single.commit();
        return single;
    }

    private static Value.Obj quake(int i) {
        return quake(i, "s" + i % 3);
    }

    private static Value.Obj quake(int i, String status) {
        return new Value.Obj(
                Map.of(
                        "id", Value.of("q" + i),
                        "felt", Value.of(i * 7919L % DOCUMENTS),
                        "status", Value.of(status)));
    }

    @AfterEach
    void close() {
        corpus.close();
    }

    /// The clock goes on a second whenever it is looked at: only looking at it ends the search.
    @Test
    void searchEndsWhenItsTimeIsOver() {
        NanoClock ticking = () -> nanos.getAndAdd(1_000_000_000L);
        for (Value.Obj body :
                List.of(
                        body("{\"sort\": \"-felt\"}"),
                        body("{\"filter\": {\"range\": {\"felt\": {\"gt\": 3}}}, \"limit\": 0}"),
                        body(
                                "{\"filter\": {\"not\": {\"eq\": {\"status\": \"s1\"}}}, \"limit\": 0}"))) {
            SearchBudget budget = new SearchBudget(ticking, Duration.ofSeconds(3), Long.MAX_VALUE);

            InvalidRequest over = assertThrows(InvalidRequest.class, () -> search(body, budget));

            assertEquals(InvalidRequest.Reason.TIMEOUT, over.reason());
            assertTrue(
                    String.valueOf(over.getMessage()).contains("millrace.search.timeout"),
                    over.getMessage());
        }
    }

    /// The clock goes on a step whenever it is looked at: the steps tell how often it was.
    @Test
    void countingTermsLooksAtTheClock() throws IOException {
        try (Corpus single = new Corpus(RandomQuakes.SCHEMA, folder.resolve("single"))) {
            for (int i = 0; i < DOCUMENTS; i++) {
                // More documents of each than are listed with a term.
                single.upsert(quake(i, "s" + i % 1_000));
            }
            single.commit();
            String filter = "{\"filter\": {\"range\": {\"felt\": {\"lt\": 8000}}}, \"limit\": 0";
            String facets =
                    String.join(
                            ",",
                            IntStream.range(0, 8)
                                    .mapToObj(i ->
                                            "\"f%d\": {\"field\": \"status\", \"order\": \"value\", \"limit\": 1000}"
                                                    .formatted(i))
                                    .toList());

            long without = looks(single, filter + "}");
            long with = looks(single, filter + ", \"facets\": {%s}}".formatted(facets));

            assertTrue(with - without >= 12, () -> with + " looks, without facets " + without);
        }
    }

    /// What ranges are made of is read before any window is looked at.
    @Test
    void unitingTermsLooksAtTheClock() throws IOException {
        try (Corpus single = single()) {
            String ranges =
                    String.join(
                            ",",
                            IntStream.range(0, 20)
                                    .mapToObj(i ->
                                            "{\"range\": {\"felt\": {\"gte\": %d, \"lt\": %d}}}"
                                                    .formatted(i * 200, i * 200 + 3_000))
                                    .toList());

            long looks =
                    looks(single, "{\"filter\": {\"or\": [%s]}, \"limit\": 0}".formatted(ranges));

            assertTrue(looks >= 12, () -> looks + " looks");
        }
    }

    /// One document is enough to be at it for long.
    @Test
    void phraseOfManyWordsLooksAtTheClock() throws IOException {
        try (Corpus single = new Corpus(RandomQuakes.SCHEMA, folder.resolve("single"))) {
            single.upsert(
                    new Value.Obj(
                            Map.of(
                                    "id",
                                    Value.of("q"),
                                    "place",
                                    Value.of("up down left up right ".repeat(400)))));
            single.commit();
            String phrase =
                    "{\"query\": {\"phrase\": {\"place\": {\"text\": \"%s\", \"slop\": 50}}}}";

            long few = looks(single, phrase.formatted("up left"));
            long many = looks(single, phrase.formatted("up left down ".repeat(30)));

            assertTrue(many - few >= 12, () -> many + " looks, for two words " + few);
        }
    }

    private long looks(Corpus in, String json) {
        long before = nanos.get();
        search(
                in,
                body(json),
                new SearchBudget(nanos::getAndIncrement, Duration.ofSeconds(3), Long.MAX_VALUE));
        return nanos.get() - before;
    }

    @Test
    void searchThatNobodyWaitsForEnds() {
        SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), Long.MAX_VALUE);
        search(body("{}"), budget);

        budget.cancel();

        assertEquals(
                InvalidRequest.Reason.TIMEOUT,
                assertThrows(InvalidRequest.class, () -> search(body("{}"), budget)).reason());
    }

    @Test
    void memoryOfBitmapsAndHitsIsBounded() {
        for (Value.Obj body :
                List.of(
                        body("{\"sort\": \"-felt\", \"limit\": 10000}"),
                        body(
                                "{\"filter\": {\"or\": [%s]}, \"limit\": 0}"
                                        .formatted(ranges(200))))) {
            SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 100_000);

            InvalidRequest over = assertThrows(InvalidRequest.class, () -> search(body, budget));

            assertEquals(InvalidRequest.Reason.MALFORMED, over.reason());
            assertTrue(
                    String.valueOf(over.getMessage())
                            .contains("100000 bytes of memory (millrace.search.memory-bytes-max)"),
                    over.getMessage());
        }
        SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 100_000);
        assertEquals(20, search(body("{\"sort\": \"-felt\"}"), budget).hits().size());
        assertTrue(budget.heldBytes() > 0);
    }

    @Test
    void bucketsGiveBackWhatTheyCounted() throws IOException {
        try (Corpus single = single()) {
            for (String facet :
                    List.of(
                            // Many buckets of one document; those of many documents.
                            "{\"limit\": 1000, \"facets\": {\"status\": {}}}",
                            "{\"type\": \"histogram\", \"interval\": 20, \"facets\": {\"status\": {}}}",
                            "{\"type\": \"range\", \"ranges\": [%s], \"facets\": {\"status\": {}}}"
                                    .formatted(manyBounds()))) {
                SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 300_000);

                SearchResult result =
                        search(
                                single,
                                body(
                                        """
                                        {"filter": {"range": {"felt": {"lt": 8000}}}, "limit": 0,
                                         "facets": {"felt": %s}}\
                                        """
                                                .formatted(facet)),
                                budget);

                assertEquals(8_000, result.total().orElseThrow(), facet);
            }
        }
    }

    /// A search with facets keeps of every segment what told its documents, to the end.
    @Test
    void facetsCountWhatTheyKeep() throws IOException {
        try (Corpus six = new Corpus(RandomQuakes.SCHEMA, folder.resolve("six"))) {
            for (int segment = 0; segment < 6; segment++) {
                for (int i = 0; i < 3_000; i++) {
                    six.upsert(quake(segment * 3_000 + i));
                }
                six.commit();
            }
            String filter = "{\"filter\": {\"and\": [%s]}, \"limit\": 0".formatted(ranges(100));
            SearchBudget enough = new SearchBudget(nanos::get, Duration.ofSeconds(3), 150_000);
            search(six, body(filter + "}"), enough);
            assertEquals(0, enough.heldBytes());

            SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 150_000);
            assertThrows(
                    InvalidRequest.class,
                    () -> search(six, body(filter + ", \"facets\": {\"status\": {}}}"), budget));

            SearchBudget ofBits = new SearchBudget(nanos::get, Duration.ofSeconds(3), 150_000);
            search(
                    six,
                    body(
                            """
                            {"filter": {"not": {"eq": {"status": "s0"}}}, "limit": 0,
                             "facets": {"status": {}}}\
                            """),
                    ofBits);
            assertTrue(ofBits.heldBytes() >= 6 * 3_000 / Byte.SIZE, () -> "" + ofBits.heldBytes());
        }
    }

    @Test
    void emptyStepsCountAsOthersDo() throws IOException {
        try (Corpus ends = new Corpus(RandomQuakes.SCHEMA, folder.resolve("ends"))) {
            ends.upsert(quake(0));
            ends.upsert(new Value.Obj(Map.of("id", Value.of("far"), "felt", Value.of(20_000L))));
            ends.commit();
            SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 100_000);

            InvalidRequest refusal =
                    assertThrows(
                            InvalidRequest.class, () -> search(ends, steps("felt", "1"), budget));

            assertTrue(
                    String.valueOf(refusal.getMessage()).contains("memory-bytes-max"),
                    refusal.getMessage());
        }
    }

    /// That there are too many is known before the first of them is made.
    @Test
    void emptyStepsBetweenFarValuesAreRefusedAtOnce() throws IOException {
        try (Corpus ends = new Corpus(RandomQuakes.SCHEMA, folder.resolve("far"))) {
            Map<String, List<Value>> far =
                    Map.of(
                            "felt", List.of(Value.of(Long.MIN_VALUE), Value.of(Long.MAX_VALUE)),
                            "magnitude", List.of(Value.of(-1e300), Value.of(1e300)),
                            "loss", List.of(Value.of("-9e99"), Value.of("1e100")));
            for (var field : far.entrySet()) {
                for (Value value : field.getValue()) {
                    Value id = Value.of(field.getKey() + value);
                    ends.upsert(new Value.Obj(Map.of("id", id, field.getKey(), value)));
                }
            }
            ends.commit();
            for (String field : far.keySet()) {
                SearchBudget budget = new SearchBudget(nanos::get, Duration.ofSeconds(3), 10_000);

                InvalidRequest refusal =
                        assertThrows(
                                InvalidRequest.class,
                                () -> search(ends, steps(field, "0.1"), budget));

                assertTrue(
                        String.valueOf(refusal.getMessage())
                                .startsWith("more than 50000 buckets of field \"" + field),
                        refusal.getMessage());
            }
        }
    }

    /// Steps of doubles that are finer than those are fewer than their width says.
    @Test
    void emptyStepsAreAnsweredAsLongAsThereAreNotTooMany() throws IOException {
        try (Corpus ends = new Corpus(RandomQuakes.SCHEMA, folder.resolve("near"))) {
            double near = 1e300 + 100 * Math.ulp(1e300);
            for (double value : new double[] {1e300, near}) {
                ends.upsert(
                        new Value.Obj(
                                Map.of(
                                        "id",
                                        Value.of("at" + value),
                                        "magnitude",
                                        Value.of(value))));
            }
            ends.commit();

            SearchResult result =
                    search(
                            ends,
                            steps("magnitude", "0.1"),
                            new SearchBudget(nanos::get, Duration.ofSeconds(3), 1 << 20));

            FacetResult facet = Objects.requireNonNull(result.facets().get("magnitude"));
            assertEquals(101, ((FacetResult.Buckets) facet.counted()).buckets().size());
        }
    }

    private static Value.Obj steps(String field, String width) {
        return body(
                """
                {"limit": 0, "facets": {"%s":
                 {"type": "histogram", "interval": %s, "minCount": 0}}}\
                """
                        .formatted(field, width));
    }

    private static String manyBounds() {
        return String.join(
                ",",
                IntStream.range(0, 200).mapToObj(i -> "{\"gte\": %d}".formatted(i * 7)).toList());
    }

    private static String ranges(int count) {
        return String.join(
                ",",
                IntStream.range(0, count)
                        .mapToObj(i -> "{\"range\": {\"felt\": {\"gte\": %d}}}".formatted(i * 7))
                        .toList());
    }

    private SearchResult search(Value.Obj body, SearchBudget budget) {
        return search(corpus, body, budget);
    }

    private static SearchResult search(Corpus in, Value.Obj body, SearchBudget budget) {
        SearchRequest request = new QueryParser(in.schema(), Instant.EPOCH).parse(body);
        return budget.during(() -> in.searcher().search(request));
    }

    private static Value.Obj body(String json) {
        return (Value.Obj) Json.parse(json.getBytes(UTF_8));
    }
}
