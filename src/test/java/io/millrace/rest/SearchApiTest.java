package io.millrace.rest;

import static io.millrace.rest.NodeClient.items;
import static io.millrace.rest.NodeClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.pipeline.Indexes;
import io.millrace.testing.Awaiting;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Searches over HTTP: pages, bounds, and who else gets on while they are many.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class SearchApiTest {
    private static final int HEAVY_SEARCHES = 48;

    /// One runs and eight wait, see [ApiTest.Node].
    private static final int SEARCHES_MAX = 9;

    private final NodeClient node = new NodeClient();

    @Inject Indexes indexes;

    @Test
    void pagesOfACursorAreTheWholeResult() {
        fill("pages", 25);
        List<String> keys = new ArrayList<>();
        String cursor = "";
        do {
            Value.Obj page = json(node.get("/indexes/pages/search?sort=-n&limit=10" + cursor));
            assertEquals(Value.of(25), page.get("total"));
            items(page, "hits")
                    .forEach(hit -> keys.add(String.valueOf(((Value.Obj) hit).get("key"))));
            Value next = page.get("cursor");
            cursor = next == null ? "" : "&cursor=" + next;
        } while (!cursor.isEmpty());
        assertEquals(IntStream.range(0, 25).mapToObj(i -> "d" + (24 - i)).toList(), keys);

        Value.Obj last = json(search("pages", "{\"sort\": \"n\", \"offset\": 20, \"limit\": 5}"));
        assertEquals(
                "d20", String.valueOf(((Value.Obj) items(last, "hits").getFirst()).get("key")));
        assertNull(last.get("cursor"));
    }

    @Test
    void cursorsThatDoNotFitAreRefused() {
        fill("refused", 5);
        Value.Obj page = json(node.get("/indexes/refused/search?sort=-n&limit=2"));
        String cursor = String.valueOf(page.get("cursor"));

        HttpResponse<String> other =
                node.get("/indexes/refused/search?sort=n&limit=2&cursor=" + cursor);
        assertEquals(400, other.statusCode(), other.body());
        assertTrue(other.body().contains("cursor of another search"), other.body());
        assertEquals(400, node.get("/indexes/refused/search?cursor=x").statusCode());
        assertEquals(400, node.get("/indexes/refused/search?offset=9999&limit=2").statusCode());
    }

    @Test
    void searchThatTakesTooLongIsEnded() {
        fill("slow", 2_000);
        HttpResponse<String> slow =
                search("slow", heavy(0).replaceFirst("\\{", "{\"searchTimeout\": \"1ms\", "));
        assertEquals(408, slow.statusCode(), slow.body());
        assertTrue(slow.body().contains("millrace.search.timeout"), slow.body());
        assertEquals(400, node.get("/indexes/slow/search?searchTimeout=61s").statusCode());
    }

    /// One thread runs searches and eight may wait for it, see [ApiTest.Node].
    @Test
    void stormOfHeavySearchesLeavesHealthAndIngestGoing() {
        fill("storm", 2_000);
        List<CompletableFuture<HttpResponse<String>>> storm = new ArrayList<>();
        for (int i = 0; i < HEAVY_SEARCHES; i++) {
            storm.add(
                    node.sendAsync(
                            "POST",
                            "/indexes/storm/search",
                            "application/json",
                            BodyPublishers.ofString(heavy(i))));
        }

        assertEquals(200, node.get("/q/health").statusCode());
        HttpResponse<String> pushed =
                node.push("storm", "{\"id\": \"new\", \"n\": 7, \"word\": \"w\"}\n", "");
        assertEquals(200, pushed.statusCode(), pushed.body());
        assertEquals(200, node.get("/indexes/storm/documents/new").statusCode());

        int refused = 0;
        for (CompletableFuture<HttpResponse<String>> each : storm) {
            HttpResponse<String> answer = each.join();
            if (answer.statusCode() == 503) {
                refused++;
                assertTrue(answer.body().contains("millrace.search.waiting-max"), answer.body());
                assertEquals("1", answer.headers().firstValue("Retry-After").orElse(""));
            } else {
                assertEquals(200, answer.statusCode(), answer.body());
                assertNotNull(json(answer).get("total"));
            }
        }
        assertTrue(refused > 0, "none of " + HEAVY_SEARCHES + " was refused");
        assertTrue(refused < HEAVY_SEARCHES, "all were refused");
    }

    /// As many searches as there are places, each of which would go on until its time is over. Over
    /// one connection of HTTP/2 their bodies are more than one request may send unread: what is
    /// answered late must not keep others from being read, and refused.
    @ParameterizedTest
    @EnumSource
    void searchesOfAClientThatGoesAwayEndAndLeaveNothingHeld(HttpClient.Version version) {
        String index = "left-" + version.name().toLowerCase(Locale.ROOT).replace('_', '-');
        fill(
                index,
                """
                key: id
                fields: { words: { type: text } }
                source: push
                commit: { interval: 20ms }
                """,
                IntStream.range(0, 200)
                        .mapToObj(i ->
                                "{\"id\": \"d%d\", \"words\": \"%s\"}"
                                        .formatted(i, "up down left ".repeat(500)))
                        .collect(Collectors.joining("\n")));
        String phrases =
                IntStream.range(0, 100)
                        .mapToObj(i ->
                                "{\"phrase\": {\"words\": {\"text\": \"%s\", \"slop\": %d}}}"
                                        .formatted("left up ".repeat(10), 10 + i))
                        .collect(
                                Collectors.joining(
                                        ",",
                                        "{\"searchTimeout\": \"60s\", \"query\": {\"or\": [",
                                        "]}}"));
        long begunNanos = System.nanoTime();
        NodeClient leaving = NodeClient.of(version);
        List<CompletableFuture<HttpResponse<String>>> searches = new ArrayList<>();
        for (int i = 0; i <= SEARCHES_MAX; i++) {
            searches.add(
                    leaving.sendAsync(
                            "POST",
                            "/indexes/" + index + "/search",
                            "application/json",
                            BodyPublishers.ofString(phrases)));
        }
        try {
            HttpResponse<?> refused =
                    (HttpResponse<?>)
                            CompletableFuture.anyOf(searches.toArray(CompletableFuture[]::new))
                                    .join();
            assertEquals(503, refused.statusCode(), String.valueOf(refused.body()));
            Awaiting.that("a search runs", () -> indexes.get(index).index().isHeld());
        } finally {
            leaving.leave();
        }

        Awaiting.that(
                "there is room",
                () -> node.get("/indexes/" + index + "/search?limit=0").statusCode() == 200);
        Awaiting.that("nothing is held", () -> !indexes.get(index).index().isHeld());
        assertTrue(Duration.ofNanos(System.nanoTime() - begunNanos).toSeconds() < 60);
    }

    /// @param salt makes it another search, which no cache answers
    private static String heavy(int salt) {
        return IntStream.range(0, 500)
                .mapToObj(i -> "{\"not\": {\"range\": {\"n\": {\"gte\": %d}}}}".formatted(salt + i))
                .collect(
                        Collectors.joining(
                                ",",
                                "{\"filter\": {\"or\": [",
                                "]}, \"sort\": \"word\", \"limit\": 500}"));
    }

    private HttpResponse<String> search(String index, String body) {
        return post(index + "/search", body);
    }

    @Test
    void textsAreFoundByTheSynonymsOfTheDefinitionAndMarked() {
        String definition =
                """
                key: id
                analyzers:
                  shop: { base: english, stopwords: [of], synonyms: ["tv, television set", %s] }
                fields:
                  title: { type: text, analyzer: shop }
                  note: { type: text, positions: false }
                source: push
                commit: { interval: 20ms }
                """;
        fill(
                "texts",
                definition.formatted("\"cat => feline\""),
                """
                {"id": "a", "title": "The sound of a television set", "note": "off the coast"}
                {"id": "b", "title": "TVs", "note": "far"}
                {"id": "c", "title": "Felines", "note": "far"}
                """);

        HttpResponse<String> analyzed =
                post("texts/analyze", "{\"field\": \"title\", \"text\": \"The sound of a TV\"}");
        assertEquals(
                "{\"analyzer\":\"shop\",\"tokens\":["
                        + "{\"term\":\"the\",\"position\":0,\"start\":0,\"end\":3},"
                        + "{\"term\":\"sound\",\"position\":1,\"start\":4,\"end\":9},"
                        + "{\"term\":\"a\",\"position\":3,\"start\":13,\"end\":14},"
                        + "{\"term\":\"tv\",\"position\":4,\"positions\":2,\"start\":15,\"end\":17},"
                        + "{\"term\":\"televis\",\"position\":4,\"start\":15,\"end\":17,"
                        + "\"synonym\":true},"
                        + "{\"term\":\"set\",\"position\":5,\"start\":15,\"end\":17,"
                        + "\"synonym\":true}]}",
                analyzed.body());
        assertEquals(
                400,
                post("texts/analyze", "{\"analyzer\": \"shopp\", \"text\": \"\"}").statusCode());

        assertEquals(
                List.of(
                        "{\"title\":[\"The sound of a <em>television</em> <em>set</em>\"]}",
                        "{\"title\":[\"<em>TVs</em>\"]}"),
                items(json(node.get("/indexes/texts/search?q=tv&highlight=title")), "hits").stream()
                        .map(hit -> String.valueOf(((Value.Obj) hit).get("highlights")))
                        .toList());
        String explained = node.get("/indexes/texts/documents/a/explain?q=title:tv").body();
        assertTrue(explained.contains("\"clause\":\"phrase\",\"matches\":true"), explained);
        HttpResponse<String> phrase =
                search("texts", "{\"query\": {\"phrase\": {\"note\": \"off the coast\"}}}");
        assertEquals(400, phrase.statusCode());
        assertTrue(phrase.body().contains("keeps no positions"), phrase.body());

        // Other synonyms hold from the next search on, for documents that are there.
        HttpResponse<String> changed =
                node.putYaml("/indexes/texts", definition.formatted("\"puss, feline\""));
        assertEquals(200, changed.statusCode(), changed.body());
        assertTrue(
                String.valueOf(json(changed).get("detail"))
                        .contains("fields.title has other synonyms: for searches from now on"),
                changed.body());
        assertEquals(
                Value.of(1), json(node.get("/indexes/texts/search?q=title:puss")).get("total"));
        assertEquals(Value.of(0), json(node.get("/indexes/texts/search?q=title:cat")).get("total"));
    }

    private HttpResponse<String> post(String path, String body) {
        return node.send(
                "POST", "/indexes/" + path, "application/json", BodyPublishers.ofString(body));
    }

    private void fill(String index, int documents) {
        fill(
                index,
                """
                key: id
                fields: { n: { type: long }, word: { type: keyword } }
                source: push
                commit: { interval: 20ms }
                """,
                IntStream.range(0, documents)
                        .mapToObj(i ->
                                "{\"id\": \"d%d\", \"n\": %d, \"word\": \"w%d\"}"
                                        .formatted(i, i, i * 31 % 97))
                        .collect(Collectors.joining("\n")));
    }

    private void fill(String index, String definition, String lines) {
        HttpResponse<String> put = node.putYaml("/indexes/" + index, definition);
        assertEquals(201, put.statusCode(), put.body());
        HttpResponse<String> pushed = node.push(index, lines, "");
        assertEquals(200, pushed.statusCode(), pushed.body());
    }
}
