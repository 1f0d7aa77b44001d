package io.millrace.document;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What a field holds, and so how it can be asked for.
public enum FieldType {
    /// Exact strings, compared as UTF-8 bytes.
    KEYWORD,
    BOOL,
    LONG,
    DOUBLE,
    /// Exact numbers of any precision; 1.5 and 1.50 are the same.
    DECIMAL,
    /// A point in time; indexed as microseconds since 1970, whatever the unit in the document.
    TIMESTAMP,
    /// A day of the calendar, without a time zone; indexed as days since 1970.
    DATE,
    UUID,
    /// Bytes as Base64, or any other value nobody asks for: stored and returned, in no index.
    BYTES,
    /// Analyzed text, for `match`.
    TEXT,
    /// What strings become where nobody declared a field: a [#KEYWORD] up to
    /// [#STRING_KEYWORD_BYTES_MAX] and a [#TEXT] in one. Cannot be declared.
    STRING;

    /// A [#STRING] above this is matched and counts as present, and is not compared or sorted by.
    public static final int STRING_KEYWORD_BYTES_MAX = 256;

    /// The name in definitions, errors and answers.
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The types that a definition may name.
    public static List<FieldType> declarable() {
        return Arrays.stream(values()).filter(type -> type != STRING).toList();
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
            case BOOL, LONG, DOUBLE, TIMESTAMP, DATE -> true;
            case KEYWORD, DECIMAL, UUID, BYTES, TEXT, STRING -> false;
        };
    }

    /// True for types that a key may have: exact, and not cut into terms.
    public boolean isKey() {
        return KeyPart.fits(this);
    }

    /// True where `match` finds terms.
    public boolean isText() {
        return this == TEXT || this == STRING;
    }

    /// Text is matched, not compared: it has no order, hence no sort and no range. Nor have bytes.
    public boolean isOrdered() {
        return this != TEXT && this != BYTES;
    }
}
