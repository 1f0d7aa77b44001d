package io.millrace.publish;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.SourcePartition;
import io.millrace.index.StoredReject;
import io.millrace.publish.OutgoingRecord.Header;
import io.millrace.testing.TestKafka;
import io.millrace.testing.TestTopic;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/// The messaging channels of the application, as configured, on a real broker.
@QuarkusTest
@WithTestResource(ChannelSenderTest.Node.class)
class ChannelSenderTest {

    private static final String COMMITS = "channel-test.commits";
    private static final String MERGES = "channel-test.merges";
    private static final String LETTERS = "channel-test.letters";

    /// A data folder and topics of its own, and the broker all tests share.
    public static final class Node implements QuarkusTestResourceLifecycleManager {
        @Override
        public Map<String, String> start() {
            try {
                Path folder = Files.createTempDirectory(Path.of("target"), "channel-test");
                return Map.of(
                        "kafka.bootstrap.servers",
                        TestKafka.bootstrapServers(),
                        "mp.messaging.outgoing.commits.topic",
                        COMMITS,
                        "mp.messaging.outgoing.merges.topic",
                        MERGES,
                        "mp.messaging.outgoing.dead-letters.topic",
                        LETTERS,
                        "millrace.data-dir",
                        folder.resolve("data").toString(),
                        "millrace.definitions-dir",
                        folder.resolve("definitions").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void stop() {}
    }

    @Inject
    @SuppressWarnings("NullAway.Init")
    RecordSender sender;

    @Test
    void recordsArriveWithKeyHeadersAndValueAlsoWithoutOne() throws Exception {
        String index = "channel-" + UUID.randomUUID();
        byte[] raw = {(byte) 0xFF, 0, 1};
        try (TestTopic commits = TestTopic.existing(COMMITS, 1);
                TestTopic merges = TestTopic.existing(MERGES, 1);
                TestTopic letters = TestTopic.existing(LETTERS, 1)) {
            send(
                    new OutgoingRecord(
                            Topic.COMMITS,
                            index,
                            "{}".getBytes(StandardCharsets.UTF_8),
                            List.of(
                                    Header.of("ce_id", "1"),
                                    Header.of("content-type", "application/json"))));
            send(
                    new OutgoingRecord(
                            Topic.MERGES, index, "[]".getBytes(StandardCharsets.UTF_8), List.of()));
            Origin tombstone = new Origin(new SourcePartition("t", 0), 7, 0, raw, null);
            send(
                    DeadLetters.toRecord(
                            index,
                            "00000000000000aa",
                            new StoredReject(
                                    2, 0, new Reject(Reject.Stage.KEY, "no key", tombstone))));

            ConsumerRecord<byte[], byte[]> event = only(commits, index);
            assertEquals("{}", new String(event.value(), StandardCharsets.UTF_8));
            assertEquals(
                    "1",
                    new String(
                            event.headers().lastHeader("ce_id").value(), StandardCharsets.UTF_8));
            assertEquals(2, event.headers().toArray().length);
            assertEquals("[]", new String(only(merges, index).value(), StandardCharsets.UTF_8));
            ConsumerRecord<byte[], byte[]> letter = only(letters, index);
            assertNull(letter.value());
            assertArrayEquals(raw, letter.headers().lastHeader("dead-letter-key").value());
        }
    }

    private void send(OutgoingRecord record) throws Exception {
        sender.send(record).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static ConsumerRecord<byte[], byte[]> only(TestTopic topic, String index) {
        List<ConsumerRecord<byte[], byte[]>> found =
                topic.readAll().stream()
                        .filter(record ->
                                index.equals(new String(record.key(), StandardCharsets.UTF_8)))
                        .toList();
        assertEquals(1, found.size());
        return found.getFirst();
    }
}
