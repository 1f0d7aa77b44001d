package io.millrace.pipeline;

import static java.util.Objects.requireNonNull;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.json.Json;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.publish.CommitRelay;
import io.millrace.publish.OutgoingRecord;
import io.millrace.publish.RecordSender;
import io.millrace.publish.RelayOptions;
import io.millrace.publish.Topic;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.kafka.KafkaChangeSource;
import io.millrace.source.kafka.KafkaReadOptions;
import io.millrace.source.kafka.TopicBinding;
import io.millrace.testing.Awaiting;
import io.millrace.testing.TestTopic;
import io.smallrye.mutiny.Multi;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a topic through a real index to the topics of events and dead letters, on a real broker,
/// with an indexer that breaks off again and again.
class TopicToEventsIT {
    private static final int LIVES = 8;
    private static final int RECORDS_PER_LIFE = 2_500;
    private static final int KEYS = 700;
    private static final int PARTITIONS = 4;

    @TempDir Path folder;

    @Test
    void brokenOffIndexingLosesNothingAndRepeatsNothing() {
        long seed = Long.getLong("millrace.test.seed", new Random().nextLong());
        Random random = new Random(seed);
        try (TestTopic topic = TestTopic.create("kills", PARTITIONS);
                TestTopic commits = TestTopic.create("kills-commits", 1);
                TestTopic merges = TestTopic.create("kills-merges", 1);
                TestTopic deadLetters = TestTopic.create("kills-dead", 1);
                var producer = producer()) {
            Map<Topic, TestTopic> to =
                    Map.of(
                            Topic.COMMITS, commits,
                            Topic.MERGES, merges,
                            Topic.DEAD_LETTERS, deadLetters);
            IndexDefinition definition = definition(topic);
            for (int life = 1; life < LIVES; life++) {
                produce(topic, random);
                RecordSender sender = sender(producer, to, random.nextInt(2, 9));
                int batches = random.nextInt(1, 40);
                try (Indexes indexes = indexes(sender, topic, batches)) {
                    RunningIndex index = indexes.start(definition);
                    Awaiting.that(
                            "life %d of seed %d breaks off or is done".formatted(life, seed),
                            () ->
                                    index.status().state() == State.FAILED
                                            || index.status().committed().covers(topic.ends()));
                }
            }
            RecordSender sender = sender(producer, to, Integer.MAX_VALUE);
            try (Indexes indexes = indexes(sender, topic, Integer.MAX_VALUE)) {
                RunningIndex running = indexes.start(definition);
                Awaiting.that(
                        "the last life of seed " + seed + " reads to the end",
                        () -> running.status().committed().covers(topic.ends()));
                Index index = running.index();
                Awaiting.that(
                        "all is merged and published",
                        () ->
                                index.waitForMerges(Duration.ZERO)
                                        && index.publishedThrough()
                                                == index.newestCommit().generation());

                Model model = Model.of(topic);
                String of = "seed " + seed;
                assertEquals(model.documents, FolderHome.visible(index), of);
                assertEquals(
                        topic.ends().toString(), index.newestCommit().checkpoint().toString(), of);
                assertChain(commits, index, topic, of);
                assertMerges(merges, commits, of);
                assertEquals(model.rejected, deadLetterPlaces(deadLetters), of);
            }
        }
    }

    /// After dropping repeated ids: generation 1, 2, 3 … each naming the one before it, the last
    /// one standing at the end of the topic.
    private static void assertChain(TestTopic commits, Index index, TestTopic topic, String of) {
        Map<String, ConsumerRecord<byte[], byte[]>> byId = new LinkedHashMap<>();
        long newest = 0;
        for (ConsumerRecord<byte[], byte[]> event : commits.readAll()) {
            boolean first = byId.putIfAbsent(header(event, "ce_id"), event) == null;
            long generation = Long.parseLong(header(event, "ce_generation"));
            if (first) {
                assertEquals(newest + 1, generation, of);
                assertEquals(newest, Long.parseLong(header(event, "ce_previousgeneration")), of);
                newest = generation;
            } else {
                assertTrue(generation <= newest, of);
            }
        }
        assertEquals(index.newestCommit().generation(), newest, of);
        ConsumerRecord<byte[], byte[]> last = List.copyOf(byId.values()).getLast();
        Obj data = (Obj) Json.parse(last.value());
        assertEquals(topic.ends().toValue(), data.get("positions"), of);
    }

    /// Merges took place, and whatever is told as finished is in the generation it names.
    private static void assertMerges(TestTopic merges, TestTopic commits, String of) {
        Map<String, Obj> published = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> event : commits.readAll()) {
            if (((Obj) Json.parse(event.value())).get("merge") instanceof Obj merge) {
                published.put(header(event, "ce_generation"), merge);
            }
        }
        Map<String, Obj> finished = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> event : merges.readAll()) {
            assertEquals("io.millrace.merge.v1", header(event, "ce_type"), of);
            if (header(event, "ce_phase").equals("finished")) {
                finished.put(header(event, "ce_generation"), (Obj) Json.parse(event.value()));
            }
        }
        assertTrue(!published.isEmpty(), of);
        assertTrue(!finished.isEmpty(), of);
        finished.forEach((generation, merge) -> assertEquals(published.get(generation), merge, of));
    }

    private static TreeSet<String> deadLetterPlaces(TestTopic deadLetters) {
        Map<String, String> placeById = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> letter : deadLetters.readAll()) {
            String place =
                    header(letter, "dead-letter-partition")
                            + "@"
                            + header(letter, "dead-letter-offset");
            placeById.put(header(letter, "dead-letter-id"), place);
        }
        TreeSet<String> places = new TreeSet<>(placeById.values());
        assertEquals(placeById.size(), places.size(), "one record, one dead letter");
        return places;
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static void produce(TestTopic topic, Random random) {
        for (int i = 0; i < RECORDS_PER_LIFE; i++) {
            String key = "k" + random.nextInt(KEYS);
            switch (random.nextInt(50)) {
                case 0 -> topic.send(key, "{broken");
                case 1 -> topic.send(key, "{\"id\":\"another\"}");
                case 2 -> topic.send(key, "{\"n\":\"no number\"}");
                case 3, 4, 5, 6, 7 -> topic.send(key, null);
                default -> topic.send(key, "{\"n\":%d}".formatted(random.nextInt()));
            }
        }
        topic.flush();
        topic.transaction(random.nextBoolean(), Map.of("t" + random.nextInt(9), "{\"n\":1}"));
    }

    /// What an index of the topic must hold, by a plain reading of it.
    private static final class Model {
        final Map<String, Obj> documents = new TreeMap<>();
        final TreeSet<String> rejected = new TreeSet<>();

        static Model of(TestTopic topic) {
            Model model = new Model();
            // Keys of transactions lie in partition 0 and nowhere else, as the others do in theirs.
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>(topic.readAll());
            for (ConsumerRecord<byte[], byte[]> record : records) {
                String key = new String(record.key(), StandardCharsets.UTF_8);
                String value =
                        record.value() == null
                                ? null
                                : new String(record.value(), StandardCharsets.UTF_8);
                if (value == null) {
                    model.documents.remove(key);
                } else if (value.matches("\\{\"n\":-?\\d+\\}")) {
                    model.documents.put(key, (Obj) Json.parse(record.value()));
                } else {
                    model.rejected.add(record.partition() + "@" + record.offset());
                }
            }
            return model;
        }
    }

    private Indexes indexes(RecordSender sender, TestTopic topic, int batchesUntilBreak) {
        CommitRelay relay = new CommitRelay(sender, quickRelay(), FolderHome.resources(2));
        return new Indexes(
                FolderHome.at(
                        folder,
                        IndexOptions.DEFAULT
                                .withQueue(500, 1 << 20)
                                .withBuilderBytesMax(1 << 20)
                                .withKeptCommits(5)),
                FolderHome.catalog(folder),
                definition -> new BreakingSource(kafka(definition, topic), batchesUntilBreak),
                relay::attach,
                FolderHome.quickOptions(),
                FolderHome.resources(3));
    }

    private static RelayOptions quickRelay() {
        return new RelayOptions(
                Duration.ofMillis(5),
                Duration.ofMillis(50),
                Duration.ofSeconds(60),
                Duration.ofMillis(200),
                3);
    }

    private static ChangeSource kafka(IndexDefinition definition, TestTopic topic) {
        return new KafkaChangeSource(
                new TopicBinding(
                        definition.name(),
                        topic.name(),
                        TopicBinding.KeyPlace.RECORD,
                        definition.schema()),
                TestTopic.connection(),
                new KafkaReadOptions(
                        100,
                        1 << 20,
                        1 << 20,
                        1 << 20,
                        Duration.ofMillis(500),
                        Duration.ofMillis(50),
                        Duration.ofSeconds(10)),
                System::nanoTime,
                Thread.ofPlatform().daemon().factory());
    }

    private static IndexDefinition definition(TestTopic topic) {
        Schema schema =
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG)));
        return new IndexDefinition(
                "kills",
                schema,
                new KafkaSource("default", topic.name(), KeyFrom.RECORD),
                new CommitCadence(Duration.ofMillis(20), 300, 1 << 20, Duration.ofMillis(100)),
                Value.Obj.EMPTY);
    }

    private static KafkaProducer<byte[], byte[]> producer() {
        return new KafkaProducer<>(
                TestTopic.connection(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    /// Sends for real, and now and then reports a record as lost although it was stored: the worst
    /// that a broker does to a relay.
    private static RecordSender sender(
            KafkaProducer<byte[], byte[]> producer, Map<Topic, TestTopic> to, int truthsPerLie) {
        AtomicInteger sent = new AtomicInteger();
        return record -> {
            CompletableFuture<Void> answer = new CompletableFuture<>();
            // Of all but a multiple of the window, so that windows get through, too.
            boolean lie = sent.incrementAndGet() % (3L * truthsPerLie + 1) == 0;
            var _ =
                    producer.send(
                            kafkaRecord(record, to),
                            (_, failure) -> {
                                if (failure != null || lie) {
                                    answer.completeExceptionally(
                                            new IllegalStateException("no answer came", failure));
                                } else {
                                    answer.complete(null);
                                }
                            });
            return answer;
        };
    }

    private static ProducerRecord<byte[], byte[]> kafkaRecord(
            OutgoingRecord record, Map<Topic, TestTopic> topics) {
        TestTopic to = requireNonNull(topics.get(record.topic()));
        ProducerRecord<byte[], byte[]> sent =
                new ProducerRecord<>(
                        to.name(), record.key().getBytes(StandardCharsets.UTF_8), record.value());
        record.headers().forEach(header -> sent.headers().add(header.name(), header.value()));
        return sent;
    }

    /// Breaks off after some batches like a process that ends: nothing more is committed.
    private record BreakingSource(ChangeSource real, int batches) implements ChangeSource {
        @Override
        public Start start() {
            return real.start();
        }

        @Override
        public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
            AtomicInteger left = new AtomicInteger(batches);
            return real.changes(identity, from)
                    .onItem()
                    .invoke(() -> {
                        if (left.decrementAndGet() == 0) {
                            throw new MillraceException.Bug("the process ends here");
                        }
                    });
        }

        @Override
        public void acknowledge(Checkpoint committed) {
            real.acknowledge(committed);
        }

        @Override
        public SourceStatus status() {
            return real.status();
        }

        @Override
        public void close() {
            real.close();
        }
    }
}
