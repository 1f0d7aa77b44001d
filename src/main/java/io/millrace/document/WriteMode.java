package io.millrace.document;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a further document of a key means.
public enum WriteMode {
    /// The newest document of a key is the one.
    UPSERT,
    /// There are no keys: every document is one more. Its key is the number of its change.
    APPEND,
    /// The first document of a key stays until it is deleted; another one is a reject.
    REJECT_DUPLICATES;

    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static Optional<WriteMode> ofLabel(String label) {
        return Arrays.stream(values()).filter(mode -> mode.label().equals(label)).findFirst();
    }

    public static List<String> labels() {
        return Arrays.stream(values()).map(WriteMode::label).toList();
    }
}
