package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/// What somebody tries who has just read the README: files, fields that are inferred, a change of a
/// definition, too much at once, an index that ends while its events are followed.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class NewcomerApiTest {
    private static final String NDJSON = "application/x-ndjson";
    private static final String YAML = "application/yaml";

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aFileBecomesAnIndexAndItsStatusTellsHowFarItIsRead() throws Exception {
        Path files = ConfigProvider.getConfig().getValue("millrace.files-dir", Path.class);
        String rows =
                """
                id,name,age
                1,"Lovelace, Ada",36
                2,Grace,many
                3,Alan,41
                """;
        Files.writeString(files.resolve("people.csv"), rows);
        assertEquals(
                201,
                put(
                                "people",
                                """
                                key: id
                                fields: { age: { type: long } }
                                commit: { interval: 100ms }
                                source: { file: { path: people.csv, format: csv } }
                                """)
                        .statusCode());

        Awaiting.that(
                "it is read to its end",
                () -> {
                    Value.Obj status = json(get("/indexes/people/status"));
                    return Value.of(2).equals(status.get("documents"))
                            && "done".equals(text(status, "source", "state"));
                });

        Value.Obj status = json(get("/indexes/people/status"));
        String length = Integer.toString(rows.length());
        assertEquals(length, text(status, "source", "progress", "readBytes"), status.toString());
        assertEquals(length, text(status, "source", "progress", "totalBytes"), status.toString());
        assertEquals(Value.of(0), status.get("lag"));
        assertEquals(
                "Lovelace, Ada",
                text(json(get("/indexes/people/documents/1")), "document", "name"));
        String letters = get("/indexes/people/dead-letters").body();
        assertTrue(letters.contains("2,Grace,many"), letters);
        assertTrue(letters.contains("expected a whole number"), letters);
    }

    @Test
    void aFileOutsideItsFolderIsRefused() throws Exception {
        HttpResponse<String> above =
                put("outside", "key: id\nsource: { file: { path: ../secret.ndjson } }\n");

        assertEquals(400, above.statusCode(), above.body());
        assertTrue(above.body().contains("../secret.ndjson"), above.body());
        assertEquals(404, get("/indexes/outside").statusCode());
    }

    @Test
    void whatDoesNotFitAnInferredFieldIsKeptAndFoundByItsPath() throws Exception {
        assertEquals(201, put("films", "key: id\nsource: push\n").statusCode());
        awaitReading("films");
        HttpResponse<String> pushed =
                push(
                        "films",
                        """
                        {"id": "a", "title": 300}
                        {"id": "b", "title": {"de": "Alien"}}
                        {"id": "c", "title": "Alien"}
                        """);
        assertEquals(200, pushed.statusCode(), pushed.body());

        HttpResponse<String> found = get("/indexes/films/search?filter=_ignored:eq:title");

        assertEquals(200, found.statusCode(), found.body());
        assertTrue(found.body().contains("Alien"), found.body());
        String ignored = text(json(get("/indexes/films/status")), "ignoredDocuments");
        assertEquals(text(json(found), "total"), ignored);
        assertTrue(Integer.parseInt(ignored) > 0, ignored);
    }

    @Test
    void aChangeSaysFromWhenOnItHolds() throws Exception {
        String definition = "key: id\nfields: { n: { type: long } }\nsource: push\n";
        assertEquals(201, put("changed", definition).statusCode());
        awaitReading("changed");
        assertEquals(200, push("changed", "{\"id\":\"a\",\"n\":1}").statusCode());

        HttpResponse<String> added =
                put("changed", definition.replace("n: {", "m: { type: keyword }, n: {"));
        HttpResponse<String> refused = put("changed", definition.replace("long", "keyword"));

        assertEquals(200, added.statusCode(), added.body());
        assertTrue(text(json(added), "detail").contains("fields.m is new"), added.body());
        assertEquals(409, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("/indexes/changed/rebuild"), refused.body());
    }

    @Test
    void aTimeoutWithoutAUnitIsNamed() throws Exception {
        assertEquals(201, put("units", "key: id\nsource: push\n").statusCode());
        awaitReading("units");

        HttpResponse<String> refused =
                send("POST", "/indexes/units/search", "application/json", "{\"timeout\": 5}");

        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("timeout 5, expected a duration"), refused.body());
    }

    @Test
    void whoFollowsAnIndexThatIsDeletedIsToldAndLetGo() throws Exception {
        assertEquals(201, put("ends", "key: id\nsource: push\n").statusCode());
        awaitReading("ends");
        CompletableFuture<List<String>> followed = follow("ends");

        assertTrue(send("DELETE", "/indexes/ends", YAML, "").statusCode() / 100 == 2);

        List<String> lines = followed.get(60, TimeUnit.SECONDS);
        assertTrue(
                lines.stream().anyMatch(line -> line.contains("\"kind\":\"DELETE\"")),
                lines.toString());
        assertTrue(lines.contains("event:problem"), lines.toString());
        assertTrue(lines.contains("retry:1000"), lines.toString());
    }

    @Test
    void whoFollowsAnIndexThatIsBuiltAnewIsToldToConnectAgain() throws Exception {
        Path files = ConfigProvider.getConfig().getValue("millrace.files-dir", Path.class);
        Files.writeString(files.resolve("anew.ndjson"), "{\"id\":\"a\"}\n");
        assertEquals(
                201,
                put(
                                "anew",
                                "key: id\ncommit: { interval: 100ms }\nsource: { file: { path: anew.ndjson, format: ndjson } }\n")
                        .statusCode());
        Awaiting.that(
                "the document is there",
                () -> get("/indexes/anew/documents/a").statusCode() == 200);
        CompletableFuture<List<String>> followed = follow("anew");

        assertEquals(202, send("POST", "/indexes/anew/rebuild", YAML, "").statusCode());

        List<String> lines = followed.get(60, TimeUnit.SECONDS);
        assertTrue(
                lines.stream().anyMatch(line -> line.contains("connect again")), lines.toString());
        assertEquals(200, get("/indexes/anew/documents/a").statusCode());
    }

    /// The lines of all events, once the stream has ended.
    private CompletableFuture<List<String>> follow(String index) throws Exception {
        HttpResponse<Stream<String>> stream =
                client.send(
                        request("/indexes/" + index + "/events?from=0").build(),
                        BodyHandlers.ofLines());
        assertEquals(200, stream.statusCode());
        return CompletableFuture.supplyAsync(() -> stream.body().toList());
    }

    private void awaitReading(String name) {
        Awaiting.that(
                "it takes documents",
                () ->
                        "reading"
                                .equals(
                                        text(
                                                json(get("/indexes/" + name + "/status")),
                                                "source",
                                                "state")));
    }

    private HttpResponse<String> put(String name, String definition) throws Exception {
        return send("PUT", "/indexes/" + name, YAML, definition);
    }

    private HttpResponse<String> push(String name, String lines) {
        return post(name, lines.getBytes(UTF_8));
    }

    private HttpResponse<String> post(String name, byte[] lines) {
        try {
            return client.send(
                    request("/indexes/" + name + "/documents")
                            .header("Content-Type", NDJSON)
                            .POST(BodyPublishers.ofByteArray(lines))
                            .build(),
                    BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> get(String path) {
        try {
            return client.send(request(path).build(), BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> send(String method, String path, String type, String body)
            throws Exception {
        return client.send(
                request(path)
                        .header("Content-Type", type)
                        .method(method, BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(String path) {
        String base = ConfigProvider.getConfig().getValue("test.url", String.class);
        return HttpRequest.newBuilder(URI.create(base + path)).timeout(Duration.ofSeconds(60));
    }

    private static Value.Obj json(HttpResponse<String> answer) {
        return (Value.Obj) Json.parse(answer.body().getBytes(UTF_8));
    }

    private static String text(Value.Obj root, String... names) {
        Value found = root;
        for (String name : names) {
            found = Objects.requireNonNull(((Value.Obj) found).get(name), root.toString());
        }
        return String.valueOf(found);
    }
}
