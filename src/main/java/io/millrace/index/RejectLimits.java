package io.millrace.index;

import java.time.Duration;

/// How long rejects are kept behind the commit records that are kept anyway; the oldest go first.
///
/// - generationsMax: older generations that are kept for what they rejected
/// - bytesMax: of their rejects and records
/// - age: since their commit
public record RejectLimits(int generationsMax, long bytesMax, Duration age) {
    public static final RejectLimits DEFAULT =
            new RejectLimits(10_000, 1L << 30, Duration.ofDays(7));

    public RejectLimits {
        if (generationsMax < 0 || bytesMax < 0 || !age.isPositive()) {
            throw new IllegalArgumentException(
                    "rejects of %d generations, %d bytes, for %s, expected none of them negative and some time"
                            .formatted(generationsMax, bytesMax, age));
        }
    }
}
