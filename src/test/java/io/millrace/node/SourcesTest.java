package io.millrace.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Unavailable;
import io.millrace.catalog.Catalog;
import io.millrace.json.Json;
import io.millrace.pipeline.FolderHome;
import io.millrace.source.kafka.KafkaReadOptions;
import io.millrace.source.postgres.PostgresSettings;
import io.millrace.source.push.PushOptions;
import io.millrace.testing.TestResources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What becomes of a source's definition and the node's secrets.
class SourcesTest {
    @TempDir Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private Catalog catalog;
    private Sources sources;

    @BeforeEach
    void open() {
        catalog = FolderHome.catalog(folder.resolve("data"));
        sources =
                new Sources(
                        catalog,
                        new Secrets(environment::get, folder),
                        Map.of("bootstrap.servers", "own:9092"),
                        folder,
                        PushOptions.DEFAULT,
                        KafkaReadOptions.DEFAULT,
                        TestResources.node());
    }

    private void define(String name, String yaml) {
        catalog.putSource(name, Json.parseYaml(yaml.getBytes(UTF_8)));
    }

    @Test
    void aSecretIsReadWhenItIsNeededAndShownNowhere() throws IOException {
        define(
                "shop",
                "postgres: {host: db, database: shop, user: u, password: {file: db/password}}");
        var missing = assertThrows(Unavailable.class, () -> sources.database("shop"));
        Files.createDirectory(folder.resolve("db"));
        Files.writeString(folder.resolve("db/password"), "first\n");
        PostgresSettings first = sources.database("shop");
        Files.writeString(folder.resolve("db/password"), "second");

        PostgresSettings second = sources.database("shop");

        assertTrue(String.valueOf(missing.getMessage()).contains("no secret in"));
        assertEquals("first", first.password());
        assertEquals("second", second.password());
        assertFalse(second.toString().contains("second"), second.toString());
        assertEquals(
                "millrace_shop_" + catalog.sources().incarnation("shop").substring(0, 8),
                second.slot());
    }

    @Test
    void aClusterIsReachedAsItsDefinitionSays() {
        define(
                "events",
                "kafka: {bootstrap-servers: 'b:9093', security: sasl-ssl, certificates: ca.pem,"
                        + " sasl: {mechanism: SCRAM-SHA-512, user: u, password: {env:"
                        + " MILLRACE_SECRET_EVENTS}}}");
        var missing = assertThrows(Unavailable.class, () -> sources.cluster("events"));
        environment.put("MILLRACE_SECRET_EVENTS", "p\"w\\");

        Map<String, Object> settings = sources.cluster("events");

        assertTrue(String.valueOf(missing.getMessage()).contains("MILLRACE_SECRET_EVENTS"));
        assertEquals("b:9093", settings.get("bootstrap.servers"));
        assertEquals("SASL_SSL", settings.get("security.protocol"));
        assertEquals(
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"u\""
                        + " password=\"p\\\"w\\\\\";",
                settings.get("sasl.jaas.config"));
        assertEquals(folder.resolve("ca.pem").toString(), settings.get("ssl.truststore.location"));
    }

    @Test
    void aSourceOfAnotherKindOrNoneIsSaidSo() {
        define("shop", "kafka: {bootstrap-servers: 'b:9092'}");

        assertThrows(Unavailable.class, () -> sources.database("shop"));
        assertThrows(Unavailable.class, () -> sources.cluster("nobody"));
    }
}
