package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads the clauses that look for words in texts, and counts what they cost. Confined to one
/// thread.
///
/// - `{"match": {"field": "text"}}`
/// - `{"match": {"field": {"text": "…", option: …}}}`
/// - `phrase` and `fuzzy` in the same forms, with options of their own
/// - `{"match": {"fields": {"field": boost, …} or ["field", …], "text": "…", option: …}}`
final class TextClauses {
    private static final String FIELDS = "fields";
    private static final String TEXT = "text";
    private static final String OPERATOR = "operator";
    private static final String MINIMUM = "minimumShouldMatch";
    private static final String BOOST = "boost";
    private static final String PREFIX = "prefix";
    private static final String FUZZINESS = "fuzziness";
    private static final String PREFIX_LENGTH = "prefixLength";
    private static final String SLOP = "slop";
    private static final List<String> MATCH_OPTIONS =
            List.of(TEXT, OPERATOR, MINIMUM, BOOST, PREFIX, FUZZINESS, PREFIX_LENGTH);
    private static final List<String> FUZZY_OPTIONS =
            List.of(TEXT, OPERATOR, MINIMUM, BOOST, FUZZINESS, PREFIX_LENGTH);
    private static final List<String> PHRASE_OPTIONS = List.of(TEXT, SLOP, BOOST);

    private final FieldChecks checks;
    private int textChars;
    private int words;
    private int alikeWords;

    TextClauses(FieldChecks checks) {
        this.checks = checks;
    }

    /// What a text clause says, whatever kind it is.
    ///
    /// - fields: each with its boost
    /// - options: the members beside the fields
    private record Asked(
            Map<Field, Float> fields, String text, Map<String, Value> options, Place place) {
        Place at(String option) {
            return place.member(option);
        }
    }

    Query match(Value argument, Place place) {
        Asked asked = asked(argument, ClauseKind.MATCH, MATCH_OPTIONS, place);
        TextRules rules = rules(asked).withFuzziness(fuzziness(asked, TextRules.Fuzziness.NONE));
        return match(asked.fields(), asked.text(), rules, asked.place());
    }

    /// A match whose words may be misspelled.
    Query fuzzy(Value argument, Place place) {
        Asked asked = asked(argument, ClauseKind.FUZZY, FUZZY_OPTIONS, place);
        TextRules rules = rules(asked).withFuzziness(fuzziness(asked, TextRules.Fuzziness.AUTO));
        return match(asked.fields(), asked.text(), rules, asked.place());
    }

    /// In any of the fields.
    Query phrase(Value argument, Place place) {
        Asked asked = asked(argument, ClauseKind.PHRASE, PHRASE_OPTIONS, place);
        int slop = whole(asked, SLOP, SearchLimits.SLOP_MAX);
        return phrase(asked.fields(), asked.text(), slop, boost(asked), asked.place());
    }

    /// @param slop how far the words may be apart, all together
    Query phrase(Map<Field, Float> fields, String text, int slop, float boost, Place place) {
        count(text, place);
        List<Query> phrases = new ArrayList<>();
        fields.forEach(
                (field, ofField) -> phrases.add(inOne(field, text, slop, boost * ofField, place)));
        return or(phrases);
    }

    /// A phrase of one word is that word.
    private Query inOne(Field field, String text, int slop, float boost, Place place) {
        List<PhraseWord> phrase = checks.words(field, text).words();
        if (phrase.size() < 2) {
            return inOne(
                    field,
                    text,
                    TextRules.DEFAULT.withRequired(TextRules.Required.ALL).withBoost(boost),
                    place);
        }
        countWords(phrase.size(), place);
        int first = phrase.getFirst().position();
        return new Query.Phrase(
                field,
                phrase.stream()
                        .map(word -> new PhraseWord(word.position() - first, word.spellings()))
                        .toList(),
                slop,
                boost);
    }

    /// Any of the words in any of the fields.
    Query any(List<Field> fields, String text, Place place) {
        return match(unboosted(fields), text, TextRules.DEFAULT, place);
    }

    /// Words are looked for in all fields together: one that any of them has is there. Scores add
    /// up.
    private Query match(Map<Field, Float> fields, String text, TextRules rules, Place place) {
        count(text, place);
        List<Query> matches = new ArrayList<>();
        if (fields.size() == 1 || rules.required().equals(TextRules.Required.ANY)) {
            fields.forEach((field, boost) ->
                    matches.add(inOne(field, text, rules.withBoost(rules.boost() * boost), place)));
            return matches.size() == 1 ? matches.getFirst() : new Query.Or(matches);
        }
        return acrossFields(fields, text, rules, place);
    }

    /// A word that may be misspelled; what the analyzer makes of it, all of that.
    Query word(List<Field> fields, String word, TextRules.Fuzziness fuzziness, Place place) {
        count(word, place);
        TextRules rules =
                TextRules.DEFAULT.withRequired(TextRules.Required.ALL).withFuzziness(fuzziness);
        return or(fields.stream().<Query>map(field -> inOne(field, word, rules, place)).toList());
    }

    /// Any word that begins so, letters of either case.
    Query beginning(List<Field> fields, String prefix, Place place) {
        count(prefix, place);
        countWords(fields.size(), place);
        return or(
                fields.stream()
                        .<Query>map(field ->
                                new Query.Match(
                                        field,
                                        List.of(
                                                new TextTerm.Beginning(
                                                        checks.normalized(field, prefix))),
                                        1,
                                        1))
                        .toList());
    }

    /// Word by word, since every field cuts a text in its own way. A word that one of the fields
    /// leaves out of every text, such as `the`, is not required.
    private Query acrossFields(
            Map<Field, Float> fields, String text, TextRules rules, Place place) {
        List<Query> required = new ArrayList<>();
        List<Query> preferred = new ArrayList<>();
        String[] parts = text.strip().split("\\s+");
        boolean isOpen = !text.isEmpty() && !Character.isWhitespace(text.charAt(text.length() - 1));
        for (int i = 0; i < parts.length; i++) {
            TextRules ofPart =
                    (i + 1 == parts.length && isOpen ? rules : rules.withLastBegins(false))
                            .withRequired(TextRules.Required.ALL);
            List<Query> inFields = new ArrayList<>();
            for (Map.Entry<Field, Float> field : fields.entrySet()) {
                float boost = rules.boost() * field.getValue();
                Query.Match part = inOne(field.getKey(), parts[i], ofPart.withBoost(boost), place);
                if (!part.terms().isEmpty()) {
                    inFields.add(part);
                }
            }
            if (!inFields.isEmpty()) {
                (inFields.size() == fields.size() ? required : preferred).add(or(inFields));
            }
        }
        if (required.isEmpty()) {
            return preferred.isEmpty()
                    ? inOne(fields.keySet().iterator().next(), "", rules, place)
                    : or(preferred);
        }
        Query met = atLeast(rules.required().of(required.size()), required);
        return preferred.isEmpty() ? met : new Query.Preferring(met, or(preferred));
    }

    private Query.Match inOne(Field field, String text, TextRules rules, Place place) {
        List<TextTerm> terms = checks.words(field, text).terms(rules);
        countWords(terms.size(), place);
        alikeWords += (int) terms.stream().filter(TextTerm.Alike.class::isInstance).count();
        if (alikeWords > SearchLimits.ALIKE_WORDS_MAX) {
            throw place.refusal(
                    "%d words that may be misspelled in all fields, expected at most %d"
                            .formatted(alikeWords, SearchLimits.ALIKE_WORDS_MAX));
        }
        return new Query.Match(field, terms, rules.required().of(terms.size()), rules.boost());
    }

    private void countWords(int more, Place place) {
        words += more;
        if (words > SearchLimits.WORDS_MAX) {
            throw place.refusal(
                    "%d words to look for in all fields, expected at most %d"
                            .formatted(words, SearchLimits.WORDS_MAX));
        }
    }

    private static Query or(List<Query> clauses) {
        return clauses.size() == 1 ? clauses.getFirst() : new Query.Or(clauses);
    }

    private static Query atLeast(int required, List<Query> clauses) {
        if (required == clauses.size()) {
            return required == 1 ? clauses.getFirst() : new Query.And(clauses);
        }
        return required == 1 ? new Query.Or(clauses) : new Query.AtLeast(required, clauses);
    }

    static Map<Field, Float> unboosted(List<Field> fields) {
        Map<Field, Float> unboosted = new LinkedHashMap<>();
        fields.forEach(field -> unboosted.put(field, 1f));
        return unboosted;
    }

    private void count(String text, Place place) {
        textChars += text.length();
        if (textChars > SearchLimits.TEXT_CHARS_MAX) {
            throw place.refusal(
                    "%d characters to match, expected at most %d"
                            .formatted(textChars, SearchLimits.TEXT_CHARS_MAX));
        }
    }

    private Asked asked(Value argument, ClauseKind kind, List<String> options, Place place) {
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
        Map<Field, Float> field = unboosted(List.of(checks.field(only.getKey(), kind, at)));
        return switch (only.getValue()) {
            case Value.Text(String text) -> new Asked(field, text, Map.of(), at);
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

    private static Asked asked(
            Map<Field, Float> fields,
            Map<String, Value> members,
            List<String> options,
            Place place) {
        for (String member : members.keySet()) {
            if (!options.contains(member)) {
                throw place.member(member).unknown("option", member, options);
            }
        }
        @Nullable Value text = members.get(TEXT);
        if (text == null) {
            throw place.refusal("no text, expected one of " + String.join(", ", options));
        }
        return new Asked(
                fields, ClauseParser.text(text, place.member(TEXT), "a text"), members, place);
    }

    private Map<Field, Float> fields(Value value, ClauseKind kind, Place place) {
        Map<Field, Float> fields = new LinkedHashMap<>();
        switch (value) {
            case Value.Obj(Map<String, Value> members) when !members.isEmpty() ->
                    members.forEach((path, boost) -> {
                        Place at = place.member(path);
                        fields.put(checks.field(path, kind, at), boost(boost, at));
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

    private static TextRules rules(Asked asked) {
        @Nullable Value operator = asked.options().get(OPERATOR);
        @Nullable Value minimum = asked.options().get(MINIMUM);
        TextRules.Required required = TextRules.Required.ANY;
        if (operator != null) {
            Place at = asked.at(OPERATOR);
            required =
                    switch (ClauseParser.text(operator, at, "or or and")) {
                        case "or" -> TextRules.Required.ANY;
                        case "and" -> TextRules.Required.ALL;
                        default -> throw at.mismatch(operator, "or or and");
                    };
        }
        if (minimum != null) {
            if (required.equals(TextRules.Required.ALL)) {
                throw asked.at(MINIMUM)
                        .refusal(MINIMUM + " with operator and, expected one of them");
            }
            required = required(minimum, asked.at(MINIMUM));
        }
        return TextRules.DEFAULT
                .withRequired(required)
                .withLastBegins(flag(asked, PREFIX))
                .withBoost(boost(asked));
    }

    private static TextRules.Fuzziness fuzziness(Asked asked, TextRules.Fuzziness unsaid) {
        @Nullable Value value = asked.options().get(FUZZINESS);
        int prefixLength = whole(asked, PREFIX_LENGTH, SearchLimits.TEXT_CHARS_MAX);
        int edits = unsaid.edits();
        if (value instanceof Value.Int(long number) && number >= 0 && number <= 2) {
            edits = (int) number;
        } else if (value instanceof Value.Text(String text) && text.equals("auto")) {
            edits = TextRules.Fuzziness.BY_LENGTH;
        } else if (value != null) {
            throw asked.at(FUZZINESS).mismatch(value, "0, 1, 2 or \"auto\"");
        }
        return new TextRules.Fuzziness(edits, prefixLength);
    }

    private static int whole(Asked asked, String name, int max) {
        @Nullable Value value = asked.options().get(name);
        if (value == null) {
            return 0;
        }
        if (value instanceof Value.Int(long number) && number >= 0 && number <= max) {
            return (int) number;
        }
        throw asked.at(name).mismatch(value, "a whole number from 0 to " + max);
    }

    private static TextRules.Required required(Value value, Place place) {
        switch (value) {
            case Value.Int(long number) when number >= 1 && number <= Integer.MAX_VALUE -> {
                return new TextRules.Required((int) number, false);
            }
            case Value.Text(String text) when text.matches("[0-9]{1,3}%") -> {
                int percent = Integer.parseInt(text.substring(0, text.length() - 1));
                if (percent >= 1 && percent <= 100) {
                    return new TextRules.Required(percent, true);
                }
            }
            case Value.Null _,
                    Value.Bool _,
                    Value.Int _,
                    Value.Real _,
                    Value.Decimal _,
                    Value.Text _,
                    Value.Obj _,
                    Value.Array _ -> {}
        }
        throw place.mismatch(value, "a whole number from 1, or \"1%\" to \"100%\"");
    }

    private static boolean flag(Asked asked, String name) {
        @Nullable Value value = asked.options().get(name);
        if (value == null) {
            return false;
        }
        if (value instanceof Value.Bool(boolean flag)) {
            return flag;
        }
        throw asked.at(name).mismatch(value, "true or false");
    }

    private static float boost(Asked asked) {
        @Nullable Value value = asked.options().get(BOOST);
        return value == null ? 1 : boost(value, asked.at(BOOST));
    }

    private static float boost(Value value, Place place) {
        float boost =
                switch (value) {
                    case Value.Int(long number) -> number;
                    case Value.Real(double number) -> (float) number;
                    case Value.Null _,
                            Value.Bool _,
                            Value.Decimal _,
                            Value.Text _,
                            Value.Obj _,
                            Value.Array _ ->
                            -1;
                };
        if (!(boost > 0 && boost <= SearchLimits.BOOST_MAX)) {
            throw place.mismatch(
                    value, "a number above 0 and at most %d".formatted(SearchLimits.BOOST_MAX));
        }
        return boost;
    }
}
