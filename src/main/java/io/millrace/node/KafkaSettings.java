package io.millrace.node;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/// The Kafka client settings of the application: what SmallRye's channels use, for our own consumer
/// as well. A connector key wins over a general one.
final class KafkaSettings {
    private static final String GENERAL = "kafka.";
    private static final String CONNECTOR = "mp.messaging.connector.smallrye-kafka.";

    private KafkaSettings() {}

    static Map<String, Object> of(Config config) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", "localhost:9092");
        for (String prefix : new String[] {GENERAL, CONNECTOR}) {
            for (String name : config.getPropertyNames()) {
                String dotted = dotted(name);
                if (dotted.startsWith(prefix)) {
                    config.getOptionalValue(name, String.class)
                            .ifPresent(value ->
                                    settings.put(dotted.substring(prefix.length()), value));
                }
            }
        }
        return settings;
    }

    /// An environment variable's name (`KAFKA_BOOTSTRAP_SERVERS`) as a property's; Kafka's keys
    /// have dots only.
    private static String dotted(String name) {
        return name.indexOf('.') < 0 && name.indexOf('_') > 0
                ? name.toLowerCase(Locale.ROOT).replace('_', '.')
                : name;
    }
}
