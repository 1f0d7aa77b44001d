package io.millrace.document;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What becomes of a patch whose key has no document.
public enum AbsentKey {
    /// It edits a document of nothing but its key.
    CREATE,
    /// Nothing.
    IGNORE,
    /// It is a reject.
    REJECT;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<AbsentKey> ofLabel(String label) {
        return Arrays.stream(values()).filter(policy -> policy.label().equals(label)).findFirst();
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(AbsentKey::label).toList();
    }
}
