package io.millrace.node;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/// The Kafka client settings of the application: what SmallRye's channels use, for our own clients
/// as well. A connector key wins over a general one; between two places that set the same key (a
/// file, the environment, the command line) the configuration decides as it always does.
public final class KafkaSettings {
    private static final String GENERAL = "kafka.";
    private static final String CONNECTOR = "mp.messaging.connector.smallrye-kafka.";

    private KafkaSettings() {}

    public static Map<String, Object> of(Config config) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", "localhost:9092");
        for (String prefix : new String[] {GENERAL, CONNECTOR}) {
            for (String name : config.getPropertyNames()) {
                String key = key(prefix, name);
                if (!key.isEmpty()) {
                    // By the dotted name whatever was listed: the strongest place answers.
                    config.getOptionalValue(prefix + key, String.class)
                            .ifPresent(value -> settings.put(key, value));
                }
            }
        }
        return settings;
    }

    /// The client's key in the name of a property, or of an environment variable
    /// (`KAFKA_BOOTSTRAP_SERVERS`) - Kafka's keys have dots only; empty when it is none.
    private static String key(String prefix, String name) {
        if (name.startsWith(prefix)) {
            return name.substring(prefix.length());
        }
        String variable = prefix.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
        return name.startsWith(variable)
                ? name.substring(variable.length()).toLowerCase(Locale.ROOT).replace('_', '.')
                : "";
    }
}
