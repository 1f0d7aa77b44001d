package io.millrace.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import io.millrace.catalog.Catalog.Put.Outcome;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.catalog.SourceDefinition.KafkaCluster;
import io.millrace.catalog.SourceDefinition.PostgresDatabase;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import io.millrace.source.postgres.SslMode;
import io.millrace.source.postgres.TruncatePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceCatalogTest {
    private static final String SHOP =
            "{postgres: {url: 'postgresql://db:5433/shop', user: millrace,"
                    + " password: {env: MILLRACE_SECRET_SHOP}}}";
    private static final String TRACKS = "{source: {postgres: {source: shop, table: track}}}";

    @TempDir Path temp;
    private Path data;
    private Path files;

    /// Each opened catalog draws other names.
    private long opened;

    @BeforeEach
    void folders() throws IOException {
        data = Files.createDirectory(temp.resolve("data"));
        files = Files.createDirectory(temp.resolve("definitions"));
    }

    @Test
    void aPutSourceAndItsIncarnationSurviveARestart() throws IOException {
        Catalog catalog = open();
        assertEquals(Outcome.CREATED, catalog.putSource("shop", yaml(SHOP)));
        assertEquals(Outcome.UNCHANGED, catalog.putSource("shop", yaml(SHOP)));

        SourceCatalog again = open().sources();

        assertEquals(catalog.sources().find("shop"), again.find("shop"));
        assertEquals(catalog.sources().incarnation("shop"), again.incarnation("shop"));
        assertTrue(again.incarnation("shop").matches("[0-9a-f]{16}"));
    }

    @Test
    void aSourceThatIsDefinedAgainIsAnotherOne() throws IOException {
        Catalog catalog = open();
        catalog.putSource("shop", yaml(SHOP));
        String before = catalog.sources().incarnation("shop");

        catalog.deleteSource("shop");

        assertEquals(Optional.empty(), catalog.sources().find("shop"));
        assertEquals(Optional.empty(), open().sources().find("shop"));
        assertThrows(InvalidRequest.class, () -> catalog.sources().incarnation("shop"));
        catalog.putSource("shop", yaml(SHOP));
        assertNotEquals(before, catalog.sources().incarnation("shop"));
    }

    @Test
    void allMembersOfADatabase() throws IOException {
        var database =
                database(
                        "{kind: source, name: my-shop, description: the shop, postgres: {host: '::1',"
                                + " port: 6000, database: Shop, user: reader, password: {file: db/pass},"
                                + " ssl-mode: verify-full, certificates: ca.pem, slot: s_1, publication:"
                                + " Pub, create: false, truncate: halt, wal-budget: 64MiB}}");

        assertEquals("::1", database.host());
        assertEquals(6000, database.port());
        assertEquals("Shop", database.database());
        assertEquals(new Secret.File("db/pass"), database.password());
        assertEquals(SslMode.VERIFY_FULL, database.sslMode());
        assertEquals(new Secret.File("ca.pem"), database.certificates());
        assertEquals("s_1", database.slotName("0123456789abcdef"));
        assertEquals("Pub", database.publicationName("0123456789abcdef"));
        assertFalse(database.create());
        assertEquals(TruncatePolicy.HALT, database.truncate());
        assertEquals(64L << 20, database.walBudgetBytes());
        assertEquals("the shop", database.description());
    }

    @Test
    void slotAndPublicationAreNamedAfterTheSourceAndItsLife() throws IOException {
        var database = database(SHOP);

        assertEquals("millrace_my_shop_01234567", database.slotName("0123456789abcdef"));
        assertEquals("millrace_my_shop_01234567", database.publicationName("0123456789abcdef"));
        assertEquals("db", database.host());
        assertEquals(5433, database.port());
        assertEquals("shop", database.database());
        assertTrue(database.create());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|''|none of kafka and postgres",
                "{kafka: {bootstrap-servers: 'a:1'}, postgres: {}}|''|both of kafka and postgres",
                "{kind: index, postgres: {}}|/kind|expected source",
                "{postgres: {}}|/postgres|member host is missing",
                "{postgres: {url: 'postgresql://me:secret@db/shop', user: u}}|/postgres/url|without user",
                "{postgres: {url: 'postgresql://db/shop?sslmode=disable', user: u}}|/postgres/url|parameters",
                "{postgres: {url: 'postgresql://db:99999/shop', user: u}}|/postgres/url|1 to 65535",
                "{postgres: {url: 'postgresql://db/shop', port: 1, user: u}}|/postgres/port|the url says it",
                "{postgres: {host: 'a b', database: d, user: u}}|/postgres/host|a host name",
                "{postgres: {host: h, user: u}}|/postgres|member database is missing",
                "{postgres: {host: h, database: d}}|/postgres|member user is missing",
                "{postgres: {host: h, database: d, user: u, password: s3cret}}|/postgres/password|does not stand in a definition",
                "{postgres: {host: h, database: d, user: u, password: {env: PATH}}}|/postgres/password/env|begins with MILLRACE_SECRET_",
                "{postgres: {host: h, database: d, user: u, password: {file: /etc/passwd}}}|/postgres/password/file|millrace.secrets-dir",
                "{postgres: {host: h, database: d, user: u, password: {file: ../x}}}|/postgres/password/file|no step . or ..",
                "{postgres: {host: h, database: d, user: u, password: {}}}|/postgres/password|0 members",
                "{postgres: {host: h, database: d, user: u, ssl-mode: maybe}}|/postgres/ssl-mode|verify-full",
                "{postgres: {host: h, database: d, user: u, create: false}}|/postgres|member slot is missing",
                "{postgres: {host: h, database: d, user: u, slot: Slot}}|/postgres/slot|a-z, 0-9 and _",
                "{postgres: {host: h, database: d, user: u, truncate: drop}}|/postgres/truncate|apply, halt or ignore",
                "{postgres: {host: h, database: d, user: u, wal-budget: 1kB}}|/postgres/wal-budget|a size from",
                "{postgres: {host: h, database: d, user: u, walbudget: 1GB}}|/postgres/walbudget|mean wal-budget?",
                "{kafka: {bootstrap-servers: broker}}|/kafka/bootstrap-servers|host:port",
                "{kafka: {bootstrap-servers: 'a:1', security: ssh}}|/kafka/security|plaintext",
                "{kafka: {bootstrap-servers: 'a:1', security: sasl-ssl}}|/kafka|needs sasl",
                "{kafka: {bootstrap-servers: 'a:1', sasl: {}}}|/kafka|does not log in",
                "{kafka: {bootstrap-servers: 'a:1', security: sasl-ssl, sasl: {mechanism: GSSAPI}}}|/kafka/sasl/mechanism|PLAIN",
                "{kafka: {bootstrap-servers: 'a:1', sasl.jaas.config: x}}|/kafka/sasl.jaas.config|unknown member",
            })
    void whatIsWrongIsNamedWithItsPlace(String definition, String pointer, String message)
            throws IOException {
        Catalog catalog = open();

        var refused =
                assertThrows(
                        InvalidRequest.class, () -> catalog.putSource("shop", yaml(definition)));

        assertEquals(pointer, refused.pointer(), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
        assertFalse(String.valueOf(refused.getMessage()).contains("s3cret"));
        assertFalse(String.valueOf(refused.getMessage()).contains(":secret"));
    }

    @Test
    void theApplicationsOwnClusterCannotBeDefined() throws IOException {
        Catalog catalog = open();

        var refused =
                assertThrows(InvalidRequest.class, () -> catalog.putSource("default", yaml(SHOP)));

        assertEquals(Reason.CONFLICT, refused.reason());
    }

    @Test
    void aSourceThatAnIndexReadsStaysAndKeepsWhatPositionsMean() throws IOException {
        Catalog catalog = open();
        catalog.putSource("shop", yaml(SHOP));
        catalog.put("tracks", yaml(TRACKS));

        assertEquals(Set.of("tracks"), catalog.readers("shop"));
        assertConflict("is read by index tracks", () -> catalog.deleteSource("shop"));
        assertConflict("is read by index tracks", () -> catalog.checkSourceDeletable("shop"));
        assertConflict(
                "postgres.slot changes from its own to mine",
                () -> catalog.putSource("shop", yaml(SHOP.replace("user:", "slot: mine, user:"))));
        assertConflict(
                "kind changes from postgres to kafka",
                () -> catalog.putSource("shop", yaml("{kafka: {bootstrap-servers: 'a:1'}}")));
        assertEquals(
                Outcome.CHANGED,
                catalog.putSource("shop", yaml(SHOP.replace("//db:5433", "//standby:5433"))));
        catalog.delete("tracks");
        assertConflict("is read by index tracks", () -> catalog.deleteSource("shop"));
        catalog.forget("tracks");
        catalog.deleteSource("shop");
        assertEquals(Set.of(), catalog.readers("shop"));
    }

    @Test
    void anIndexNamesASourceThatThereIs() throws IOException {
        Catalog catalog = open();
        var absent = assertThrows(InvalidRequest.class, () -> catalog.put("tracks", yaml(TRACKS)));
        catalog.putSource("shop", yaml("{kafka: {bootstrap-servers: 'a:1,[::1]:2'}}"));
        var other = assertThrows(InvalidRequest.class, () -> catalog.put("tracks", yaml(TRACKS)));

        assertEquals("/source/postgres/source", absent.pointer());
        assertTrue(String.valueOf(absent.getMessage()).contains("PUT /sources/shop"));
        assertTrue(String.valueOf(other.getMessage()).contains("is a Kafka cluster"));
        catalog.put("orders", yaml("{key: id, source: {kafka: {source: shop, topic: orders}}}"));
        assertEquals(Set.of("orders"), catalog.readers("shop"));
        assertTrue(catalog.sources().find("shop").orElseThrow() instanceof KafkaCluster);
    }

    @Test
    void filesDefineSourcesBesideIndexes() throws IOException {
        Files.writeString(
                files.resolve("1-tracks.yaml"),
                "{name: tracks, kind: index, source: {postgres: {source: shop, table: track}}}");
        Files.writeString(files.resolve("2-shop.yaml"), "kind: source\nname: shop\n" + block(SHOP));
        Files.writeString(files.resolve("3-shop.yaml"), "kind: source\nname: shop\n" + block(SHOP));

        Catalog catalog = open();

        assertEquals(Optional.of("2-shop.yaml"), catalog.sources().definedByFile("shop"));
        assertEquals(
                List.of(
                        new Catalog.Problem(
                                "3-shop.yaml",
                                "source shop is defined by file 2-shop.yaml already")),
                catalog.problems());
        assertEquals(Set.of("tracks"), catalog.readers("shop"));
        assertConflict(
                "is defined by file 2-shop.yaml", () -> catalog.putSource("shop", yaml(SHOP)));
        assertEquals(catalog.sources().incarnation("shop"), open().sources().incarnation("shop"));
    }

    @Test
    void theKeyOfATableMayBeLeftOut() throws IOException {
        Catalog catalog = open();
        catalog.putSource("shop", yaml(SHOP));
        catalog.put("tracks", yaml(TRACKS));

        var source = (PostgresSource) catalog.find("tracks").orElseThrow().source();

        assertEquals(List.of(), source.key());
        assertEquals("public.track", source.table().toString());
        assertConflict(
                "source.postgres.key changes from of the table to isrc",
                () ->
                        catalog.put(
                                "tracks",
                                yaml(
                                        "{key: isrc, source: {postgres: {source: shop, table:"
                                                + " track}}}")));
        assertConflict(
                "source.postgres.key-index changes from primary key to track_isrc",
                () ->
                        catalog.put(
                                "tracks",
                                yaml(
                                        "{source: {postgres: {source: shop, table: track, key-index:"
                                                + " track_isrc}}}")));
        var appended =
                assertThrows(
                        InvalidRequest.class,
                        () ->
                                catalog.put(
                                        "log",
                                        yaml(
                                                "{mode: append, source: {postgres: {source: shop,"
                                                        + " table: track}}}")));
        assertEquals("/mode", appended.pointer());
    }

    private static void assertConflict(String message, Runnable change) {
        var refused = assertThrows(InvalidRequest.class, change::run);
        assertEquals(Reason.CONFLICT, refused.reason(), refused.getMessage());
        assertTrue(String.valueOf(refused.getMessage()).contains(message), refused.getMessage());
    }

    private PostgresDatabase database(String definition) throws IOException {
        Catalog catalog = open();
        catalog.putSource("my-shop", yaml(definition));
        return (PostgresDatabase) catalog.sources().find("my-shop").orElseThrow();
    }

    private Catalog open() throws IOException {
        return Catalog.open(
                MmapDirectory.open(data),
                MmapDirectory.open(files),
                new DefinitionParser(new LuceneAnalyzers()),
                new SplittableRandom(opened++));
    }

    private static Value yaml(String text) {
        return Json.parseYaml(text.getBytes(UTF_8));
    }

    /// Without the braces of a flow mapping.
    private static String block(String flow) {
        return flow.substring(1, flow.length() - 1);
    }
}
