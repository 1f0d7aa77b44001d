package io.millrace.document;

import java.util.Objects;

/// One indexed path of the documents of an index.
///
/// - path: dotted where objects nest (`geo.depth`)
/// - multi: the path may hold an array; each item is a value of its own
/// - unit: how a [FieldType#TIMESTAMP] is written, [TimestampUnit#MILLIS] elsewhere
/// - analyzer: how a [FieldType#TEXT] is cut into terms, `standard` elsewhere
public record Field(
        String path, FieldType type, boolean multi, TimestampUnit unit, String analyzer) {
    public static final String DEFAULT_ANALYZER = "standard";

    public Field {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(analyzer, "analyzer");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("field without a path");
        }
    }

    public static Field of(String path, FieldType type) {
        return new Field(path, type, false, TimestampUnit.MILLIS, DEFAULT_ANALYZER);
    }

    public Field asMulti() {
        return new Field(path, type, true, unit, analyzer);
    }

    public Field withUnit(TimestampUnit newUnit) {
        return new Field(path, type, multi, newUnit, analyzer);
    }

    public Field withAnalyzer(String newAnalyzer) {
        return new Field(path, type, multi, unit, newAnalyzer);
    }
}
