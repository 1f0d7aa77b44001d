package io.millrace.index;

/// Bounds of what readers may pin in one index.
///
/// - leasesMax: leases at once; beyond, a new one is refused
/// - pinnedBytesMax: bytes of segments that only leases and kept generations hold; beyond, those
///   that end first end early, kept generations before leases
/// - keptGenerations: generations behind the newest that stay readable by number
public record LeaseLimits(int leasesMax, long pinnedBytesMax, int keptGenerations) {
    public static final LeaseLimits DEFAULT = new LeaseLimits(500, 16L << 30, 0);

    public LeaseLimits {
        if (leasesMax < 0 || pinnedBytesMax < 0 || keptGenerations < 0) {
            throw new IllegalArgumentException(
                    "%d leases, %d bytes, %d generations"
                            .formatted(leasesMax, pinnedBytesMax, keptGenerations));
        }
    }
}
