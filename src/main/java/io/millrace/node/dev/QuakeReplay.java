package io.millrace.node.dev;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jboss.logging.Logger;

/// Sends the sample feed at an even pace, on a thread of its own.
///
/// The topic has one partition and an idempotent producer is its only writer, so its end offset is
/// the number of records sent: a replay that was cut off, even by a crash, goes on with the next
/// record, and a finished one sends nothing.
final class QuakeReplay implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(QuakeReplay.class);

    private final Map<String, Object> kafka;
    private final TopicPartition partition;
    private final List<FeedRecord> records;
    private final Duration duration;
    private final Thread thread;

    private QuakeReplay(
            Map<String, Object> kafka, String topic, List<FeedRecord> records, Duration duration) {
        this.kafka = kafka;
        this.partition = new TopicPartition(topic, 0);
        this.records = records;
        this.duration = duration;
        this.thread = Thread.ofPlatform().name("quake-feed").daemon().unstarted(this::run);
    }

    /// Starts to send to a topic that exists.
    ///
    /// @param kafka client settings: where the brokers are and how to log in
    /// @param duration how long the whole feed takes, from its first record to its last
    static QuakeReplay start(Map<String, Object> kafka, String topic, Duration duration) {
        var replay = new QuakeReplay(kafka, topic, QuakeFeed.records(), duration);
        replay.thread.start();
        return replay;
    }

    int recordCount() {
        return records.size();
    }

    /// What was handed to the producer is sent; the rest is for the next start.
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            int sent = sentBefore();
            if (sent < records.size()) {
                LOG.infof("sample feed: sending records %d to %d", sent + 1, records.size());
                send(sent);
                LOG.info("sample feed: complete");
            }
        } catch (InterruptedException | InterruptException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.error("sample feed stopped, dev mode goes on without it", e.getCause());
        } catch (KafkaException e) {
            LOG.error("sample feed stopped, dev mode goes on without it", e);
        }
    }

    private int sentBefore() throws InterruptedException, ExecutionException {
        try (var admin = Admin.create(kafka)) {
            long end =
                    admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                            .partitionResult(partition)
                            .get()
                            .offset();
            return Math.toIntExact(Math.min(end, records.size()));
        }
    }

    private void send(int from) throws InterruptedException, ExecutionException {
        var settings = new HashMap<>(kafka);
        // Each record is waited for: a producer that lingered for more would wait in vain.
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 0);
        try (var producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            long startNanos = System.nanoTime();
            for (int i = from; i < records.size(); i++) {
                long dueNanos = duration.toNanos() / records.size() * (i - from);
                long waitNanos = dueNanos - (System.nanoTime() - startNanos);
                TimeUnit.NANOSECONDS.sleep(waitNanos);
                var record = records.get(i);
                // Waiting for each answer is fast enough here, and shows a broken broker at once.
                producer.send(
                                new ProducerRecord<>(
                                        partition.topic(), 0, record.key(), record.value()))
                        .get();
            }
        }
    }
}
