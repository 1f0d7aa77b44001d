package io.millrace.source.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What happens to an index when its table is truncated.
public enum TruncatePolicy {
    /// All its documents are gone with the same commit.
    APPLY,
    /// Nothing: its documents stay.
    IGNORE,
    /// The index stops there, for somebody to look.
    HALT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(TruncatePolicy::label).toList();
    }

    public static Optional<TruncatePolicy> ofLabel(String label) {
        return Arrays.stream(values()).filter(policy -> policy.label().equals(label)).findFirst();
    }
}
