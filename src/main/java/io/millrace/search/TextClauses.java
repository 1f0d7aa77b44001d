package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the clauses that look for words in texts. Confined to one thread.
///
/// - `{"match": {"field": "text"}}`
/// - `{"match": {"field": {"text": "…", option: …}}}`
/// - `phrase` and `fuzzy` in the same forms, with options of their own
/// - `{"match": {"fields": {"field": boost, …} or ["field", …], "text": "…", option: …}}`
final class TextClauses {
    private static final String FIELDS = "fields";

    private final FieldChecks checks;
    private final TextQueries queries;

    TextClauses(FieldChecks checks, TextQueries queries) {
        this.checks = checks;
        this.queries = queries;
    }

    Query match(Value argument, Place place) {
        TextOptions asked = asked(argument, ClauseKind.MATCH, TextOptions.OF_MATCH, place);
        return match(asked, TextRules.Fuzziness.NONE);
    }

    /// A match whose words may be misspelled.
    Query fuzzy(Value argument, Place place) {
        TextOptions asked = asked(argument, ClauseKind.FUZZY, TextOptions.OF_FUZZY, place);
        return match(asked, TextRules.Fuzziness.AUTO);
    }

    private Query match(TextOptions asked, TextRules.Fuzziness unsaid) {
        return queries.match(asked.fields(), asked.text(), asked.rules(unsaid), asked.place());
    }

    /// In any of the fields.
    Query phrase(Value argument, Place place) {
        TextOptions asked = asked(argument, ClauseKind.PHRASE, TextOptions.OF_PHRASE, place);
        return queries.phrase(
                asked.fields(), asked.text(), asked.slop(), asked.boost(), asked.place());
    }

    private TextOptions asked(Value argument, ClauseKind kind, List<String> options, Place place) {
        if (argument instanceof Value.Obj(Map<String, Value> members)
                && members.size() > 1
                && members.containsKey(FIELDS)) {
            Map<String, Value> others = new LinkedHashMap<>(members);
            Value fields = Objects.requireNonNull(others.remove(FIELDS));
            return asked(fields(fields, kind, place.member(FIELDS)), others, options, place);
        }
        Map.Entry<String, Value> only =
                ClauseParser.onlyMember(argument, place, "{\"field\": \"text\"}");
        Place at = place.member(only.getKey());
        Map<Field, Float> field =
                TextQueries.unboosted(List.of(checks.field(only.getKey(), kind, at)));
        return switch (only.getValue()) {
            case Value.Text(String text) -> new TextOptions(field, text, Map.of(), at);
            case Value.Obj(Map<String, Value> members) -> asked(field, members, options, at);
            case Value.Null _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Decimal _,
                    Value.Array _ ->
                    throw at.mismatch(only.getValue(), "a text as a string");
        };
    }

    private static TextOptions asked(
            Map<Field, Float> fields,
            Map<String, Value> members,
            List<String> options,
            Place place) {
        for (String member : members.keySet()) {
            if (!options.contains(member)) {
                throw place.member(member).unknown("option", member, options);
            }
        }
        @Nullable Value text = members.get(TextOptions.TEXT);
        if (text == null) {
            throw place.refusal("no text, expected one of " + String.join(", ", options));
        }
        return new TextOptions(
                fields,
                ClauseParser.text(text, place.member(TextOptions.TEXT), "a text"),
                members,
                place);
    }

    private Map<Field, Float> fields(Value value, ClauseKind kind, Place place) {
        Map<Field, Float> fields = new LinkedHashMap<>();
        switch (value) {
            case Value.Obj(Map<String, Value> members) when !members.isEmpty() ->
                    members.forEach((path, boost) -> {
                        Place at = place.member(path);
                        fields.put(checks.field(path, kind, at), TextOptions.boost(boost, at));
                    });
            case Value.Array(List<Value> items) when !items.isEmpty() -> {
                for (int i = 0; i < items.size(); i++) {
                    Place at = place.item(i);
                    String path = ClauseParser.text(items.get(i), at, "a field");
                    if (fields.put(checks.field(path, kind, at), 1f) != null) {
                        throw at.refusal("field " + Place.quoted(path) + " named twice");
                    }
                }
            }
            case Value.Null _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Decimal _,
                    Value.Text _,
                    Value.Obj _,
                    Value.Array _ ->
                    throw place.mismatch(value, "[\"field\", …] or {\"field\": boost, …}");
        }
        return fields;
    }
}
