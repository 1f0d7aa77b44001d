package io.millrace.source.kafka;

import java.time.Duration;

/// Numbers of one reader.
///
/// - batchRecordsMax, batchBytesMax: where a batch ends; a single larger record is a batch of its
///   own
/// - valueBytesMax: a record above it is rejected unread
/// - fetchBytesMax: bytes a broker may send at once, hence roughly what the client buffers
/// - probeInterval: how often ends, topic id and partition count are looked at
/// - positionInterval: the least time between two batches that hold nothing but positions
/// - requestTimeout: how long a question to the cluster may take
public record KafkaReadOptions(
        int batchRecordsMax,
        long batchBytesMax,
        int valueBytesMax,
        int fetchBytesMax,
        Duration probeInterval,
        Duration positionInterval,
        Duration requestTimeout) {
    public static final KafkaReadOptions DEFAULT =
            new KafkaReadOptions(
                    2_000,
                    4L << 20,
                    16 << 20,
                    16 << 20,
                    Duration.ofSeconds(2),
                    Duration.ofMillis(500),
                    Duration.ofSeconds(10));

    public KafkaReadOptions {
        if (batchRecordsMax < 1 || batchBytesMax < 1 || valueBytesMax < 1 || fetchBytesMax < 1) {
            throw new IllegalArgumentException(
                    "bounds of a reader must be positive: %d records, %d, %d, %d bytes"
                            .formatted(
                                    batchRecordsMax, batchBytesMax, valueBytesMax, fetchBytesMax));
        }
        if (!requestTimeout.isPositive()) {
            throw new IllegalArgumentException(
                    "a question to the cluster may take %s, expected more than nothing"
                            .formatted(requestTimeout));
        }
    }
}
