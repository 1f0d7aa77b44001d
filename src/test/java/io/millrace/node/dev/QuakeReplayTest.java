package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.TestKafka;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

class QuakeReplayTest {
    private static final String TOPIC = "quake-replay";
    private static final List<TopicPartition> PARTITIONS = List.of(new TopicPartition(TOPIC, 0));

    @Test
    void aReplayThatWasCutOffIsContinuedToExactlyTheWholeFeed() {
        Map<String, Object> kafka = Map.of("bootstrap.servers", TestKafka.bootstrapServers());
        var feed = QuakeFeed.records();
        DevTopics.create(kafka, List.of(TOPIC), Duration.ofSeconds(30));
        try (var consumer =
                new KafkaConsumer<>(kafka, new StringDeserializer(), new StringDeserializer())) {
            var received = new ArrayList<FeedRecord>();
            try (var slow = QuakeReplay.start(kafka, TOPIC, Duration.ofMinutes(5))) {
                assertEquals(feed.size(), slow.recordCount());
                consumer.assign(PARTITIONS);
                consumer.seekToBeginning(PARTITIONS);
                receive(consumer, received, 3);
            }
            assertTrue(received.size() < feed.size());

            try (var rest = QuakeReplay.start(kafka, TOPIC, Duration.ZERO)) {
                assertEquals(feed.size(), rest.recordCount());
                receive(consumer, received, feed.size());
            }
            assertEquals(feed, received);
            assertEquals(feed.size(), consumer.endOffsets(PARTITIONS).get(PARTITIONS.getFirst()));
        }
    }

    /// Until that many have come; the feed may be ahead.
    private static void receive(
            KafkaConsumer<String, String> consumer, List<FeedRecord> received, int count) {
        while (received.size() < count) {
            var batch = consumer.poll(Duration.ofSeconds(30));
            assertTrue(!batch.isEmpty(), "no record within 30 s");
            batch.forEach(record -> received.add(new FeedRecord(record.key(), record.value())));
        }
    }
}
