package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestKafka;
import io.millrace.testing.TestTopic;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The HTTP surface over the whole node, with a real broker.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class ApiTest {
    private static final String FIELDS =
            """
            key: id
            fields:
              place: { type: text, analyzer: english }
              magnitude: { type: double }
            commit: { interval: 100ms }
            """;

    private final HttpClient client = HttpClient.newHttpClient();

    /// A data folder of its own, and the broker all tests share.
    public static final class Node implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            try {
                Path folder = Files.createTempDirectory(Path.of("target"), "api-test");
                return Map.ofEntries(
                        Map.entry("kafka.bootstrap.servers", TestKafka.bootstrapServers()),
                        Map.entry("millrace.data-dir", folder.resolve("data").toString()),
                        Map.entry("millrace.files-dir", folder.toString()),
                        Map.entry("millrace.backups-dir", folder.resolve("backups").toString()),
                        Map.entry("millrace.push.queue-changes-max", "2000"),
                        Map.entry("millrace.push.reading-bytes-max", Integer.toString(40 << 20)),
                        Map.entry("millrace.search.threads", "1"),
                        Map.entry("millrace.search.waiting-max", "8"),
                        Map.entry(
                                "millrace.definitions-dir",
                                folder.resolve("definitions").toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }

    @Test
    void aTopicBecomesAnIndexThatAnswers() throws Exception {
        try (TestTopic topic = TestTopic.create("api", 1)) {
            topic.send(
                            "a/b,c",
                            "{\"id\":\"a/b,c\",\"place\":\"Off the coast of Alaska\",\"magnitude\":4.5}")
                    .send(
                            "b",
                            "{\"id\":\"b\",\"place\":\"Alaska\",\"magnitude\":1,\"exact\":3.14159265358979323846}")
                    .send("c", "{\"id\":\"c\",\"place\":\"Nevada\",\"magnitude\":2}")
                    .send("c", null)
                    .send("d", "{ broken")
                    .flush();

            HttpResponse<String> put = putDefinition("quakes-api", topic.name());
            assertEquals(201, put.statusCode(), put.body());
            assertTrue(
                    put.headers()
                            .firstValue("Location")
                            .orElse("")
                            .endsWith("/indexes/quakes-api"));
            Awaiting.that(
                    "both documents are committed and the bad record kept",
                    () -> {
                        Value.Obj status = json(get("/indexes/quakes-api/status"));
                        return Value.of(2).equals(status.get("documents"))
                                && Value.of(0).equals(status.get("lag"));
                    });

            Value.Obj found =
                    json(
                            get(
                                    "/indexes/quakes-api/search?q=alaska&filter=magnitude:gte:4&sort=-magnitude"));
            assertEquals(Value.of(1), found.get("total"));
            assertNotNull(found.get("position"));
            assertNotNull(found.get("tookMicros"));
            Value.Obj hit = (Value.Obj) items(found, "hits").getFirst();
            assertEquals(Value.of("a/b,c"), hit.get("key"));
            assertNotNull(hit.get("score"));

            Value.Obj counted =
                    json(
                            send(
                                    "POST",
                                    "/indexes/quakes-api/search",
                                    "application/json",
                                    "{\"filter\":{\"range\":{\"magnitude\":{\"lt\":3}}},\"limit\":0}"));
            assertEquals(Value.of(1), counted.get("total"));

            HttpResponse<String> exact = get("/indexes/quakes-api/documents/b");
            assertTrue(exact.body().contains("\"exact\":3.14159265358979323846"), exact.body());
            assertEquals(200, get("/indexes/quakes-api/documents/a%2Fb%2Cc").statusCode());
            assertEquals(404, get("/indexes/quakes-api/documents/c").statusCode());

            Value.Obj letter =
                    (Value.Obj)
                            items(json(get("/indexes/quakes-api/dead-letters")), "deadLetters")
                                    .getFirst();
            assertEquals(Value.of("decode"), letter.get("stage"));
            assertEquals(Value.of(4), letter.get("position"));

            assertTrue(!items(json(get("/indexes/quakes-api/segments")), "segments").isEmpty());
            Value.Obj newest =
                    (Value.Obj)
                            items(json(get("/indexes/quakes-api/commits?limit=1")), "commits")
                                    .getFirst();
            Value.Obj commit = json(send("POST", "/indexes/quakes-api/commit", null, ""));
            assertEquals(newest.get("checkpoint"), commit.get("checkpoint"));

            assertEventsFormAChain("/indexes/quakes-api/events?from=0");
            assertEquals(200, putDefinition("quakes-api", topic.name()).statusCode());
            HttpResponse<String> conflict = putDefinition("quakes-api", "another-topic");
            assertEquals(409, conflict.statusCode());
            assertTrue(conflict.body().contains("source.kafka.topic"), conflict.body());
        }
    }

    @Test
    void aWrongTopicIsPutRightByAnotherPut() throws Exception {
        try (TestTopic topic = TestTopic.create("right", 1)) {
            topic.send("a", "{\"id\":\"a\"}").flush();
            assertEquals(201, putDefinition("typo", topic.name() + "-typo").statusCode());

            HttpResponse<String> put = putDefinition("typo", topic.name());

            assertEquals(200, put.statusCode(), put.body());
            Awaiting.that(
                    "the document is there",
                    () -> get("/indexes/typo/documents/a").statusCode() == 200);
        }
    }

    @Test
    void anIndexIsPausedRebuiltAndDeleted() throws Exception {
        try (TestTopic topic = TestTopic.create("life", 1)) {
            topic.send("a", "{\"id\":\"a\",\"magnitude\":1}").flush();
            assertEquals(201, putDefinition("life", topic.name()).statusCode());
            Awaiting.that(
                    "the document is there",
                    () -> get("/indexes/life/documents/a").statusCode() == 200);
            Value before = json(get("/indexes/life/status")).get("incarnation");

            assertEquals(200, send("POST", "/indexes/life/pause", null, "").statusCode());
            Awaiting.that("it rests", () -> Value.of("paused").equals(state("life")));
            assertEquals(200, send("POST", "/indexes/life/resume", null, "").statusCode());
            Awaiting.that("it runs", () -> Value.of("running").equals(state("life")));

            HttpResponse<String> begun =
                    send(
                            "POST",
                            "/indexes/life/rebuild",
                            "application/yaml",
                            FIELDS.replace("double", "long")
                                    + "source: { kafka: { topic: "
                                    + topic.name()
                                    + " } }\n");
            assertEquals(202, begun.statusCode(), begun.body());
            Awaiting.that(
                    "another incarnation serves",
                    () -> {
                        Value.Obj status = json(get("/indexes/life/status"));
                        return status.get("incarnation") != null
                                && !Objects.equals(before, status.get("incarnation"))
                                && Value.of(1).equals(status.get("documents"));
                    });
            assertEquals(404, send("DELETE", "/indexes/life/rebuild", null, "").statusCode());
            assertEquals(202, send("POST", "/indexes/life/rebuild", null, "").statusCode());

            int deleted = send("DELETE", "/indexes/life", null, "").statusCode();
            assertTrue(deleted == 204 || deleted == 202, "status " + deleted);
            Awaiting.that("it is gone", () -> get("/indexes/life").statusCode() == 404);
            assertEquals(404, send("DELETE", "/indexes/life", null, "").statusCode());
            assertEquals(201, putDefinition("life", topic.name()).statusCode());
            Awaiting.that(
                    "it is there again",
                    () -> get("/indexes/life/documents/a").statusCode() == 200);
        }
    }

    private Value state(String index) {
        return Objects.requireNonNull(json(get("/indexes/" + index + "/status")).get("state"));
    }

    @ParameterizedTest
    @ValueSource(ints = {(1 << 20) + 1, 11 << 20})
    void aBodyTooLargeIsAProblem(int bytes) throws Exception {
        HttpResponse<String> refused =
                send("PUT", "/indexes/large", "application/json", " ".repeat(bytes));

        assertEquals(413, refused.statusCode());
        assertEquals(Value.of("urn:millrace:problem:too-large"), json(refused).get("type"));
        assertEquals(
                Value.of("body of %d bytes, expected at most 1048576".formatted(bytes)),
                json(refused).get("detail"));
    }

    @Test
    void anIndexWhoseTopicIsMissingIsStartingAndSaysSo() throws Exception {
        assertEquals(201, putDefinition("waiting", "no-such-topic").statusCode());

        assertEquals(Value.of("starting"), json(get("/indexes/waiting/status")).get("state"));
        HttpResponse<String> search = get("/indexes/waiting/search");
        assertEquals(503, search.statusCode(), search.body());
        assertTrue(search.headers().firstValue("Retry-After").isPresent());
        assertEquals(503, get("/indexes/waiting/events").statusCode());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET|/indexes/none|404|no index named none",
                "GET|/indexes/none/search|404|no index named none",
                "GET|/indexes/none/nothing|404|nothing at /indexes/none/nothing",
                "GET|/nothing|404|nothing at /nothing",
                "DELETE|/indexes/none|404|no index named none",
                "POST|/indexes/none|405|not allowed",
                "PUT|/indexes/none|415|application/json",
            })
    void whatDoesNotFitIsAProblem(String method, String path, int status, String detail)
            throws Exception {
        HttpResponse<String> refused = send(method, path, "text/plain", "x");

        assertEquals(status, refused.statusCode());
        assertEquals(
                "application/problem+json",
                refused.headers().firstValue("Content-Type").orElse(""));
        Value.Obj problem = json(refused);
        assertEquals(Value.of(status), problem.get("status"));
        assertTrue(String.valueOf(problem.get("detail")).contains(detail), refused.body());
        assertEquals(Value.of(path), problem.get("instance"));
    }

    @Test
    void aBadDefinitionNamesItsPlace() throws Exception {
        HttpResponse<String> refused =
                send(
                        "PUT",
                        "/indexes/bad",
                        "application/json",
                        "{\"key\":\"id\",\"commit\":{\"interval\":1}}");

        assertEquals(400, refused.statusCode());
        assertTrue(refused.body().contains("member source is missing"), refused.body());
        HttpResponse<String> broken =
                send("PUT", "/indexes/bad", "application/json", "{\n\"key\":}");
        assertTrue(broken.body().contains("line 2, column 7"), broken.body());
    }

    @Test
    void thePageAndTheDescriptionAreServed() throws Exception {
        assertTrue(get("/").body().contains("<title>Millrace</title>"));
        assertEquals(200, get("/millrace.js").statusCode());
        assertEquals(200, get("/millrace.css").statusCode());
        String description = get("/q/openapi?format=json").body();
        assertTrue(description.contains("\"title\" : \"Millrace\""), description);
        Value.Obj document = (Value.Obj) Json.parse(description.getBytes(UTF_8));
        assertEquals(
                List.of(
                        "q",
                        "filter",
                        "sort",
                        "limit",
                        "offset",
                        "cursor",
                        "fields",
                        "facets",
                        "highlight",
                        "total",
                        "atLeast",
                        "timeout",
                        "explain",
                        "searchTimeout",
                        "name"),
                items(at(document, "paths", "/indexes/{name}/search", "get"), "parameters").stream()
                        .map(parameter -> String.valueOf(((Value.Obj) parameter).get("name")))
                        .toList());
        assertEquals(
                Value.of("#/components/responses/NotFound"),
                at(document, "paths", "/indexes/{name}/merge", "post", "responses", "404")
                        .get("$ref"));
        assertEquals(
                Value.of("#/components/schemas/Problem"),
                at(
                                document,
                                "components",
                                "responses",
                                "NotFound",
                                "content",
                                "application/problem+json",
                                "schema")
                        .get("$ref"));
        assertNotNull(at(document, "components", "schemas", "Problem").get("properties"));
        assertEquals(
                List.of("anyOf"),
                List.copyOf(
                        at(document, "components", "schemas", "Hit", "properties", "key")
                                .members()
                                .keySet()));
    }

    private void assertEventsFormAChain(String path) throws Exception {
        HttpResponse<java.io.InputStream> stream =
                client.send(request(path).build(), BodyHandlers.ofInputStream());
        List<Value.Obj> events = new ArrayList<>();
        try (var lines = new BufferedReader(new InputStreamReader(stream.body(), UTF_8))) {
            while (events.size() < 2) {
                String line = Objects.requireNonNull(lines.readLine(), "the stream ended");
                if (line.startsWith("data:")) {
                    events.add((Value.Obj) Json.parse(line.substring(5).strip().getBytes(UTF_8)));
                }
            }
        }
        assertEquals(Value.of(1), events.getFirst().get("generation"));
        assertEquals(Value.of(2), events.get(1).get("generation"));
        assertEquals(Value.of(1), events.get(1).get("previousgeneration"));
        assertEquals(
                events.get(1).get("time"),
                ((Value.Obj) Objects.requireNonNull(events.get(1).get("data"))).get("committedAt"));
    }

    private HttpResponse<String> putDefinition(String name, String topic) throws Exception {
        return send(
                "PUT",
                "/indexes/" + name,
                "application/yaml",
                FIELDS + "source: { kafka: { topic: " + topic + " } }\n");
    }

    private HttpResponse<String> get(String path) {
        try {
            return client.send(request(path).build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> send(
            String method, String path, @org.jspecify.annotations.Nullable String type, String body)
            throws Exception {
        HttpRequest.Builder request = request(path).method(method, BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        String base = ConfigProvider.getConfig().getValue("test.url", String.class);
        return HttpRequest.newBuilder(URI.create(base + path));
    }

    private static Value.Obj json(HttpResponse<String> answer) {
        return (Value.Obj) Json.parse(answer.body().getBytes(UTF_8));
    }

    private static Value.Obj at(Value.Obj root, String... names) {
        Value.Obj found = root;
        for (String name : names) {
            found = (Value.Obj) Objects.requireNonNull(found.get(name), name);
        }
        return found;
    }

    private static List<Value> items(Value.Obj answer, String name) {
        return ((Value.Array) Objects.requireNonNull(answer.get(name), answer.toString())).items();
    }
}
