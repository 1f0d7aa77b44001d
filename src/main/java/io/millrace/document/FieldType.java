package io.millrace.document;

import java.util.Locale;
import java.util.Optional;

/// What a field holds, and so how it can be asked for.
public enum FieldType {
    /// Exact strings, compared as UTF-8 bytes.
    KEYWORD,
    BOOL,
    LONG,
    DOUBLE,
    /// A point in time; indexed as microseconds since 1970, whatever the unit in the document.
    TIMESTAMP,
    /// Analyzed text, for `match`.
    TEXT;

    /// The name in definitions, errors and answers.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<FieldType> ofLabel(String label) {
        for (FieldType type : values()) {
            if (type.label().equals(label)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }

    /// True where the indexed value is a 64-bit number that orders like the field's values; false
    /// where it is a string of bytes.
    public boolean isNumeric() {
        return switch (this) {
            case BOOL, LONG, DOUBLE, TIMESTAMP -> true;
            case KEYWORD, TEXT -> false;
        };
    }

    /// Text is matched, not compared: it has no order, hence no sort and no range.
    public boolean isOrdered() {
        return this != TEXT;
    }
}
