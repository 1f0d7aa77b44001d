package io.millrace.search;

import java.time.Duration;

/// What one search may use.
///
/// - timeout: how long a search may take that does not say so itself
/// - memoryBytesMax: bitmaps and hits of one search at once, estimated
public record SearchOptions(Duration timeout, long memoryBytesMax) {
    public static final SearchOptions DEFAULT =
            new SearchOptions(Duration.ofSeconds(10), 64L << 20);

    public SearchOptions {
        if (!timeout.isPositive() || memoryBytesMax < 1) {
            throw new IllegalArgumentException(
                    "search timeout %s, %d bytes of memory, expected more than 0"
                            .formatted(timeout, memoryBytesMax));
        }
    }
}
