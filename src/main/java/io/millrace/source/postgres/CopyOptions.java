package io.millrace.source.postgres;

import java.time.Duration;

/// Numbers of the copy of a table.
///
/// - readers: connections that copy at once, each a range of keys
/// - rangeRows: rows of a range that one of them takes at a time
/// - batchChangesMax, batchBytesMax: where a batch ends
/// - queueBytesMax: what may wait for the index before the readers pause
/// - reportInterval: how often progress is logged
public record CopyOptions(
        int readers,
        int rangeRows,
        int batchChangesMax,
        long batchBytesMax,
        long queueBytesMax,
        Duration reportInterval) {
    public static final CopyOptions DEFAULT =
            new CopyOptions(2, 200_000, 2_000, 4L << 20, 16L << 20, Duration.ofSeconds(10));
}
