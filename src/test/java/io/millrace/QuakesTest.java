package io.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.SegmentView;
import io.millrace.json.Json;
import io.millrace.node.dev.FeedRecord;
import io.millrace.node.dev.QuakeFeed;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.testing.Awaiting;
import io.millrace.testing.CommitTopic;
import io.millrace.testing.NodeOfTests;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/// The main job from end to end: the sample feed on a real broker becomes an index that equals it
/// document by document, and events that tell how.
@QuarkusTest
@WithTestResource(NodeOfTests.class)
class QuakesTest {
    @Inject Indexes indexes;

    @Test
    void theIndexEqualsTheTopicAndItsEventsFormOneChain() throws Exception {
        // Given
        Map<String, Document> expected = new TreeMap<>();
        int records = 0;
        int withdrawn = 0;
        Map<String, Object> config =
                Map.of("bootstrap.servers", NodeOfTests.bootstrapServers(), "acks", "all");

        // When
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (FeedRecord record : QuakeFeed.records()) {
                records++;
                byte[] value =
                        record.value() == null
                                ? null
                                : record.value().getBytes(StandardCharsets.UTF_8);
                var _ =
                        producer.send(
                                new ProducerRecord<>(QuakeFeed.TOPIC, 0, record.key(), value));
                if (value == null) {
                    withdrawn++;
                    assertTrue(expected.remove(record.key()) != null, "tombstone of a quake");
                } else if (!record.key().equals(QuakeFeed.BROKEN_KEY)) {
                    expected.put(record.key(), Json.parseDocument(value));
                }
            }
        }
        RunningIndex quakes = indexes.get(QuakeFeed.TOPIC);
        Map<Integer, Long> ends = Map.of(0, (long) records);
        Checkpoint end =
                Checkpoint.of(
                        Map.of(new SourcePartition(QuakeFeed.TOPIC, 0), Position.of(records)));
        Awaiting.that("everything is committed", () -> quakes.status().committed().covers(end));

        // Then
        assertTrue(withdrawn > 0, "the sample has tombstones");
        try (IndexSnapshot snapshot = quakes.index().snapshot()) {
            assertEquals(expected.size(), snapshot.liveCount());
            assertEquals(expected, documents(snapshot));
        }
        assertEquals(1, quakes.index().newestRejects(10).size());
        long newest = quakes.index().newestCommit().generation();
        Awaiting.that("everything is published", () -> quakes.index().publishedThrough() >= newest);
        CommitTopic.assertUnbrokenChain(
                NodeOfTests.bootstrapServers(), QuakeFeed.TOPIC, QuakeFeed.TOPIC, ends);
        CommitTopic.assertDeadLetters(NodeOfTests.bootstrapServers(), QuakeFeed.TOPIC, 1);
    }

    private static Map<String, Document> documents(IndexSnapshot snapshot) {
        Map<String, Document> documents = new TreeMap<>();
        for (SegmentView view : snapshot.segments()) {
            for (int i = 0; i < view.reader().documentCount(); i++) {
                if (!view.deleted().contains(i)) {
                    Document before =
                            documents.put(
                                    view.reader().key(i).toString(), view.reader().document(i));
                    assertFalse(before != null, "twice: " + view.reader().key(i));
                }
            }
        }
        return documents;
    }
}
