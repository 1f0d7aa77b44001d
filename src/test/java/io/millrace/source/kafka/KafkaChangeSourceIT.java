package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.Reject.Stage;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.source.ChangeSource.Start;
import io.millrace.source.SourceStatus.State;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestTopic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/// The source against a real broker.
class KafkaChangeSourceIT {
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)));

    @Test
    void upsertsTombstonesAndRejectsArriveInOrderWithTheirPositions() {
        try (TestTopic topic = TestTopic.create("mixed", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            topic.send("a", "{\"id\":\"a\",\"n\":1}")
                    .send("b", "{\"n\":2}")
                    .send("a", null)
                    .send("c", "{\"id\":")
                    .send(null, "{\"id\":\"d\"}")
                    .send("e", "{\"id\":\"f\"}")
                    .sendBytes(new byte[] {(byte) 0xC3}, "{}".getBytes(StandardCharsets.UTF_8))
                    .send("z", "{\"n\":9}")
                    .flush();
            Start start = source.start();

            BatchCollector got = readToEnd(source, start, topic);

            assertEquals(List.of("upsert a", "upsert b", "delete a", "upsert z"), shown(got));
            assertEquals(
                    List.of("3 DECODE", "4 KEY", "5 KEY", "6 KEY"),
                    got.rejects().stream()
                            .map(reject -> reject.origin().position() + " " + reject.stage())
                            .toList());
            assertTrue(got.rejects().get(2).reason().contains("record key is e"));
            assertEquals(topic.ends().toString(), got.reached().toString());
        }
    }

    @Test
    void abortedTransactionsAndMarkersMoveThePositionOnly() {
        try (TestTopic topic = TestTopic.create("transactions", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            topic.transaction(true, Map.of("a", "{\"n\":1}"));
            topic.transaction(false, Map.of("a", "{\"n\":2}", "b", "{\"n\":2}"));
            BatchCollector got = readToEnd(source, start, topic);
            assertEquals(List.of("upsert a"), shown(got));
            int batchesBefore = got.batches().size();

            topic.transaction(false, Map.of("c", "{\"n\":3}"));
            got.awaitReached(topic.ends());

            assertEquals(List.of("upsert a"), shown(got));
            assertTrue(got.batches().size() > batchesBefore);
            assertTrue(got.batches().getLast().changes().isEmpty());
            // An idle topic says nothing more.
            int batches = got.batches().size();
            long polls = source.polls();
            Awaiting.that("polling goes on", () -> source.polls() > polls + 5);
            assertEquals(batches, got.batches().size());
        }
    }

    @Test
    void readingGoesOnBehindTheMarkersOfAnEarlierSubscription() {
        try (TestTopic topic = TestTopic.create("resume", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            topic.transaction(true, Map.of("a", "{\"n\":1}"));
            topic.transaction(false, Map.of("b", "{\"n\":1}"));
            BatchCollector first = readToEnd(source, start, topic);
            first.cancel();
            topic.send("c", "{\"n\":2}").flush();

            BatchCollector second = BatchCollector.greedy(first.reached());
            source.changes(start.identity(), first.reached()).subscribe(second);
            second.awaitReached(topic.ends());

            assertEquals(List.of("upsert c"), shown(second));
        }
    }

    @Test
    void holesLeftByCompactionBelongToTheRange() {
        Map<String, String> compacting =
                Map.of(
                        "cleanup.policy", "compact",
                        "min.cleanable.dirty.ratio", "0.001",
                        "segment.ms", "1",
                        "delete.retention.ms", "0");
        try (TestTopic topic = TestTopic.create("compacted", 1, compacting);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            for (int i = 0; i < 20; i++) {
                topic.send("a", "{\"n\":" + i + "}").flush();
            }
            topic.compactOften();
            try {
                Awaiting.that(
                        "the broker has compacted",
                        () -> {
                            topic.send("b", "{}").flush();
                            return topic.readAll().stream()
                                            .filter(record -> record.key()[0] == 'a')
                                            .count()
                                    == 1;
                        });
            } finally {
                topic.compactSeldom();
            }

            BatchCollector got = readToEnd(source, start, topic);

            List<Change> ofA =
                    got.changes().stream()
                            .filter(change ->
                                    change instanceof Change.Keyed keyed
                                            && keyed.key().toString().equals("a"))
                            .toList();
            assertEquals(1, ofA.size());
            assertEquals(19, ofA.getFirst().origin().position());
        }
    }

    @Test
    void withoutDemandPartitionsPauseWhilePollingGoesOn() {
        try (TestTopic topic = TestTopic.create("slow", 2);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            for (int i = 0; i < 1_000; i++) {
                topic.send("k" + i, "{\"n\":" + i + "}");
            }
            topic.flush();
            BatchCollector got = BatchCollector.reluctant(start.checkpoint());
            source.changes(start.identity(), start.checkpoint()).subscribe(got);
            got.request(1);

            Awaiting.that("a batch arrives", () -> !got.batches().isEmpty());
            Awaiting.that("the reader pauses", () -> source.status().state() == State.PAUSED);
            long polls = source.polls();
            Awaiting.that("polling goes on", () -> source.polls() > polls + 3);

            assertEquals(1, got.batches().size());
            got.request(Long.MAX_VALUE);
            got.awaitReached(topic.ends());
            assertEquals(1_000, got.changes().size());
            assertTrue(got.batches().stream().allMatch(batch -> batch.changes().size() <= 100));
            Awaiting.that("the reader reads", () -> source.status().state() == State.READING);
        }
    }

    @Test
    void batchEndsAtItsBytes() {
        String filler = "x".repeat(300_000);
        try (TestTopic topic = TestTopic.create("bytes", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            for (int i = 0; i < 12; i++) {
                topic.send("k" + i, "{\"filler\":\"" + filler + "\"}");
            }
            topic.flush();

            BatchCollector got = readToEnd(source, start, topic);

            assertEquals(12, got.changes().size());
            assertTrue(got.batches().stream().allMatch(batch -> batch.changes().size() <= 2));
        }
    }

    @Test
    void valueAboveTheBoundIsRejectedWithItsBytes() {
        try (TestTopic topic = TestTopic.create("large", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD, options(10))) {
            topic.send("a", "{\"text\":\"too long\"}").flush();
            Start start = source.start();

            BatchCollector got = readToEnd(source, start, topic);

            assertEquals(Stage.DECODE, got.rejects().getFirst().stage());
            assertArrayEquals(
                    "{\"text\":\"too long\"}".getBytes(StandardCharsets.UTF_8),
                    got.rejects().getFirst().origin().value());
        }
    }

    @Test
    void missingTopicIsUnavailableAndNotCreated() throws Exception {
        try (TestTopic topic = TestTopic.missing("missing", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            var refused = assertThrows(MillraceException.Unavailable.class, source::start);

            assertSays("does not exist yet", refused);
            assertFalse(topic.admin().listTopics().names().get().contains(topic.name()));
        }
    }

    @Test
    void topicMadeAnewIsRefusedAlsoUnderARunningReader() {
        try (TestTopic topic = TestTopic.create("recreated", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            topic.send("a", "{}").send("b", "{}").flush();
            BatchCollector running = readToEnd(source, start, topic);

            topic.recreate();

            // The reader may meet the moment without a topic first; a pipeline subscribes again.
            Throwable failure = running.awaitFailure();
            if (failure instanceof MillraceException.Unavailable) {
                BatchCollector again = BatchCollector.greedy(running.reached());
                source.changes(start.identity(), running.reached()).subscribe(again);
                failure = again.awaitFailure();
            }
            var fenced = assertInstanceOf(MillraceException.Fenced.class, failure);
            assertSays("recreated", fenced);
            assertEquals(State.FAILED, source.status().state());
        }
    }

    /// The reader looks at its topic once a day only, so that nothing but the errors of its fetches
    /// can tell it.
    @Test
    void topicThatIsGoneIsNoticedByItsFetchesAndNotAskedForUntilTheNextLook() {
        AtomicLong daysLaterNanos = new AtomicLong();
        try (TestTopic topic = TestTopic.create("gone", 1);
                KafkaChangeSource source =
                        new KafkaChangeSource(
                                binding(topic, KeyPlace.RECORD),
                                TestTopic.connection(),
                                options(1 << 20, Duration.ofDays(1), Duration.ofMinutes(5)),
                                () -> System.nanoTime() + daysLaterNanos.get(),
                                Thread::new)) {
            Start start = source.start();
            topic.send("a", "{}").flush();
            BatchCollector got = readToEnd(source, start, topic);
            // The first look is over: the next one is a day away.
            Awaiting.that("ends are known", () -> source.status().ends().equals(topic.ends()));

            topic.delete();
            Awaiting.that(
                    "the topic is missed",
                    () -> source.status().detail().contains("does not exist yet"));
            long requests = source.requests();
            topic.makeAgain();
            assertEquals(requests, source.requests());

            daysLaterNanos.set(Duration.ofDays(1).toNanos());
            assertSays(
                    "recreated",
                    assertInstanceOf(MillraceException.Fenced.class, got.awaitFailure()));
        }
    }

    @Test
    void recordsDeletedByRetentionAreNeverSkippedSilently() {
        try (TestTopic topic = TestTopic.create("retention", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            for (int i = 0; i < 10; i++) {
                topic.send("k" + i, "{}");
            }
            topic.flush().deleteBefore(5);

            BatchCollector got = BatchCollector.greedy(start.checkpoint());
            source.changes(start.identity(), start.checkpoint()).subscribe(got);

            var fenced = assertInstanceOf(MillraceException.Fenced.class, got.awaitFailure());
            assertSays("retention", fenced);
            assertTrue(got.changes().isEmpty());
        }
    }

    @Test
    void positionThatTheLogHasLostIsRefused() {
        try (TestTopic topic = TestTopic.create("truncated", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            topic.send("a", "{}").flush();
            Checkpoint ahead =
                    Checkpoint.of(
                            Map.of(start.checkpoint().positions().firstKey(), new Position(7, 0)));

            BatchCollector got = BatchCollector.greedy(ahead);
            source.changes(start.identity(), ahead).subscribe(got);

            var fenced = assertInstanceOf(MillraceException.Fenced.class, got.awaitFailure());
            assertSays("lost records", fenced);
        }
    }

    @Test
    void morePartitionsThanTheIndexWasBuiltFromAreRefused() {
        try (TestTopic topic = TestTopic.create("grown", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            BatchCollector got = BatchCollector.greedy(start.checkpoint());
            source.changes(start.identity(), start.checkpoint()).subscribe(got);

            topic.growTo(3);

            var fenced = assertInstanceOf(MillraceException.Fenced.class, got.awaitFailure());
            assertSays("3 partitions", fenced);
        }
    }

    @Test
    void keysInTheValueNeedOnePartition() {
        try (TestTopic topic = TestTopic.create("value-key", 2);
                KafkaChangeSource source = source(topic, KeyPlace.VALUE)) {
            var refused = assertThrows(MillraceException.InvalidRequest.class, source::start);

            assertEquals("/source/kafka/key-from", refused.pointer());
        }
    }

    @Test
    void withKeysInTheValueTombstonesUseTheRecordKey() {
        try (TestTopic topic = TestTopic.create("value-key", 1);
                KafkaChangeSource source = source(topic, KeyPlace.VALUE)) {
            topic.send(null, "{\"id\":\"a\"}")
                    .send(null, "{\"n\":1}")
                    .send("a", null)
                    .send(null, null)
                    .flush();
            Start start = source.start();

            BatchCollector got = readToEnd(source, start, topic);

            assertEquals(List.of("upsert a", "delete a"), shown(got));
            assertEquals(2, got.rejects().size());
        }
    }

    @Test
    void brokerOffsetsFollowTheAcknowledgedCheckpoint() {
        try (TestTopic topic = TestTopic.create("hints", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            topic.send("a", "{}").send("b", "{}").flush();
            BatchCollector got = readToEnd(source, start, topic);

            source.acknowledge(start.checkpoint());
            got.cancel();
            source.acknowledge(got.reached());

            Awaiting.that(
                    "the group stands at 2",
                    () -> groupOffset(topic, "millrace-" + topic.name()) == 2);
        }
    }

    @Test
    void endsOfTheTopicAreKnownWithoutReadingIt() {
        try (TestTopic topic = TestTopic.create("ends", 1);
                KafkaChangeSource source = source(topic, KeyPlace.RECORD)) {
            Start start = source.start();
            BatchCollector got = BatchCollector.reluctant(start.checkpoint());
            source.changes(start.identity(), start.checkpoint()).subscribe(got);
            topic.send("a", "{}").send("b", "{}").flush();

            Awaiting.that("ends are known", () -> source.status().ends().equals(topic.ends()));

            assertTrue(got.batches().isEmpty());
        }
    }

    private static void assertSays(String part, Throwable failure) {
        String message = String.valueOf(failure.getMessage());
        assertTrue(message.contains(part), message);
    }

    private static long groupOffset(TestTopic topic, String group) {
        try {
            OffsetAndMetadata offset =
                    topic.admin()
                            .listConsumerGroupOffsets(group)
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(topic.name(), 0));
            return offset == null ? -1 : offset.offset();
        } catch (Exception e) {
            return -1;
        }
    }

    private static BatchCollector readToEnd(
            KafkaChangeSource source, Start start, TestTopic topic) {
        BatchCollector got = BatchCollector.greedy(start.checkpoint());
        source.changes(start.identity(), start.checkpoint()).subscribe(got);
        got.awaitReached(topic.ends());
        return got;
    }

    private static KafkaReadOptions options(int valueBytesMax) {
        return options(valueBytesMax, Duration.ofMillis(200), Duration.ofSeconds(10));
    }

    private static KafkaReadOptions options(
            int valueBytesMax, Duration probeInterval, Duration requestTimeout) {
        return new KafkaReadOptions(
                100,
                500_000,
                valueBytesMax,
                1 << 20,
                probeInterval,
                Duration.ofMillis(100),
                requestTimeout);
    }

    private static TopicBinding binding(TestTopic topic, KeyPlace keyPlace) {
        return new TopicBinding(topic.name(), topic.name(), keyPlace, SCHEMA);
    }

    private static KafkaChangeSource source(TestTopic topic, KeyPlace keyPlace) {
        return source(topic, keyPlace, options(1 << 20));
    }

    private static KafkaChangeSource source(
            TestTopic topic, KeyPlace keyPlace, KafkaReadOptions options) {
        return new KafkaChangeSource(
                binding(topic, keyPlace),
                TestTopic.connection(),
                options,
                System::nanoTime,
                Thread::new);
    }

    private static List<String> shown(BatchCollector got) {
        return got.changes().stream()
                .map(change ->
                        switch (change) {
                            case Change.Upsert upsert -> "upsert " + upsert.key();
                            case Change.Delete delete -> "delete " + delete.key();
                            case Change.Patch _, Change.Append _, Change.Truncate _ ->
                                    throw new AssertionError("a JSON topic cannot say " + change);
                        })
                .toList();
    }
}
