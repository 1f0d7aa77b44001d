package io.millrace.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.testing.Awaiting;
import io.millrace.testing.NodeOfTests;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// Sources over HTTP, from their definition to the last of them, over the whole node with a real
/// database.
@QuarkusTest
@WithTestResource(ApiTest.Node.class)
class SourcesApiTest {
    private final NodeClient node = new NodeClient();

    /// An index that is deleted waits for its last events to be taken.
    @BeforeAll
    static void makeTopics() {
        NodeOfTests.createTopics("millrace.commits", "millrace.merges", "millrace.dead-letters");
    }

    @Test
    void aTableIsFollowedFromItsDefinitionToItsEnd() {
        TestDatabase database = TestPostgres.database("api");
        database.execute(
                "CREATE TABLE track (track_id int PRIMARY KEY, title text, price numeric)");
        String shop = definition(database);
        assertEquals(201, node.putYaml("/sources/shop", shop).statusCode());
        assertEquals(200, node.putYaml("/sources/shop", shop).statusCode());
        HttpResponse<String> put =
                node.putYaml(
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
        assertTrue(node.get("/sources").body().contains("\"shop\""));
        HttpResponse<String> refreshed = refresh("/indexes/api-tracks/documents/1/refresh");
        assertEquals(200, refreshed.statusCode(), refreshed.body());
        assertEquals(Value.of(true), NodeClient.json(refreshed).get("found"));
        assertEquals(
                200,
                node.get(
                                "/indexes/api-tracks/documents/1?atLeast="
                                        + text(NodeClient.json(refreshed), "position"))
                        .statusCode());
        HttpResponse<String> gone = refresh("/indexes/api-tracks/documents/2/refresh");
        assertEquals(Value.of(false), NodeClient.json(gone).get("found"), gone.body());
        assertEquals(400, refresh("/indexes/api-tracks/documents/one/refresh").statusCode());
        assertEquals(404, refresh("/indexes/api-nobody/documents/1/refresh").statusCode());
        assertEquals(
                201, node.putYaml("/indexes/api-pushed", "key: id\nsource: push").statusCode());
        Awaiting.that(
                "the other index runs",
                () -> "running".equals(text(get("/indexes/api-pushed"), "state")));
        assertEquals(409, refresh("/indexes/api-pushed/documents/1/refresh").statusCode());
        assertTrue(delete("/indexes/api-pushed").statusCode() / 100 == 2);
        HttpResponse<String> refused = delete("/sources/shop");
        assertEquals(409, refused.statusCode());
        assertTrue(refused.body().contains("is read by index api-tracks"), refused.body());

        assertTrue(delete("/indexes/api-tracks").statusCode() / 100 == 2);
        Awaiting.that(
                "the source can be deleted", () -> delete("/sources/shop").statusCode() == 204);
        assertEquals(404, node.get("/sources/shop").statusCode());
        assertEquals("0", database.value("SELECT count(*)::text FROM pg_publication"));
        assertEquals(
                "0",
                database.value(
                        "SELECT count(*)::text FROM pg_replication_slots WHERE database ="
                                + " current_database()"));
    }

    @Test
    void aRowIsFoundAtLeastByThePlaceOfItsCommitInTheLog() {
        TestDatabase database = TestPostgres.database("apilsn");
        database.execute("CREATE TABLE note (id int PRIMARY KEY, body text)");
        assertEquals(201, node.putYaml("/sources/ledger", definition(database)).statusCode());
        assertEquals(
                201,
                node.putYaml(
                                "/indexes/api-notes",
                                """
                                source: { postgres: { source: ledger, table: note } }
                                commit: { interval: 1h, idle-interval: 1h }
                                """)
                        .statusCode());
        String search = "/indexes/api-notes/search?limit=0";
        Awaiting.that("it is open", () -> node.get(search).statusCode() == 200);

        database.execute("INSERT INTO note VALUES (1, 'Alpha')");
        HttpResponse<String> found =
                node.get(search + "&timeout=60s&atLeast=ledger:" + endOfLog(database));

        assertEquals(200, found.statusCode(), found.body());
        assertEquals(Value.of(1), NodeClient.json(found).get("total"));
        HttpResponse<String> again =
                node.get(
                        "/indexes/api-notes/documents/1?atLeast="
                                + text(NodeClient.json(found), "position"));
        assertEquals(200, again.statusCode(), again.body());

        // Nothing happens any more, and the log ends with the head of a page
        database.execute("SELECT txid_current()", "SELECT pg_switch_wal()");
        HttpResponse<String> quiet =
                node.send(
                        "POST",
                        "/indexes/api-notes/search",
                        "application/json",
                        BodyPublishers.ofString(
                                "{\"atLeast\":{\"postgres\":{\"ledger\":\"%s\"}},\"timeout\":\"60s\"}"
                                        .formatted(endOfLog(database))));
        assertEquals(200, quiet.statusCode(), quiet.body());

        HttpResponse<String> behind =
                node.get(search + "&timeout=100ms&atLeast=ledger:7FFFFFFF/FFFFFFFF");
        assertEquals(503, behind.statusCode(), behind.body());
        assertTrue(text(NodeClient.json(behind), "detail").contains("7FFFFFFF/FFFFFFFF"));
        assertTrue(behind.headers().firstValue("Retry-After").isPresent());
        assertEquals(
                get("/indexes/api-notes/search").get("position"),
                NodeClient.json(behind).get("position"));
        HttpResponse<String> other = node.get(search + "&atLeast=shop:0/1");
        assertEquals(400, other.statusCode(), other.body());
        assertTrue(other.body().contains("index api-notes follows source ledger"), other.body());

        assertTrue(delete("/indexes/api-notes").statusCode() / 100 == 2);
        Awaiting.that(
                "the source can be deleted", () -> delete("/sources/ledger").statusCode() == 204);
    }

    @Test
    void aPasswordIsNeitherTakenNorAnswered() {
        HttpResponse<String> refused =
                node.putYaml(
                        "/sources/vault",
                        "postgres: { host: h, database: d, user: u, password: s3cret }");

        assertEquals(400, refused.statusCode());
        assertFalse(refused.body().contains("s3cret"));
        assertTrue(refused.body().contains("/postgres/password"), refused.body());
        assertEquals(404, node.get("/sources/vault").statusCode());
        assertEquals(404, delete("/sources/vault").statusCode());
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsSaidSo() {
        assertEquals(
                201,
                node.putYaml(
                                "/sources/gone",
                                "postgres: { host: 127.0.0.1, port: 1, database: d, user: u }")
                        .statusCode());

        Obj database = object(get("/sources/gone"), "postgres");

        assertTrue(text(database, "detail").contains("d on 127.0.0.1:1"), database.toString());
        assertEquals(503, delete("/sources/gone").statusCode());
        assertEquals(204, delete("/sources/gone?abandon=true").statusCode());
    }

    private static String definition(TestDatabase database) {
        return "postgres: { host: %s, port: %d, database: %s, user: %s }"
                .formatted(
                        database.at().host(),
                        database.at().port(),
                        database.name(),
                        database.at().user());
    }

    private static String endOfLog(TestDatabase database) {
        return database.value("SELECT pg_current_wal_insert_lsn()");
    }

    private Obj get(String path) {
        return NodeClient.json(node.get(path));
    }

    private static Obj object(Obj answer, String name) {
        return (Obj) Objects.requireNonNull(answer.get(name), answer.toString());
    }

    private static String text(Obj answer, String name) {
        return String.valueOf(answer.get(name));
    }

    private HttpResponse<String> refresh(String path) {
        return node.send("POST", path, "application/json", BodyPublishers.noBody());
    }

    private HttpResponse<String> delete(String path) {
        return node.send("DELETE", path, "application/yaml", BodyPublishers.noBody());
    }
}
