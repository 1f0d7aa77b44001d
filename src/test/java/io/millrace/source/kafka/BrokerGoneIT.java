package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.node.dev.EmbeddedKafka;
import io.millrace.source.ChangeSource.Start;
import io.millrace.source.SourceStatus.State;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import io.millrace.testing.Awaiting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A broker of this test alone, which goes away under a running reader.
class BrokerGoneIT {
    private static final String TOPIC = "gone";

    /// No question about the topic fails in time: who has no answer yet goes on fetching.
    private static final KafkaReadOptions OPTIONS =
            new KafkaReadOptions(
                    KafkaReadOptions.DEFAULT.batchRecordsMax(),
                    KafkaReadOptions.DEFAULT.batchBytesMax(),
                    KafkaReadOptions.DEFAULT.valueBytesMax(),
                    KafkaReadOptions.DEFAULT.fetchBytesMax(),
                    KafkaReadOptions.DEFAULT.probeInterval(),
                    KafkaReadOptions.DEFAULT.positionInterval(),
                    Duration.ofMinutes(5));

    @TempDir Path home;

    @Test
    void closingIsBoundedAndLeavesNoThread() throws Exception {
        EmbeddedKafka broker = EmbeddedKafka.start(Path.of("target", "kafka-broker"), home, 0);
        try {
            Map<String, Object> connection = Map.of("bootstrap.servers", broker.bootstrapServers());
            try (Admin admin = Admin.create(connection)) {
                admin.createTopics(List.of(new NewTopic(TOPIC, Optional.of(1), Optional.empty())))
                        .all()
                        .get();
                Awaiting.that(
                        "the topic is known",
                        () ->
                                admin.listTopics()
                                        .names()
                                        .toCompletionStage()
                                        .toCompletableFuture()
                                        .join()
                                        .contains(TOPIC));
            }
            KafkaChangeSource source = source(connection);
            Start start = source.start();
            BatchCollector got = BatchCollector.greedy(start.checkpoint());
            source.changes(start.identity(), start.checkpoint()).subscribe(got);
            Awaiting.that("it reads", () -> source.status().state() == State.READING);

            broker.stop();
            long polls = source.polls();
            Awaiting.that("it goes on trying", () -> source.polls() > polls + 2);
            long started = System.nanoTime();
            source.close();

            Duration took = Duration.ofNanos(System.nanoTime() - started);
            assertTrue(took.compareTo(Duration.ofSeconds(6)) < 0, took.toString());
            assertEquals(State.STOPPED, source.status().state());
            Awaiting.that(
                    "no thread is left",
                    () ->
                            Thread.getAllStackTraces().keySet().stream()
                                    .noneMatch(thread -> thread.getName().equals("kafka-gone")));
        } finally {
            broker.stop();
        }
    }

    private static KafkaChangeSource source(Map<String, Object> connection) {
        Schema schema = new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)));
        return new KafkaChangeSource(
                new TopicBinding("gone", TOPIC, KeyPlace.RECORD, schema),
                connection,
                OPTIONS,
                System::nanoTime,
                Thread::new);
    }
}
