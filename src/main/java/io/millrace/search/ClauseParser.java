package io.millrace.search;

import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Reads the clauses of one request and counts what they cost. Confined to one thread.
///
/// A clause is an object with one member: `{"eq": {"status": "reviewed"}}`, `{"and": [clause, …]}`.
final class ClauseParser {
    private static final List<String> BOUNDS = List.of("gt", "gte", "lt", "lte");

    private final FieldChecks checks;
    private final TextClauses texts;
    private final TextQueries textQueries;
    private int clauses;
    private int values;

    ClauseParser(FieldChecks checks) {
        this.checks = checks;
        this.textQueries = new TextQueries(checks);
        this.texts = new TextClauses(checks, textQueries);
    }

    Query clause(Value value, Place place) {
        return clause(value, place, 1);
    }

    private Query clause(Value value, Place place, int depth) {
        if (depth > SearchLimits.DEPTH_MAX) {
            throw place.refusal("clauses nested deeper than " + SearchLimits.DEPTH_MAX + " levels");
        }
        count(place);
        Map.Entry<String, Value> only =
                onlyMember(value, place, "a clause such as {\"eq\": {\"field\": value}}");
        String label = only.getKey();
        ClauseKind kind =
                ClauseKind.ofLabel(label)
                        .orElseThrow(() -> place.unknown("clause", label, ClauseKind.LABELS));
        Value argument = only.getValue();
        Place inside = place.member(label);
        return switch (kind) {
            case MATCH -> texts.match(argument, inside);
            case PHRASE -> texts.phrase(argument, inside);
            case FUZZY -> texts.fuzzy(argument, inside);
            case Q -> typed(text(argument, inside, "a query"), inside);
            case EQ -> eq(argument, inside);
            case IN -> in(argument, inside);
            case RANGE -> range(argument, inside);
            case PREFIX -> prefix(argument, inside);
            case WILDCARD -> wildcard(argument, inside);
            case EXISTS -> exists(argument, kind, inside);
            case MISSING -> new Query.Not(exists(argument, kind, inside));
            case AND -> new Query.And(list(argument, inside, depth));
            case OR -> new Query.Or(list(argument, inside, depth));
            case NOT -> new Query.Not(clause(argument, inside, depth + 1));
            case ALL -> all(argument, inside);
        };
    }

    /// Counts one clause more.
    void count(Place place) {
        if (++clauses > SearchLimits.CLAUSES_MAX) {
            throw place.refusal("more than " + SearchLimits.CLAUSES_MAX + " clauses");
        }
    }

    /// What a person types.
    Query typed(String text, Place place) {
        if (text.length() > SearchLimits.TEXT_CHARS_MAX) {
            throw place.refusal(
                    "%d characters to match, expected at most %d"
                            .formatted(text.length(), SearchLimits.TEXT_CHARS_MAX));
        }
        return text.isBlank()
                ? new Query.All()
                : new QueryStringParser(checks, this, text, place).parse();
    }

    /// The clauses on texts, which count together with those read here.
    TextQueries textQueries() {
        return textQueries;
    }

    private Query eq(Value argument, Place place) {
        Map.Entry<String, Value> only = onlyMember(argument, place, "{\"field\": value}");
        Place at = place.member(only.getKey());
        if (only.getKey().equals(SortKey.KEY)) {
            return new Query.Keys(List.of(checks.key(only.getValue(), at)));
        }
        Field field = checks.field(only.getKey(), ClauseKind.EQ, at);
        return new Query.Eq(field, checks.constant(field, only.getValue(), at));
    }

    private Query in(Value argument, Place place) {
        Map.Entry<String, Value> only = onlyMember(argument, place, "{\"field\": [value, …]}");
        Place at = place.member(only.getKey());
        boolean byKey = only.getKey().equals(SortKey.KEY);
        @Nullable Field field = byKey ? null : checks.field(only.getKey(), ClauseKind.IN, at);
        if (!(only.getValue() instanceof Value.Array(List<Value> items)) || items.isEmpty()) {
            throw at.mismatch(only.getValue(), "an array of at least one value");
        }
        values += items.size();
        if (values > SearchLimits.VALUES_MAX) {
            throw at.refusal(
                    "%d values, expected at most %d".formatted(values, SearchLimits.VALUES_MAX));
        }
        List<DocumentKey> keys = new ArrayList<>();
        List<Value> constants = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            if (field == null) {
                keys.add(checks.key(items.get(i), at.item(i)));
            } else {
                constants.add(checks.constant(field, items.get(i), at.item(i)));
            }
        }
        return field == null ? new Query.Keys(keys) : new Query.In(field, constants);
    }

    private Query range(Value argument, Place place) {
        Map.Entry<String, Value> only =
                onlyMember(argument, place, "{\"field\": {\"gte\": value}}");
        Place at = place.member(only.getKey());
        Field field = checks.field(only.getKey(), ClauseKind.RANGE, at);
        return range(field, only.getValue(), at);
    }

    /// The values between the bounds that an object names.
    Query.Range range(Field field, Value value, Place at) {
        if (!(value instanceof Value.Obj(Map<String, Value> bounds)) || bounds.isEmpty()) {
            throw at.mismatch(value, "an object with gt or gte, lt or lte");
        }
        for (String bound : bounds.keySet()) {
            if (!BOUNDS.contains(bound)) {
                throw at.unknown("bound", bound, BOUNDS);
            }
        }
        for (String side : List.of("gt", "lt")) {
            if (bounds.containsKey(side) && bounds.containsKey(side + "e")) {
                throw at.refusal("both %1$s and %1$se, expected one of them".formatted(side));
            }
        }
        Map<String, Value> constants = new HashMap<>();
        bounds.forEach((bound, given) -> {
            if (given instanceof Value.Null) {
                throw at.member(bound)
                        .refusal("null, expected a value; leave it out for an open end");
            }
            constants.put(bound, checks.constant(field, given, at.member(bound)));
        });
        return new Query.Range(
                field,
                constants.getOrDefault("gte", constants.get("gt")),
                constants.containsKey("gte"),
                constants.getOrDefault("lte", constants.get("lt")),
                constants.containsKey("lte"));
    }

    private Query prefix(Value argument, Place place) {
        Map.Entry<String, Value> only = onlyMember(argument, place, "{\"field\": \"prefix\"}");
        Place at = place.member(only.getKey());
        Field field = checks.field(only.getKey(), ClauseKind.PREFIX, at);
        String prefix = text(only.getValue(), at, "a prefix");
        checks.checkLength(field, prefix, at);
        return new Query.Prefix(field, prefix);
    }

    private Query wildcard(Value argument, Place place) {
        Map.Entry<String, Value> only = onlyMember(argument, place, "{\"field\": \"pat*ern\"}");
        Place at = place.member(only.getKey());
        Field field = checks.field(only.getKey(), ClauseKind.WILDCARD, at);
        return new Query.Wildcard(
                field, checks.pattern(text(only.getValue(), at, "a pattern"), at));
    }

    private Query exists(Value argument, ClauseKind kind, Place place) {
        return new Query.Exists(checks.field(text(argument, place, "a field"), kind, place));
    }

    private static Query all(Value argument, Place place) {
        if (!(argument instanceof Value.Obj(Map<String, Value> members)) || !members.isEmpty()) {
            throw place.mismatch(argument, "an empty object");
        }
        return new Query.All();
    }

    private List<Query> list(Value argument, Place place, int depth) {
        if (!(argument instanceof Value.Array(List<Value> items)) || items.isEmpty()) {
            throw place.mismatch(argument, "an array of at least one clause");
        }
        List<Query> parsed = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            parsed.add(clause(items.get(i), place.item(i), depth + 1));
        }
        return parsed;
    }

    static Map.Entry<String, Value> onlyMember(Value value, Place place, String expected) {
        if (!(value instanceof Value.Obj(Map<String, Value> members))) {
            throw place.mismatch(value, expected);
        }
        if (members.size() != 1) {
            throw place.refusal(
                    "%d members%s, expected one: %s"
                            .formatted(
                                    members.size(),
                                    members.isEmpty()
                                            ? ""
                                            : " (" + String.join(", ", members.keySet()) + ")",
                                    expected));
        }
        return members.entrySet().iterator().next();
    }

    static String text(Value value, Place place, String expected) {
        if (value instanceof Value.Text(String text)) {
            return text;
        }
        throw place.mismatch(value, expected + " as a string");
    }
}
