package io.millrace.document;

import java.util.Locale;
import java.util.Optional;

/// How a document writes a point in time.
public enum TimestampUnit {
    MILLIS,
    SECONDS,
    ISO;

    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<TimestampUnit> ofLabel(String label) {
        for (TimestampUnit unit : values()) {
            if (unit.label().equals(label)) {
                return Optional.of(unit);
            }
        }
        return Optional.empty();
    }
}
