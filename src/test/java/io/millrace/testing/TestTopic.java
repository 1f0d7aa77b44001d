package io.millrace.testing;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/// A topic of the real broker with a name of its own, and the ways tests write to it. Every method
/// comes back when the broker has acknowledged.
///
/// It goes with the broker, not when it is closed: an index that a test leaves behind would look
/// for it as long as the tests run.
public final class TestTopic implements AutoCloseable {
    private static final Map<String, Object> BROKER =
            Map.of("bootstrap.servers", TestKafka.bootstrapServers());

    private static final ConfigEntry CLEANING = new ConfigEntry("log.cleaner.backoff.ms", "100");

    private final String name;
    private final int partitionCount;
    private final Admin admin = Admin.create(BROKER);
    private final KafkaProducer<byte[], byte[]> producer = producer(null);
    private final List<Future<RecordMetadata>> sends = new ArrayList<>();

    private TestTopic(String name, int partitionCount) {
        this.name = name;
        this.partitionCount = partitionCount;
    }

    public static TestTopic create(String prefix, int partitionCount) {
        return create(prefix, partitionCount, Map.of());
    }

    public static TestTopic create(
            String prefix, int partitionCount, Map<String, String> settings) {
        TestTopic topic = missing(prefix, partitionCount);
        topic.make(settings);
        return topic;
    }

    /// A topic of a fixed name that tests share; made by the first that asks.
    public static TestTopic existing(String name, int partitionCount) {
        TestTopic topic = new TestTopic(name, partitionCount);
        try {
            topic.make(Map.of());
        } catch (IllegalStateException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        return topic;
    }

    /// A topic that does not exist until [#make].
    public static TestTopic missing(String prefix, int partitionCount) {
        return new TestTopic(prefix + "-" + UUID.randomUUID(), partitionCount);
    }

    /// Comes back when the broker knows the topic, which is a moment after it was created.
    public void make(Map<String, String> settings) {
        await(
                admin.createTopics(
                                List.of(
                                        new NewTopic(name, partitionCount, (short) 1)
                                                .configs(settings)))
                        .all());
        Awaiting.that("topic " + name + " is known", this::isKnown);
    }

    private boolean isKnown() {
        try {
            await(admin.describeTopics(List.of(name)).allTopicNames());
            ends();
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    public static Map<String, Object> connection() {
        return BROKER;
    }

    public String name() {
        return name;
    }

    public Admin admin() {
        return admin;
    }

    /// Sends to the partition that the key belongs to, without waiting; see [#flush].
    public TestTopic send(@Nullable String key, @Nullable String value) {
        sends.add(producer.send(new ProducerRecord<>(name, bytes(key), bytes(value))));
        return this;
    }

    public TestTopic sendTo(int partition, @Nullable String key, @Nullable String value) {
        sends.add(producer.send(new ProducerRecord<>(name, partition, bytes(key), bytes(value))));
        return this;
    }

    public TestTopic sendBytes(byte @Nullable [] key, byte @Nullable [] value) {
        sends.add(producer.send(new ProducerRecord<>(name, key, value)));
        return this;
    }

    public TestTopic flush() {
        sends.forEach(TestTopic::await);
        sends.clear();
        return this;
    }

    /// A transaction of upserts in partition 0, by key.
    public void transaction(boolean commits, Map<String, String> values) {
        try (KafkaProducer<byte[], byte[]> writer = producer(name + "-" + UUID.randomUUID())) {
            writer.initTransactions();
            writer.beginTransaction();
            values.forEach((key, value) -> {
                var _ = writer.send(new ProducerRecord<>(name, 0, bytes(key), bytes(value)));
            });
            // Flushed, or an abort would never reach the log.
            writer.flush();
            if (commits) {
                writer.commitTransaction();
            } else {
                writer.abortTransaction();
            }
        }
    }

    /// Deletes and makes the topic again under the same name.
    public void recreate() {
        delete();
        makeAgain();
    }

    public void delete() {
        await(admin.deleteTopics(List.of(name)).all());
    }

    /// After [#delete], of which the broker is not done at once.
    public void makeAgain() {
        Awaiting.that(
                "topic " + name + " can be made again",
                () -> {
                    try {
                        make(Map.of());
                        return true;
                    } catch (IllegalStateException e) {
                        return false;
                    }
                });
    }

    /// Lets the broker look for something to compact every 100 ms; usual are 15 s.
    public void compactOften() {
        configureBroker(AlterConfigOp.OpType.SET);
    }

    /// As often as usual.
    public void compactSeldom() {
        configureBroker(AlterConfigOp.OpType.DELETE);
    }

    private void configureBroker(AlterConfigOp.OpType how) {
        await(
                admin.incrementalAlterConfigs(
                                Map.of(
                                        new ConfigResource(ConfigResource.Type.BROKER, ""),
                                        List.of(new AlterConfigOp(CLEANING, how))))
                        .all());
    }

    public void growTo(int partitions) {
        await(admin.createPartitions(Map.of(name, NewPartitions.increaseTo(partitions))).all());
    }

    /// As retention does it: moves the start of partition 0.
    public void deleteBefore(long offset) {
        await(
                admin.deleteRecords(
                                Map.of(
                                        new TopicPartition(name, 0),
                                        RecordsToDelete.beforeOffset(offset)))
                        .all());
    }

    public Checkpoint ends() {
        Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
        for (int i = 0; i < partitionCount; i++) {
            wanted.put(new TopicPartition(name, i), OffsetSpec.latest());
        }
        Map<SourcePartition, Position> ends = new HashMap<>();
        await(admin.listOffsets(wanted).all())
                .forEach((partition, info) ->
                        ends.put(
                                new SourcePartition(partition.topic(), partition.partition()),
                                Position.of(info.offset())));
        return Checkpoint.of(ends);
    }

    /// Every record a reader of committed transactions sees now, by partition and offset.
    public List<ConsumerRecord<byte[], byte[]>> readAll() {
        Map<String, Object> settings = new HashMap<>(BROKER);
        settings.put("auto.offset.reset", "earliest");
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (var consumer =
                new KafkaConsumer<>(
                        settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, Long> ends = new HashMap<>();
            ends().positions()
                    .forEach((partition, end) ->
                            ends.put(
                                    new TopicPartition(partition.stream(), partition.partition()),
                                    end.next()));
            consumer.assign(ends.keySet());
            consumer.seekToBeginning(ends.keySet());
            Awaiting.that(
                    "topic " + name + " is read to its end",
                    () -> {
                        consumer.poll(Duration.ofMillis(100)).forEach(all::add);
                        return ends.entrySet().stream()
                                .allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
                    });
        }
        return all;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(1));
        admin.close(Duration.ofSeconds(1));
    }

    private static KafkaProducer<byte[], byte[]> producer(@Nullable String transactionalId) {
        Map<String, Object> settings = new HashMap<>(BROKER);
        settings.put("linger.ms", 0);
        if (transactionalId != null) {
            settings.put("transactional.id", transactionalId);
        }
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private static <T> T await(Future<T> answer) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
