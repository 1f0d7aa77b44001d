package io.millrace.source.file;

import java.time.Duration;

/// Numbers of one reader.
///
/// - batchLinesMax, batchBytesMax: where a batch ends; a single larger line is a batch of its own
/// - lookInterval: how often the end of the file is looked at once it is reached
/// - settleTime: how long a file must stay as it is before its last line counts without an end
/// - reportInterval: how often progress is logged
public record FileReadOptions(
        int batchLinesMax,
        long batchBytesMax,
        Duration lookInterval,
        Duration settleTime,
        Duration reportInterval) {
    public static final FileReadOptions DEFAULT =
            new FileReadOptions(
                    2_000,
                    4L << 20,
                    Duration.ofMillis(500),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10));
}
