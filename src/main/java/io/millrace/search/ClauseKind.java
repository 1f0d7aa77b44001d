package io.millrace.search;

import io.millrace.document.FieldType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The clauses a request may use, and which fields each can look at.
enum ClauseKind {
    MATCH,
    PHRASE,
    FUZZY,
    Q,
    EQ,
    IN,
    RANGE,
    PREFIX,
    WILDCARD,
    EXISTS,
    MISSING,
    AND,
    OR,
    NOT,
    ALL;

    static final List<String> LABELS = Arrays.stream(values()).map(ClauseKind::label).toList();

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<ClauseKind> ofLabel(String label) {
        return Arrays.stream(values()).filter(kind -> kind.label().equals(label)).findFirst();
    }

    boolean fits(FieldType type) {
        return switch (this) {
            case MATCH, PHRASE, FUZZY -> type.isText();
            case EQ, IN -> type != FieldType.TEXT && type != FieldType.BYTES;
            case RANGE -> type.isOrdered() && type != FieldType.BOOL;
            case PREFIX, WILDCARD -> type == FieldType.KEYWORD || type == FieldType.STRING;
            case EXISTS, MISSING -> type != FieldType.BYTES;
            case Q, AND, OR, NOT, ALL -> false;
        };
    }

    /// What to tell who used this clause on a field it does not fit.
    String fittingFields() {
        return switch (this) {
            case MATCH, PHRASE, FUZZY ->
                    label() + " needs a text or string field; eq compares whole values";
            case EQ, IN -> label() + " compares whole values and text has none; use match";
            case RANGE ->
                    "range needs a keyword, string, long, double, decimal, timestamp, date or uuid"
                            + " field";
            case PREFIX, WILDCARD -> label() + " needs a keyword or string field";
            case EXISTS, MISSING, Q, AND, OR, NOT, ALL -> label() + " takes no such field";
        };
    }
}
