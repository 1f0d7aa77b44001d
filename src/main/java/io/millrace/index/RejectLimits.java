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
        check(generationsMax >= 0, "generations-max", generationsMax, "0 or more");
        check(bytesMax >= 0, "bytes-max", bytesMax, "0 or more");
        check(age.isPositive(), "age-max", age, "some time");
    }

    /// The settings of the node are named after these.
    private static void check(boolean holds, String limit, Object value, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "kept-rejects-%s is %s, expected %s".formatted(limit, value, expected));
        }
    }
}
