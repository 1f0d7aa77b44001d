package io.millrace.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KafkaSettingsTest {
    private static final int FILE = 250;
    private static final int ENVIRONMENT = 300;
    private static final int COMMAND_LINE = 400;

    @Test
    void withoutSettingsTheBrokerIsOnThisMachine() {
        assertEquals(
                Map.of("bootstrap.servers", "localhost:9092"),
                KafkaSettings.of(config(Map.of(), Map.of("PATH", "/bin"), Map.of())));
    }

    @Test
    void environmentNamesGeneralAndConnectorKeys() {
        var config =
                config(
                        Map.of(),
                        Map.of(
                                "KAFKA_BOOTSTRAP_SERVERS",
                                "a:1",
                                "MP_MESSAGING_CONNECTOR_SMALLRYE_KAFKA_SECURITY_PROTOCOL",
                                "SASL_SSL"),
                        Map.of());

        assertEquals(
                Map.of("bootstrap.servers", "a:1", "security.protocol", "SASL_SSL"),
                KafkaSettings.of(config));
    }

    @Test
    void strongerPlaceWinsHoweverItSpellsTheKey() {
        var file = Map.of("kafka.bootstrap.servers", "file:1", "kafka.client.rack", "file");
        var environment =
                Map.of("KAFKA_BOOTSTRAP_SERVERS", "variable:1", "KAFKA_CLIENT_RACK", "variable");
        var commandLine = Map.of("kafka.bootstrap.servers", "argument:1");

        assertEquals(
                Map.of("bootstrap.servers", "argument:1", "client.rack", "variable"),
                KafkaSettings.of(config(file, environment, commandLine)));
    }

    @Test
    void connectorKeyWinsOverAGeneralOne() {
        var file =
                Map.of(
                        "kafka.bootstrap.servers",
                        "general:1",
                        "mp.messaging.connector.smallrye-kafka.bootstrap.servers",
                        "connector:1");

        assertEquals(
                Map.of("bootstrap.servers", "connector:1"),
                KafkaSettings.of(config(file, Map.of(), Map.of())));
    }

    private static SmallRyeConfig config(
            Map<String, String> file,
            Map<String, String> environment,
            Map<String, String> commandLine) {
        return new SmallRyeConfigBuilder()
                .withSources(
                        new PropertiesConfigSource(file, "file", FILE),
                        new EnvConfigSource(environment, ENVIRONMENT),
                        new PropertiesConfigSource(commandLine, "command line", COMMAND_LINE))
                .build();
    }
}
