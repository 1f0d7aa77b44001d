package io.millrace.source.kafka;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/// The clients' settings: connection and security as given, the rest ours. What is ours wins:
/// positions come from the commit record, and only records of committed transactions are read,
/// unless the index's definition says otherwise, which can say no more than the catalog allows.
final class ConsumerSettings {
    private ConsumerSettings() {}

    static Map<String, Object> consumer(
            Map<String, Object> connection, TopicBinding binding, KafkaReadOptions options) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put(ConsumerConfig.CLIENT_ID_CONFIG, binding.groupId());
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        settings.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, options.batchRecordsMax());
        settings.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, options.fetchBytesMax());
        settings.putAll(binding.properties());
        // Partitions are assigned, never subscribed to: there is no group to be a member of.
        settings.remove(ConsumerConfig.GROUP_ID_CONFIG);
        settings.remove(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);
        settings.remove(ConsumerConfig.GROUP_PROTOCOL_CONFIG);
        settings.remove(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG);
        settings.remove(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG);
        return settings;
    }

    /// How long a broker holds a fetch that finds nothing new.
    static int fetchWaitMillis(Map<String, Object> consumer) {
        Object given = consumer.get(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG);
        return given == null
                ? ConsumerConfig.DEFAULT_FETCH_MAX_WAIT_MS
                : Integer.parseInt(given.toString().strip());
    }

    static Map<String, Object> admin(
            Map<String, Object> connection, TopicBinding binding, KafkaReadOptions options) {
        Map<String, Object> settings = new HashMap<>(connection);
        settings.put(CommonClientConfigs.CLIENT_ID_CONFIG, binding.groupId() + "-probe");
        int timeoutMillis = Math.toIntExact(options.requestTimeout().toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, timeoutMillis);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, timeoutMillis);
        return settings;
    }
}
