package io.millrace.testing;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/// A topic of seeded upserts, deletes and a few undecodable records, with the documents that an
/// index of it must hold. Used by one thread at a time.
public final class GeneratedTopic {
    private static final int KEYS = 10_000;
    private static final int SLICES = 50;
    private static final String[] WORDS = {"mill", "race", "wheel", "water", "stone", "grain"};

    private final String bootstrapServers;
    private final String name;
    private final int partitions;
    private final RandomGenerator random;
    private final Map<String, String> expected = new TreeMap<>();
    private int sent;
    private int undecodable;

    private GeneratedTopic(
            String bootstrapServers, String name, int partitions, RandomGenerator random) {
        this.bootstrapServers = bootstrapServers;
        this.name = name;
        this.partitions = partitions;
        this.random = random;
    }

    public static GeneratedTopic create(
            String bootstrapServers, String name, int partitions, RandomGenerator random)
            throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1))).all().get();
        }
        return new GeneratedTopic(bootstrapServers, name, partitions, random);
    }

    public String name() {
        return name;
    }

    public int sent() {
        return sent;
    }

    /// Records sent so far that no index can hold.
    public int undecodable() {
        return undecodable;
    }

    /// Key to JSON document after everything sent so far.
    public Map<String, String> expected() {
        return expected;
    }

    /// Sends the next `count` records at once and waits for their acknowledgement.
    public void send(int count) {
        send(count, Duration.ZERO);
    }

    /// Sends the next `count` records, spread over a time, and waits for their acknowledgement.
    public void send(int count, Duration over) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", 5, "acks", "all");
        int slice = Math.max(1, count / SLICES);
        try (KafkaProducer<String, byte[]> producer =
                new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer())) {
            for (int i = 1; i <= count; i++) {
                var _ = producer.send(next());
                if (i % slice == 0) {
                    LockSupport.parkNanos(over.toNanos() / SLICES);
                }
            }
            producer.flush();
        }
    }

    private ProducerRecord<String, byte[]> next() {
        int n = sent++;
        String key = "key" + random.nextInt(KEYS);
        if (random.nextInt(1_000) == 0) {
            undecodable++;
            return record(key, "{\"id\": cut off".getBytes(StandardCharsets.UTF_8));
        }
        if (random.nextInt(20) == 0) {
            expected.remove(key);
            return record(key, null);
        }
        String json =
                "{\"id\":\"%s\",\"group\":\"g%d\",\"n\":%d,\"words\":\"%s %s\"}"
                        .formatted(
                                key,
                                random.nextInt(10),
                                n,
                                WORDS[random.nextInt(WORDS.length)],
                                WORDS[random.nextInt(WORDS.length)]);
        expected.put(key, json);
        return record(key, json.getBytes(StandardCharsets.UTF_8));
    }

    /// All records of a key go to one partition; without a value the record is a tombstone.
    @SuppressWarnings("NullAway") // Kafka's own classes are not annotated: null is a tombstone
    private ProducerRecord<String, byte[]> record(String key, byte @Nullable [] value) {
        return new ProducerRecord<>(name, Math.floorMod(key.hashCode(), partitions), key, value);
    }

    /// Partition to next offset, as the broker says.
    public Map<Integer, Long> endOffsets() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Map<TopicPartition, OffsetSpec> wanted =
                    IntStream.range(0, partitions)
                            .boxed()
                            .collect(
                                    Collectors.toMap(
                                            p -> new TopicPartition(name, p),
                                            _ -> OffsetSpec.latest()));
            Map<Integer, Long> ends = new LinkedHashMap<>();
            admin.listOffsets(wanted)
                    .all()
                    .get()
                    .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
            return ends;
        }
    }
}
