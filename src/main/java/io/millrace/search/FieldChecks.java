package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.KeyText;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.Analyzers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.util.automaton.TooComplexToDeterminizeException;
import org.jspecify.annotations.Nullable;

/// Checks the names and constants of a request against the schema. Immutable.
final class FieldChecks {
    private final Schema schema;
    private final Instant now;
    private final OwnAnalyzers analyzers;

    /// @param now what a relative time counts from
    /// @param analyzers those that the definition makes
    FieldChecks(Schema schema, Instant now, OwnAnalyzers analyzers) {
        this.schema = schema;
        this.now = now;
        this.analyzers = analyzers;
    }

    List<Field> textFields() {
        return schema.fields().stream().filter(field -> field.type().isText()).toList();
    }

    /// A text cut into words as the field's own texts are, with their synonyms.
    TextPieces pieces(Field field, String text) {
        return TextPieces.of(
                field, analyzers.ofField(field.path()).map(Synonyms::of).orElse(null), text);
    }

    /// A part of a word as the field's own words are spelled, not stemmed.
    String normalized(Field field, String part) {
        return Analyzers.of(field.analysis()).normalize(field.path(), part).utf8ToString();
    }

    Field known(String path, Place place) {
        return declared(path, place);
    }

    /// The declared field of a path, if the clause can look at it.
    Field field(String path, ClauseKind kind, Place place) {
        Field field = declared(path, place);
        if (!kind.fits(field.type())) {
            throw place.refusal(
                    "field %s is %s: %s"
                            .formatted(
                                    Place.quoted(path),
                                    field.type().label(),
                                    field.type() == FieldType.BYTES
                                            ? "bytes are stored and returned, and cannot be asked for"
                                            : kind.fittingFields()));
        }
        return field;
    }

    /// The declared field of a path, if a facet can count it.
    Field facetField(String path, Predicate<FieldType> fits, Place place) {
        Field field = declared(path, place);
        if (!fits.test(field.type())) {
            List<String> fitting =
                    Arrays.stream(FieldType.values()).filter(fits).map(FieldType::label).toList();
            throw place.refusal(
                    "field %s is %s: this facet counts %s"
                            .formatted(
                                    Place.quoted(path),
                                    field.type().label(),
                                    String.join(", ", fitting)));
        }
        return field;
    }

    /// A path that hits can be ordered by.
    void checkSort(String path, boolean scored, Place place) {
        switch (path) {
            case SortKey.KEY -> {}
            case SortKey.SCORE -> {
                if (!scored) {
                    throw place.refusal(
                            "sort by _score without a score, expected a match in the query");
                }
            }
            default -> {
                Field field = declared(path, place);
                if (!field.type().isOrdered()) {
                    throw place.refusal(
                            "field %s is %s, which has no order; sort by another field, _score"
                                            .formatted(Place.quoted(path), field.type().label())
                                    + " or _key");
                }
            }
        }
    }

    /// A list of sort keys that names none twice.
    List<SortKey> sort(List<SortKey> keys, Place place) {
        Set<String> paths = new LinkedHashSet<>();
        for (SortKey key : keys) {
            if (!paths.add(key.path())) {
                throw place.refusal("sort names " + Place.quoted(key.path()) + " twice");
            }
        }
        if (keys.size() > SearchLimits.SORT_KEYS_MAX) {
            throw place.refusal(
                    "%d sort keys, expected at most %d"
                            .formatted(keys.size(), SearchLimits.SORT_KEYS_MAX));
        }
        return List.copyOf(keys);
    }

    List<String> fields(List<String> paths, Place place) {
        if (paths.size() > SearchLimits.FIELDS_MAX) {
            throw place.refusal(
                    "%d paths, expected at most %d; without fields the whole document is returned"
                            .formatted(paths.size(), SearchLimits.FIELDS_MAX));
        }
        return List.copyOf(paths);
    }

    int offset(long offset, Place place) {
        if (offset < 0 || offset > SearchLimits.WINDOW_MAX) {
            throw place.refusal(
                    "offset %d, expected 0 to %d; a cursor goes further"
                            .formatted(offset, SearchLimits.WINDOW_MAX));
        }
        return Math.toIntExact(offset);
    }

    /// A request whose hits all lie in the window that is sorted at once.
    SearchRequest inWindow(SearchRequest request, Place place) {
        if (request.offset() > 0 && request.offset() + request.limit() > SearchLimits.WINDOW_MAX) {
            throw place.refusal(
                    "offset %d and limit %d, expected at most %d together; a cursor goes further"
                            .formatted(request.offset(), request.limit(), SearchLimits.WINDOW_MAX));
        }
        return request;
    }

    int limit(long limit, Place place) {
        if (limit < 0 || limit > SearchLimits.LIMIT_MAX) {
            throw place.refusal(
                    "limit %d, expected 0 to %d".formatted(limit, SearchLimits.LIMIT_MAX));
        }
        return Math.toIntExact(limit);
    }

    /// Whether to count.
    boolean isCounted(String text, Place place) {
        return switch (text) {
            case "exact" -> true;
            case "none" -> false;
            default ->
                    throw place.refusal(
                            "total %s, expected exact or none".formatted(Place.quoted(text)));
        };
    }

    /// The constant, if the field can hold it; what was written relative to now is a time then.
    Value constant(Field field, Value given, Place place) {
        if (given instanceof Value.Null) {
            throw place.refusal(
                    "null, expected a value of field %1$s; {\"missing\": \"%1$s\"} finds documents"
                                    .formatted(field.path())
                            + " without one");
        }
        Value value = given;
        try {
            if (given instanceof Value.Text(String text) && DateMath.isRelative(field, text)) {
                value = DateMath.resolved(field, text, now);
            }
            switch (field.type()) {
                case BOOL, LONG, DOUBLE, TIMESTAMP, DATE -> Coercion.ordered(field, value);
                case DECIMAL, UUID -> Coercion.term(field, value);
                case BYTES ->
                        throw new MillraceException.Bug(field.path() + " is not in the index");
                case KEYWORD, STRING, TEXT ->
                        checkLength(field, Coercion.text(field, value), place);
            }
        } catch (MillraceException.InvalidRequest e) {
            throw place.refusal(messageOf(e));
        }
        return value;
    }

    /// A dynamic string has no keyword above a bound: an answer would silently miss those.
    void checkLength(Field field, String text, Place place) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (field.type() == FieldType.STRING && bytes > FieldType.STRING_KEYWORD_BYTES_MAX) {
            throw place.refusal(
                    "%d bytes, expected at most %d: field %s is not declared, and longer strings are"
                                    .formatted(
                                            bytes,
                                            FieldType.STRING_KEYWORD_BYTES_MAX,
                                            Place.quoted(field.path()))
                            + " matched but not compared there; declare it as a keyword, or use"
                            + " match");
        }
    }

    /// A pattern that can be looked for.
    WildcardPattern pattern(String text, Place place) {
        if (text.length() > SearchLimits.WILDCARD_CHARS_MAX) {
            throw place.refusal(
                    "pattern of %d characters, expected at most %d"
                            .formatted(text.length(), SearchLimits.WILDCARD_CHARS_MAX));
        }
        try {
            return new WildcardPattern(text);
        } catch (TooComplexToDeterminizeException e) {
            throw place.refusal(
                    "pattern %s takes more than %d steps to make ready, expected fewer ? behind its *"
                            .formatted(Place.quoted(text), SearchLimits.WILDCARD_EFFORT_MAX));
        }
    }

    /// A key as JSON gives it: the part itself, or an array of several.
    DocumentKey key(Value value, Place place) {
        if (value instanceof Value.Null) {
            throw place.refusal("null, expected a key");
        }
        try {
            return schema.keyFrom(value);
        } catch (MillraceException.InvalidRequest e) {
            throw place.refusal(messageOf(e));
        }
    }

    /// A key of one part as it is, one of several as URLs write it.
    DocumentKey key(String text, Place place) {
        if (schema.keyPaths().size() <= 1) {
            return key(Value.of(text), place);
        }
        try {
            return KeyText.parse(schema, text);
        } catch (MillraceException.InvalidRequest e) {
            throw place.refusal(messageOf(e));
        }
    }

    private Field declared(String path, Place place) {
        if (path.equals(Field.IGNORED.path())) {
            return Field.IGNORED;
        }
        return schema.field(path)
                .orElseThrow(() -> {
                    List<String> known = new ArrayList<>();
                    schema.fields().forEach(field -> known.add(field.path()));
                    return place.refusal(
                            "field %s %s; %s"
                                    .formatted(
                                            Place.quoted(path),
                                            schema.dynamic()
                                                    ? "is not declared, and no document has had it"
                                                            + " so far"
                                                    : "is not declared for search",
                                            Place.hint(path, known)));
                });
    }

    private static String messageOf(Throwable failure) {
        @Nullable String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
