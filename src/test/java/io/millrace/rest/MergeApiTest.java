package io.millrace.rest;

import static io.millrace.rest.NodeClient.items;
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
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Merges asked for over HTTP, over the whole node with a real broker.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class MergeApiTest {
    private final NodeClient node = new NodeClient();

    @Test
    void segmentsBecomeOneAndTheTopicTellsHow() {
        String index = "merged-" + UUID.randomUUID();
        // That a merge finished is told after its commit.
        try (TestTopic _ = TestTopic.existing("millrace.commits", 1);
                TestTopic merges = TestTopic.existing("millrace.merges", 1)) {
            define(index);
            push(index, "{\"id\":\"a\",\"n\":1}");
            push(index, "{\"id\":\"b\",\"n\":2}");
            push(index, "{\"id\":\"c\",\"n\":3}");
            Value.Obj before = json(get(index, "/segments"));
            assertEquals(3, items(before, "segments").size());

            HttpResponse<String> answer = post(index, "/merge?segments=1");

            assertEquals(200, answer.statusCode(), answer.body());
            Value.Obj merged = json(answer);
            assertEquals(Value.of(true), merged.get("done"));
            assertEquals(Value.of(1), merged.get("segments"));
            assertEquals(Value.of(3), merged.get("documents"));
            Value.Obj segment = (Value.Obj) items(json(get(index, "/segments")), "segments").get(0);
            assertEquals(Value.of(3), segment.get("documents"));
            assertEquals(Value.of(false), segment.get("merging"));
            // The request is answered a moment before the merge's thread is done.
            Awaiting.that("the merge has ended", () -> items(doing(index), "running").isEmpty());
            Value.Obj doing = doing(index);
            assertEquals(Value.of(""), doing.get("waiting"));
            assertEquals(List.of(), items(doing, "heldBack"));
            Value.Obj newest = (Value.Obj) items(json(get(index, "/commits")), "commits").get(0);
            assertEquals(Value.of("MERGE"), newest.get("kind"));
            // Nothing is left to do.
            assertEquals(200, post(index, "/merge").statusCode());
            assertEquals(merged.get("generation"), json(get(index, "/segments")).get("generation"));

            Awaiting.that("the merge is told to the end", () -> phases(merges, index).size() == 3);
            assertEquals(List.of("planned", "started", "finished"), phases(merges, index));
            ConsumerRecord<byte[], byte[]> finished = told(merges, index).getLast();
            assertEquals(
                    String.valueOf(merged.get("generation")), header(finished, "ce_generation"));
            assertEquals(segment.get("id"), ((Value.Obj) Json.parse(finished.value())).get("id"));
        }
    }

    @Test
    void deletedDocumentsAreExpunged() {
        String index = "expunged-" + UUID.randomUUID();
        define(index);
        push(index, "{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":2}");
        push(index, "{\"$delete\":\"a\"}");
        assertEquals(List.of(Value.of(1)), deleted(index));

        HttpResponse<String> answer = post(index, "/merge?expunge=true");

        assertEquals(200, answer.statusCode(), answer.body());
        assertEquals(Value.of(0), json(answer).get("deleted"));
        assertEquals(List.of(Value.of(0)), deleted(index));
    }

    @Test
    void whoeverDoesNotWaitIsToldThatItGoesOn() {
        String index = "unawaited-" + UUID.randomUUID();
        define(index);
        push(index, "{\"id\":\"a\",\"n\":1}");
        push(index, "{\"id\":\"b\",\"n\":2}");

        HttpResponse<String> answer = post(index, "/merge?wait=false");

        assertEquals(202, answer.statusCode(), answer.body());
        assertEquals(Value.of(false), json(answer).get("done"));
        Awaiting.that(
                "one segment is left",
                () -> items(json(get(index, "/segments")), "segments").size() == 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "segments=0",
                "segments=many",
                "expunge=perhaps",
                "segments=1&expunge=true",
                "timeout=1h",
                "wait=30s"
            })
    void whatIsNotUnderstoodIsRefusedWithItsName(String parameters) {
        define("refusing");

        HttpResponse<String> answer = post("refusing", "/merge?" + parameters);

        assertEquals(400, answer.statusCode(), answer.body());
        assertTrue(parameters.contains(String.valueOf(json(answer).get("pointer"))), answer.body());
    }

    private Value.Obj doing(String index) {
        return (Value.Obj) Objects.requireNonNull(json(get(index, "/status")).get("merges"));
    }

    private List<Value> deleted(String index) {
        return items(json(get(index, "/segments")), "segments").stream()
                .map(segment -> Objects.requireNonNull(((Value.Obj) segment).get("deleted")))
                .toList();
    }

    private static List<ConsumerRecord<byte[], byte[]>> told(TestTopic merges, String index) {
        return merges.readAll().stream()
                .filter(record -> index.equals(new String(record.key(), UTF_8)))
                .toList();
    }

    private static List<String> phases(TestTopic merges, String index) {
        return told(merges, index).stream().map(record -> header(record, "ce_phase")).toList();
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), UTF_8);
    }

    private void define(String index) {
        HttpResponse<String> put =
                node.putYaml(
                        "/indexes/" + index,
                        """
                        key: id
                        fields: { n: { type: long } }
                        source: push
                        commit: { interval: 1h }
                        """);
        assertEquals(2, put.statusCode() / 100, put.body());
    }

    /// Answered by the commit, so each is a generation.
    private void push(String index, String lines) {
        HttpResponse<String> answer = node.push(index, lines, "");
        assertEquals(200, answer.statusCode(), answer.body());
    }

    private HttpResponse<String> post(String index, String rest) {
        return node.post("/indexes/" + index + rest);
    }

    private HttpResponse<String> get(String index, String rest) {
        return node.get("/indexes/" + index + rest);
    }
}
