package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Objects;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/// Sources over HTTP, from their definition to the last of them, over the whole node with a real
/// database.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class SourcesApiTest {
    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void aTableIsFollowedFromItsDefinitionToItsEnd() {
        TestDatabase database = TestPostgres.database("api");
        database.execute(
                "CREATE TABLE track (track_id int PRIMARY KEY, title text, price numeric)");
        String shop =
                "postgres: { host: %s, port: %d, database: %s, user: %s }"
                        .formatted(
                                database.at().host(),
                                database.at().port(),
                                database.name(),
                                database.at().user());
        assertEquals(201, send("PUT", "/sources/shop", shop).statusCode());
        assertEquals(200, send("PUT", "/sources/shop", shop).statusCode());
        HttpResponse<String> put =
                send(
                        "PUT",
                        "/indexes/api-tracks",
                        "source: { postgres: { source: shop, table: track } }");
        assertEquals(201, put.statusCode(), put.body());
        Awaiting.that(
                "the index runs",
                () -> "running".equals(text(get("/indexes/api-tracks"), "state")));

        database.transaction(
                "INSERT INTO track VALUES (1, 'Alpha', 0.99), (2, 'Beta', 1.98)",
                "UPDATE track SET price = 1.10 WHERE track_id = 1",
                "DELETE FROM track WHERE track_id = 2");

        Awaiting.that(
                "the row is found",
                () ->
                        Value.of(1)
                                .equals(
                                        get("/indexes/api-tracks/search?q=alpha&filter=price:eq:1.1")
                                                .get("total")));
        Obj source = get("/sources/shop");
        assertEquals("postgres", text(source, "kind"));
        assertEquals(new Value.Array(List.of(Value.of("api-tracks"))), source.get("indexes"));
        Obj log = object(object(source, "postgres"), "log");
        assertEquals("reserved", text(log, "walStatus"));
        assertEquals(Value.of(0), log.get("alarmPercent"));
        assertTrue(send("GET", "/sources", "").body().contains("\"shop\""));
        HttpResponse<String> refused = send("DELETE", "/sources/shop", "");
        assertEquals(409, refused.statusCode());
        assertTrue(refused.body().contains("is read by index api-tracks"), refused.body());

        assertTrue(send("DELETE", "/indexes/api-tracks", "").statusCode() / 100 == 2);
        Awaiting.that(
                "the source can be deleted",
                () -> send("DELETE", "/sources/shop", "").statusCode() == 204);
        assertEquals(404, send("GET", "/sources/shop", "").statusCode());
        assertEquals("0", database.value("SELECT count(*)::text FROM pg_publication"));
        assertEquals(
                "0",
                database.value(
                        "SELECT count(*)::text FROM pg_replication_slots WHERE database ="
                                + " current_database()"));
    }

    @Test
    void aPasswordIsNeitherTakenNorAnswered() {
        HttpResponse<String> refused =
                send(
                        "PUT",
                        "/sources/vault",
                        "postgres: { host: h, database: d, user: u, password: s3cret }");

        assertEquals(400, refused.statusCode());
        assertFalse(refused.body().contains("s3cret"));
        assertTrue(refused.body().contains("/postgres/password"), refused.body());
        assertEquals(404, send("GET", "/sources/vault", "").statusCode());
        assertEquals(404, send("DELETE", "/sources/vault", "").statusCode());
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsSaidSo() {
        assertEquals(
                201,
                send(
                                "PUT",
                                "/sources/gone",
                                "postgres: { host: 127.0.0.1, port: 1, database: d, user: u }")
                        .statusCode());

        Obj database = object(get("/sources/gone"), "postgres");

        assertTrue(text(database, "detail").contains("d on 127.0.0.1:1"), database.toString());
        assertEquals(503, send("DELETE", "/sources/gone", "").statusCode());
        assertEquals(204, send("DELETE", "/sources/gone?abandon=true", "").statusCode());
    }

    private Obj get(String path) {
        return (Obj) Json.parse(send("GET", path, "").body().getBytes(UTF_8));
    }

    private static Obj object(Obj answer, String name) {
        return (Obj) Objects.requireNonNull(answer.get(name), answer.toString());
    }

    private static String text(Obj answer, String name) {
        return String.valueOf(answer.get(name));
    }

    private HttpResponse<String> send(String method, String path, String yaml) {
        String base = ConfigProvider.getConfig().getValue("test.url", String.class);
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(base + path))
                        .method(method, BodyPublishers.ofString(yaml));
        if (!yaml.isEmpty()) {
            request.header("Content-Type", "application/yaml");
        }
        try {
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
