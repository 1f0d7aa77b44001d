package io.millrace.rest;

import static io.millrace.rest.NodeClient.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestTopic;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/// Documents pushed over HTTP and read at once, over the whole node.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class PushApiTest {
    private static final String NDJSON = "application/x-ndjson";

    private final NodeClient node = new NodeClient();

    @Test
    void documentsOfSeveralKeyFieldsAreFoundByTheirParts() throws Exception {
        String uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        defineBy(
                "parts",
                """
                key: [shop, id, price]
                fields: { id: { type: uuid }, price: { type: decimal }, day: { type: date } }
                source: push
                """);
        String document =
                "{\"shop\": \"a,b\", \"id\": \"{%s}\", \"price\": \"0.10\", \"day\": \"2018-02-01\"}"
                        .formatted(uuid);
        HttpResponse<String> pushed =
                node.push(
                        "parts",
                        document
                                + "\n{\"shop\": \"c\", \"id\": \"%s\", \"price\": 2, \"day\": \"2018-02-02\"}\n"
                                        .formatted(uuid),
                        "");
        assertEquals(200, pushed.statusCode(), pushed.body());

        Value.Obj found = json(node.get("/indexes/parts/documents/a%2Cb," + uuid + ",0.1"));
        assertEquals("[\"a,b\",\"" + uuid + "\",0.1]", String.valueOf(found.get("key")));
        assertEquals(Json.parse(document.getBytes(UTF_8)), found.get("document"));
        for (String filter :
                List.of(
                        "price:eq:0.100",
                        "price:lt:0.1000000000000000000000000001",
                        "day:lt:2018-02-02",
                        "_key:eq:a%252Cb,%257B" + uuid + "%257D,0.1")) {
            Value.Obj answer = json(node.get("/indexes/parts/search?filter=" + filter));
            assertEquals(Value.of(1), answer.get("total"), filter);
            assertEquals(List.of(String.valueOf(found.get("key"))), members(answer, "hits", "key"));
        }
        assertEquals(400, node.get("/indexes/parts/documents/c," + uuid).statusCode());
        HttpResponse<String> deleted =
                node.push("parts", "{\"$delete\": [\"c\", \"%s\", 2.0]}\n".formatted(uuid), "");
        assertEquals(200, deleted.statusCode(), deleted.body());
        assertEquals(404, node.get("/indexes/parts/documents/c," + uuid + ",2").statusCode());
    }

    //
    @Test
    void fieldsAndTheirValuesAreCounted() throws Exception {
        define("counted", "interval: 1h");
        node.push(
                "counted",
                """
                {"id": "a", "n": 1, "net": "us"}
                {"id": "b", "n": 2, "net": ["us", "uw"]}
                {"id": "c", "n": 4}
                """,
                "");
        Value.Obj answer =
                json(node.get("/indexes/counted/search?limit=0&facets=net&filter=n:gte:1"));
        assertEquals(
                "{\"net\":{\"buckets\":[{\"value\":\"us\",\"count\":2},{\"value\":\"uw\",\"count\":1}],"
                        + "\"more\":false}}",
                String.valueOf(answer.get("facets")));
        Value.Obj body =
                json(
                        node.send(
                                "POST",
                                "/indexes/counted/search",
                                "application/json",
                                BodyPublishers.ofString(
                                        """
                                        {"limit": 0,
                                         "facets": {"n": {"type": "stats", "missing": true}}}
                                        """)));
        assertEquals(
                "{\"n\":{\"count\":3,\"min\":1,\"max\":4,\"sum\":7,\"mean\":2.3333333333333335,"
                        + "\"missing\":0}}",
                String.valueOf(body.get("facets")));
        Value.Obj fields = json(node.get("/indexes/counted/fields"));
        assertEquals(List.of("id", "n", "net"), members(fields, "fields", "path"));
        assertEquals(List.of("3", "3", "2"), members(fields, "fields", "documents"));
        assertEquals(List.of("true", "true", "false"), members(fields, "fields", "declared"));
        Value.Obj values =
                json(node.get("/indexes/counted/fields/net/values?prefix=u&limit=1&after=us"));
        assertEquals(List.of("uw"), members(values, "values", "value"));
        assertEquals(Value.of(false), values.get("more"));
        assertEquals(400, node.get("/indexes/counted/fields/net/values?first=u").statusCode());
        assertEquals(400, node.get("/indexes/counted/fields/nett/values").statusCode());
    }

    @Test
    void everyLineIsAnsweredAfterTheCommitThatHoldsIt() throws Exception {
        define("lines", "interval: 1h");
        HttpResponse<String> answer =
                node.push(
                        "lines",
                        """
                        {"id": "a", "n": 1}
                        {"id": "b", "n": "many"}

                        {"id": "c",
                        {"n": 4}
                        {"id": "d", "n": 5}
                        {"$patch": {"key": "a", "set": {"n": 9}}}
                        {"$delete": "d"}\
                        """,
                        "");

        assertEquals(200, answer.statusCode(), answer.body());
        Value.Obj pushed = json(answer);
        assertEquals(
                List.of(
                        "indexed",
                        "rejected",
                        "rejected",
                        "rejected",
                        "indexed",
                        "indexed",
                        "deleted"),
                members(pushed, "results", "status"));
        assertEquals(
                List.of("1", "2", "4", "5", "6", "7", "8"), members(pushed, "results", "line"));
        assertEquals(Value.of(3), pushed.get("indexed"));
        assertEquals(Value.of(1), pushed.get("deleted"));
        assertEquals(Value.of(3), pushed.get("rejected"));
        List<String> reasons = members(pushed, "results", "reason");
        assertTrue(reasons.get(1).contains("many"), reasons.toString());
        assertTrue(reasons.get(2).contains("line 4"), reasons.toString());
        assertTrue(reasons.get(3).contains("line 5"), reasons.toString());
        // It is there: nothing has to be waited for.
        Value.Obj found = json(node.get("/indexes/lines/documents/a"));
        assertEquals(
                Value.of(9), ((Value.Obj) Objects.requireNonNull(found.get("document"))).get("n"));
        assertEquals(pushed.get("generation"), found.get("generation"));
        assertEquals(404, node.get("/indexes/lines/documents/d").statusCode());
        //
        assertEquals(Value.of(1), json(node.get("/indexes/lines/status")).get("documents"));
        assertEquals(Value.of(1), json(node.get("/indexes/lines/search?limit=0")).get("total"));
    }

    @Test
    void acceptedLinesAreFoundWithTheirPosition() throws Exception {
        define("later", "interval: 1h");

        HttpResponse<String> accepted = node.push("later", "{\"id\":\"a\",\"n\":1}", "?wait=false");

        assertEquals(202, accepted.statusCode(), accepted.body());
        Value.Obj answer = json(accepted);
        assertEquals(Value.of(1), answer.get("accepted"));
        assertEquals(List.of("accepted"), members(answer, "results", "status"));
        String position = String.valueOf(answer.get("position"));
        // The cadence is an hour: the commit comes because somebody waits for it.
        HttpResponse<String> found = node.get("/indexes/later/documents/a?atLeast=" + position);
        assertEquals(200, found.statusCode(), found.body());
        HttpResponse<String> search =
                node.send(
                        "POST",
                        "/indexes/later/search",
                        "application/json",
                        BodyPublishers.ofString(
                                "{\"atLeast\":\""
                                        + position
                                        + "\",\"timeout\":\"2s\",\"limit\":0}"));
        assertEquals(Value.of(1), json(search).get("total"), search.body());
    }

    @Test
    void aRecordIsFoundAtLeastByItsOffset() throws Exception {
        try (TestTopic topic = TestTopic.create("at-least", 1)) {
            assertEquals(
                    201,
                    node.send(
                                    "PUT",
                                    "/indexes/offsets",
                                    "application/yaml",
                                    BodyPublishers.ofString(
                                            "key: id\ncommit: { interval: 1h, idle-interval: 1h }\n"
                                                    + "source: { kafka: { topic: "
                                                    + topic.name()
                                                    + " } }\n"))
                            .statusCode());
            Awaiting.that(
                    "it is open", () -> node.get("/indexes/offsets/search").statusCode() == 200);
            topic.send("a", "{\"id\":\"a\"}").send("b", "{\"id\":\"b\"}").flush();

            HttpResponse<String> found =
                    node.get(
                            "/indexes/offsets/search?limit=0&timeout=30s&atLeast=%s:0:1"
                                    .formatted(topic.name()));

            assertEquals(200, found.statusCode(), found.body());
            assertEquals(Value.of(2), json(found).get("total"));
            HttpResponse<String> behind =
                    node.get(
                            "/indexes/offsets/search?timeout=100ms&atLeast=%s:0:2"
                                    .formatted(topic.name()));
            assertEquals(503, behind.statusCode(), behind.body());
            assertEquals(json(found).get("position"), json(behind).get("position"));
            assertTrue(behind.headers().firstValue("Retry-After").isPresent());
            HttpResponse<String> other = node.get("/indexes/offsets/search?atLeast=other:0:2");
            assertEquals(400, other.statusCode(), other.body());
            assertTrue(other.body().contains("does not read partition 0 of topic other"));
        }
    }

    @Test
    void positionsOfOtherLivesAreConflicts() throws Exception {
        define("lives", "interval: 1h");
        define("others", "interval: 1h");
        String foreign =
                String.valueOf(json(node.push("others", "{\"id\":\"a\"}", "")).get("position"));
        String session =
                String.valueOf(
                        json(node.push("others", "{\"id\":\"b\"}", "?wait=false")).get("position"));
        assertEquals(200, node.get("/indexes/others/search?atLeast=" + session).statusCode());

        HttpResponse<String> refused = node.get("/indexes/lives/search?atLeast=" + foreign);

        assertEquals(409, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("made anew"), refused.body());
        HttpResponse<String> nonsense = node.get("/indexes/lives/search?atLeast=nonsense");
        assertEquals(400, nonsense.statusCode(), nonsense.body());
        assertEquals(400, node.get("/indexes/lives/search?timeout=never").statusCode());
        assertEquals(400, node.get("/indexes/lives/search?timeout=61s").statusCode());
    }

    @Test
    void whatIsTooLargeIsAProblemThatNamesTheLimit() throws Exception {
        define("large", "interval: 1h");
        String blank = "\n".repeat(100_001);

        HttpResponse<String> lines = node.push("large", blank, "");
        assertEquals(413, lines.statusCode(), lines.body());
        assertTrue(lines.body().contains("millrace.push.body-lines-max = 100000"), lines.body());

        byte[] body = new byte[(32 << 20) + 1];
        Arrays.fill(body, (byte) ' ');
        HttpResponse<String> known =
                node.send(
                        "POST",
                        "/indexes/large/documents",
                        NDJSON,
                        BodyPublishers.ofByteArray(body));
        assertEquals(413, known.statusCode(), known.body());
        assertTrue(known.body().contains("millrace.push.body-bytes-max = 33554432"), known.body());
    }

    /// The server's own limit would answer without a word.
    @Test
    void aBodyWithoutALengthIsCountedWhileItIsRead() throws Exception {
        define("chunked", "interval: 1h");
        byte[] body = new byte[11 << 20];
        Arrays.fill(body, (byte) ' ');
        BodyPublisher unknown = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));

        HttpResponse<String> search =
                node.send("POST", "/indexes/chunked/search", "application/json", unknown);
        assertEquals(413, search.statusCode(), search.body());
        assertEquals(Value.of("urn:millrace:problem:too-large"), json(search).get("type"));

        // 11 MiB are fine where documents are pushed.
        HttpResponse<String> documents =
                node.send("POST", "/indexes/chunked/documents", NDJSON, unknown);
        assertEquals(200, documents.statusCode(), documents.body());
    }

    @Test
    void whatDoesNotFitIsRefused() throws Exception {
        define("fits", "interval: 1h");

        assertEquals(404, node.push("nowhere", "{}", "").statusCode());
        assertEquals(400, node.push("fits", "{}", "?wait=perhaps").statusCode());
        HttpResponse<String> type =
                node.send(
                        "POST",
                        "/indexes/fits/documents",
                        "text/plain",
                        BodyPublishers.ofString("{}"));
        assertEquals(415, type.statusCode(), type.body());
        assertTrue(type.body().contains("application/x-ndjson"), type.body());
        try (TestTopic topic = TestTopic.create("not-pushed", 1)) {
            node.send(
                    "PUT",
                    "/indexes/not-pushed",
                    "application/yaml",
                    BodyPublishers.ofString(
                            "key: id\nsource: { kafka: { topic: " + topic.name() + " } }\n"));
            HttpResponse<String> conflict = node.push("not-pushed", "{\"id\":\"a\"}", "");
            assertEquals(409, conflict.statusCode(), conflict.body());
            assertTrue(conflict.body().contains("source: push"), conflict.body());
        }
    }

    /// One commit serves all who wait: with one each, this would take minutes.
    @Test
    void manyWhoWaitShareCommits() throws Exception {
        define("shared", "interval: 1h");
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            answers.add(
                    node.pushAsync(
                            "shared", BodyPublishers.ofString("{\"id\":\"k" + i + "\"}"), ""));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertEquals(200, answer.get().statusCode(), answer.get().body());
        }
        Value.Obj status = json(node.get("/indexes/shared/status"));
        assertEquals(Value.of(400), status.get("documents"));
        long generations = Long.parseLong(String.valueOf(status.get("generation")));
        assertTrue(generations < 300, "generations: " + generations);
    }

    private void define(String name, String commit) throws Exception {
        defineBy(
                name,
                "key: id\nfields: { n: { type: long } }\nsource: push\ncommit: { %s }\n"
                        .formatted(commit));
    }

    private void defineBy(String name, String yaml) throws Exception {
        HttpResponse<String> put =
                node.send(
                        "PUT",
                        "/indexes/" + name,
                        "application/yaml",
                        BodyPublishers.ofString(yaml));
        assertEquals(201, put.statusCode(), put.body());
        Awaiting.that(
                "it takes documents",
                () -> {
                    Value.Obj source =
                            (Value.Obj)
                                    Objects.requireNonNull(
                                            json(node.get("/indexes/" + name + "/status"))
                                                    .get("source"));
                    return Value.of("reading").equals(source.get("state"));
                });
    }

    private static List<String> members(Value.Obj answer, String list, String member) {
        return ((Value.Array) Objects.requireNonNull(answer.get(list)))
                .items().stream()
                        .map(item -> String.valueOf(((Value.Obj) item).get(member)))
                        .toList();
    }
}
