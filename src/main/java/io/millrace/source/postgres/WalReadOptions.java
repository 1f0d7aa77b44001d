package io.millrace.source.postgres;

import java.time.Duration;

/// Numbers of the reader of a log and of the indexes that hang on it.
///
/// - batchChangesMax, batchBytesMax: where a batch ends; a larger transaction comes in parts
/// - queueEventsMax, queueBytesMax: what may wait for one index before reading the log pauses; a
///   single larger row passes, and about a batch more is being made changes of
/// - statusInterval: the longest time without a word to the server
/// - probeInterval: how often the slot is looked at
/// - positionInterval: the least time between two batches that hold nothing but positions
public record WalReadOptions(
        int batchChangesMax,
        long batchBytesMax,
        int queueEventsMax,
        long queueBytesMax,
        Duration statusInterval,
        Duration probeInterval,
        Duration positionInterval) {
    public static final WalReadOptions DEFAULT =
            new WalReadOptions(
                    2_000,
                    4L << 20,
                    20_000,
                    16L << 20,
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(500));

    public WalReadOptions {
        if (batchChangesMax < 1 || batchBytesMax < 1 || queueEventsMax < 1 || queueBytesMax < 1) {
            throw new IllegalArgumentException(
                    "bounds of a reader must be positive: %d, %d changes, %d, %d bytes"
                            .formatted(
                                    batchChangesMax, queueEventsMax, batchBytesMax, queueBytesMax));
        }
    }
}
