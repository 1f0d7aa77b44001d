package io.millrace.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/// What a follower of the event topics sees.
public final class CommitTopic {
    private static final String COMMITS = "millrace.commits";
    private static final String DEAD_LETTERS = "millrace.dead-letters";

    private CommitTopic() {}

    /// After dropping repeated ids, the index's events are generations 1, 2, 3, … each naming the
    /// one before, and the last one stands at the topic's end.
    public static void assertUnbrokenChain(
            String bootstrapServers, String index, String topic, Map<Integer, Long> ends) {
        Map<String, ConsumerRecord<String, byte[]>> byId = new LinkedHashMap<>();
        for (ConsumerRecord<String, byte[]> record : read(bootstrapServers, COMMITS, index)) {
            ConsumerRecord<String, byte[]> repeated =
                    byId.putIfAbsent(header(record, "ce_id"), record);
            if (repeated != null) {
                assertEquals(
                        Json.parse(repeated.value()),
                        Json.parse(record.value()),
                        "a repeated event says the same");
            }
        }
        assertFalse(byId.isEmpty(), "no events of " + index);
        long generation = 0;
        Value.Obj last = Value.Obj.EMPTY;
        for (ConsumerRecord<String, byte[]> record : byId.values()) {
            assertEquals(Long.toString(generation), header(record, "ce_previousgeneration"));
            generation++;
            assertEquals(Long.toString(generation), header(record, "ce_generation"));
            assertEquals("io.millrace.commit.v1", header(record, "ce_type"));
            assertEquals("/indexes/" + index, header(record, "ce_source"));
            last = (Value.Obj) Json.parse(record.value());
        }
        Value.Obj positions = (Value.Obj) last.members().get("positions");
        Map<String, Value> expected = new LinkedHashMap<>();
        ends.forEach((partition, end) -> expected.put(partition.toString(), Value.of(end)));
        assertEquals(new Value.Obj(expected), positions == null ? null : positions.get(topic));
    }

    /// After dropping repeated ids, there are exactly so many dead letters of the index.
    public static void assertDeadLetters(String bootstrapServers, String index, int count) {
        Set<String> ids = new LinkedHashSet<>();
        for (ConsumerRecord<String, byte[]> record : read(bootstrapServers, DEAD_LETTERS, index)) {
            ids.add(header(record, "dead-letter-id"));
        }
        assertEquals(count, ids.size(), "dead letters of " + index + ": " + ids);
    }

    private static List<ConsumerRecord<String, byte[]>> read(
            String bootstrapServers, String topic, String key) {
        List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
        Map<String, Object> config =
                Map.of(
                        "bootstrap.servers",
                        bootstrapServers,
                        "auto.offset.reset",
                        "earliest",
                        "enable.auto.commit",
                        false);
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(
                        config, new StringDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200))
                        .forEach(record -> {
                            if (key.equals(record.key())) {
                                records.add(record);
                            }
                        });
            }
        }
        return records;
    }

    private static String header(ConsumerRecord<String, byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}
