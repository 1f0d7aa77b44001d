package io.millrace.search;

import java.time.Duration;

/// What searches may use.
///
/// - timeout: how long a search may take that does not say so itself
/// - memoryBytesMax: bitmaps and hits of one search at once, estimated
/// - cacheBytesMax: of the answers that are kept, 0 for none
public record SearchOptions(Duration timeout, long memoryBytesMax, long cacheBytesMax) {
    public static final SearchOptions DEFAULT =
            new SearchOptions(Duration.ofSeconds(10), 64L << 20, 16L << 20);

    public SearchOptions {
        if (!timeout.isPositive() || memoryBytesMax < 1 || cacheBytesMax < 0) {
            throw new IllegalArgumentException(
                    "search timeout %s, %d bytes of memory, %d bytes of cache, expected more than 0"
                            .formatted(timeout, memoryBytesMax, cacheBytesMax));
        }
    }

    /// With another bound for the answers that are kept.
    public SearchOptions withCacheBytesMax(long bytes) {
        return new SearchOptions(timeout, memoryBytesMax, bytes);
    }
}
