package io.millrace.rest;

import static io.millrace.rest.NodeClient.json;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.index.CheckReport;
import io.millrace.index.IndexCheck;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestTopic;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/// What is asked of an index while it is being opened, written, filled to its bound or made anew,
/// over the whole node.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class UnderWayApiTest {
    private static final String PUSHED =
            "key: id\nfields: { n: { type: long } }\nsource: push\ncommit: { interval: 1h }\n";

    private final NodeClient node = new NodeClient();

    @Test
    void documentsArePushedRightAfterTheIndexIsPut() {
        for (int i = 0; i < 20; i++) {
            String index = "at-once-" + i;
            assertEquals(201, node.putYaml("/indexes/" + index, PUSHED).statusCode());

            HttpResponse<String> pushed = node.push(index, "{\"id\":\"a\"}", "");

            assertEquals(200, pushed.statusCode(), pushed.body());
        }
    }

    @Test
    void aGenerationThatNobodyWasToldIsRefusedAtOnce() {
        assertEquals(201, node.putYaml("/indexes/future", PUSHED).statusCode());
        Value.Obj pushed = json(node.push("future", "{\"id\":\"a\"}", ""));
        PositionToken.OfGeneration told =
                (PositionToken.OfGeneration)
                        PositionToken.parse("position", text(pushed, "position"));
        assertEquals(
                200, node.get("/indexes/future/search?atLeast=" + token(told, 0)).statusCode());

        HttpResponse<String> refused =
                node.get("/indexes/future/search?timeout=60s&atLeast=" + token(told, 1));

        assertEquals(400, refused.statusCode(), refused.body());
        assertTrue(refused.body().contains("which stands at " + told.generation()), refused.body());
    }

    @Test
    void aBackupIsWholeWhileWritingGoesOn() throws Exception {
        assertEquals(201, node.putYaml("/indexes/saved", PUSHED).statusCode());
        assertEquals(200, node.push("saved", "{\"id\":\"first\"}", "").statusCode());
        Path backups = Path.of(setting("millrace.backups-dir"));
        Set<Path> folders = new ConcurrentSkipListSet<>();
        try (Repeated pushing =
                new Repeated(n -> {
                    HttpResponse<String> pushed =
                            node.push("saved", "{\"id\":%d,\"n\":%d}".formatted(n % 9, n), "");
                    assertEquals(200, pushed.statusCode(), pushed.body());
                })) {
            for (int i = 0; i < 5; i++) {
                HttpResponse<String> answer = node.post("/indexes/saved/backup");
                assertEquals(201, answer.statusCode(), answer.body());
                Value.Obj backup = json(answer);
                Path folder = backups.resolve(text(backup, "backup"));
                CheckReport report = IndexCheck.run(MmapDirectory.open(folder), true, _ -> {});
                assertTrue(report.isWhole(), report.toString());
                assertEquals(Value.of(report.generation()), backup.get("generation"));
                assertEquals(Value.of(report.documentCount()), backup.get("documents"));
                Value definition =
                        Json.parse(Files.readAllBytes(folder.resolve("definition.json")));
                assertEquals(Value.of("push"), ((Value.Obj) definition).get("source"));
                folders.add(folder);
            }
            pushing.stop();
        }
        assertEquals(5, folders.size());
        assertEquals(404, node.post("/indexes/nowhere/backup").statusCode());
    }

    @Test
    void aFullQueueAnswersThatThereIsNoRoomAndWhenToComeAgain() {
        assertEquals(201, node.putYaml("/indexes/full", PUSHED).statusCode());
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 900; i++) {
            lines.append("{\"id\":").append(i).append("}\n");
        }
        List<HttpResponse<String>> refused = new ArrayList<>();
        Awaiting.that(
                "the queue is full",
                () -> {
                    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
                    for (int i = 0; i < 16; i++) {
                        answers.add(
                                node.pushAsync(
                                        "full",
                                        BodyPublishers.ofString(lines.toString()),
                                        "?wait=false"));
                    }
                    for (CompletableFuture<HttpResponse<String>> answer : answers) {
                        int status = answer.join().statusCode();
                        assertTrue(status == 202 || status == 429, answer.join().body());
                        if (status == 429) {
                            refused.add(answer.join());
                        }
                    }
                    return !refused.isEmpty();
                });
        HttpResponse<String> full = refused.getFirst();
        assertEquals("1", full.headers().firstValue("Retry-After").orElse(""));
        assertEquals(Value.of("urn:millrace:problem:too-many-requests"), json(full).get("type"));
        assertTrue(full.body().contains("nothing of this request was taken"), full.body());
        // What was taken is there, and there is room again.
        HttpResponse<String> later = node.push("full", "{\"id\":900}", "");
        assertEquals(200, later.statusCode(), later.body());
        assertEquals(Value.of(901), json(node.get("/indexes/full/search?limit=0")).get("total"));
    }

    @Test
    void searchesAndRecordsGoOnWhileARebuildTakesOver() throws Exception {
        try (TestTopic topic = TestTopic.create("swap", 1)) {
            for (int i = 0; i < 500; i++) {
                topic.send("k" + i, "{\"id\":\"k" + i + "\",\"n\":" + i + "}");
            }
            topic.flush();
            String definition =
                    "key: id\ncommit: { interval: 50ms }\nsource: { kafka: { topic: %s } }\n"
                            .formatted(topic.name());
            assertEquals(201, node.putYaml("/indexes/swapped", definition).statusCode());
            Awaiting.that("all are there", () -> total("swapped") == 500);
            String before = incarnation("swapped");
            try (Repeated searching =
                            new Repeated(_ -> {
                                HttpResponse<String> found =
                                        node.get("/indexes/swapped/search?limit=1");
                                assertEquals(200, found.statusCode(), found.body());
                                long total = total(found);
                                assertTrue(total >= 500, "documents went missing: " + total);
                            });
                    Repeated writing =
                            new Repeated(n -> {
                                topic.send("new" + n % 50, "{\"id\":\"new" + n % 50 + "\"}");
                                topic.flush();
                            })) {
                assertEquals(202, node.post("/indexes/swapped/rebuild").statusCode());
                Awaiting.that("the new one serves", () -> !incarnation("swapped").equals(before));
                searching.stop();
                writing.stop();
            }
            topic.send("last", "{\"id\":\"last\"}").flush();
            Awaiting.that(
                    "the new one reads on",
                    () -> node.get("/indexes/swapped/documents/last").statusCode() == 200);
        }
    }

    /// Does something over and over on a thread of its own. Closing it fails when that failed.
    private static final class Repeated implements AutoCloseable {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final ExecutorService thread = Executors.newSingleThreadExecutor();
        private final Future<?> done;

        interface Step {
            void run(long number) throws Exception;
        }

        Repeated(Step step) {
            done =
                    thread.submit(() -> {
                        for (long n = 0; !stopped.get(); n++) {
                            step.run(n);
                        }
                        return null;
                    });
        }

        void stop() throws Exception {
            stopped.set(true);
            done.get();
        }

        @Override
        public void close() {
            stopped.set(true);
            thread.close();
        }
    }

    private String incarnation(String index) {
        return text(json(node.get("/indexes/" + index + "/status")), "incarnation");
    }

    private long total(String index) {
        HttpResponse<String> found = node.get("/indexes/" + index + "/search?limit=0");
        return found.statusCode() == 200 ? total(found) : 0;
    }

    private static long total(HttpResponse<String> found) {
        return ((Value.Int) Objects.requireNonNull(json(found).get("total"))).value();
    }

    private static String token(PositionToken.OfGeneration told, long later) {
        return PositionToken.of(told.incarnation(), told.generation() + later);
    }

    private static String text(Value.Obj answer, String name) {
        return ((Value.Text) Objects.requireNonNull(answer.get(name), answer.toString())).value();
    }

    private static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }
}
