package io.millrace.document;

import java.util.Objects;

/// One indexed path of the documents of an index.
///
/// - path: dotted where objects nest (`geo.depth`)
/// - multi: the path may hold an array; each item is a value of its own
/// - unit: how a [FieldType#TIMESTAMP] is written, [TimestampUnit#MILLIS] elsewhere
/// - analysis: how a [FieldType#TEXT] or [FieldType#STRING] is cut into terms, the default
///   elsewhere
/// - dynamic: nobody declared the field, a document had it first: what does not fit it is left out
///   of the index instead of rejecting the document, and a long may become a double
public record Field(
        String path,
        FieldType type,
        boolean multi,
        TimestampUnit unit,
        Analysis analysis,
        boolean dynamic) {
    /// Lists the paths of a document whose values are not indexed, in every index. No document can
    /// have a member that becomes this field.
    public static final Field IGNORED = inferred("_ignored", FieldType.KEYWORD);

    public Field {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(unit, "unit");
        Objects.requireNonNull(analysis, "analysis");
        if (path.isEmpty()) {
            throw new IllegalArgumentException("field without a path");
        }
    }

    /// A declared field.
    public static Field of(String path, FieldType type) {
        return new Field(path, type, false, TimestampUnit.MILLIS, Analysis.DEFAULT, false);
    }

    /// A dynamic field, which may always have several values.
    public static Field inferred(String path, FieldType type) {
        return new Field(path, type, true, TimestampUnit.MILLIS, Analysis.DEFAULT, true);
    }

    public Field asMulti() {
        return new Field(path, type, true, unit, analysis, dynamic);
    }

    public Field withUnit(TimestampUnit newUnit) {
        return new Field(path, type, multi, newUnit, analysis, dynamic);
    }

    public Field withAnalyzer(String analyzer) {
        return withAnalysis(Analysis.of(analyzer));
    }

    public Field withAnalysis(Analysis newAnalysis) {
        return new Field(path, type, multi, unit, newAnalysis, dynamic);
    }

    public Field withType(FieldType newType) {
        return new Field(path, newType, multi, unit, analysis, dynamic);
    }

    /// True when what a segment holds of this field reads the same under the other one.
    public boolean isWrittenLike(Field other) {
        return type == other.type && analysis.equals(other.analysis);
    }
}
