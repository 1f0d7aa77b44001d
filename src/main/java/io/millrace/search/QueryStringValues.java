package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/// Makes queries of the values that a query string names. Confined to one thread.
final class QueryStringValues {
    private static final float BOOSTS_MAX = 1e12f;

    private final FieldChecks checks;
    private final TextQueries texts;
    private final Place place;

    QueryStringValues(FieldChecks checks, TextQueries texts, Place place) {
        this.checks = checks;
        this.texts = texts;
        this.place = place;
    }

    /// Any of the words in any of the fields.
    Query words(List<Field> fields, String words) {
        return texts.any(texts(fields), words, place);
    }

    /// @param fields none for every field
    Query word(List<Field> fields, QueryStringScanner.Word word, int edits, boolean isNamed) {
        if (word.pattern().equals("*")) {
            return isNamed && !fields.isEmpty()
                    ? new Query.Exists(
                            checks.field(fields.getFirst().path(), ClauseKind.EXISTS, place))
                    : new Query.All();
        }
        if (fields.isEmpty() && isNamed) {
            throw place.refusal("*:%s, expected *:* for all documents".formatted(word.text()));
        }
        if (fields.isEmpty() || fields.getFirst().type().isText()) {
            return inTexts(texts(fields), word, edits);
        }
        Field field = fields.getFirst();
        if (edits != 0) {
            throw place.refusal(
                    "field %s is %s: ~ needs a text or string field"
                            .formatted(Place.quoted(field.path()), field.type().label()));
        }
        return word.isPlain() ? whole(field, word.text()) : pattern(field, word);
    }

    private Query inTexts(List<Field> fields, QueryStringScanner.Word word, int edits) {
        if (word.isBeginning()) {
            return texts.beginning(
                    fields, word.text().substring(0, word.text().length() - 1), place);
        }
        if (!word.isPlain()) {
            throw place.refusal(
                    "%s, expected a * only at the end of a word of a text field"
                            .formatted(Place.quoted(word.pattern())));
        }
        return texts.word(fields, word.text(), new TextRules.Fuzziness(edits, 0), place);
    }

    Query quoted(List<Field> fields, String quoted, int slop) {
        if (fields.size() == 1 && !fields.getFirst().type().isText()) {
            return whole(fields.getFirst(), quoted);
        }
        return texts.phrase(texts(fields), quoted, slop, place);
    }

    Query range(List<Field> fields, QueryStringScanner.Range range) {
        if (fields.isEmpty()) {
            throw place.refusal("a range of every field, expected one of a field");
        }
        Field field = checks.field(fields.getFirst().path(), ClauseKind.RANGE, place);
        if (range.lower().isEmpty() && range.upper().isEmpty()) {
            return new Query.Exists(field);
        }
        return new Query.Range(
                field,
                range.lower().isEmpty()
                        ? null
                        : checks.constant(field, Value.of(range.lower()), place),
                range.lowerInclusive(),
                range.upper().isEmpty()
                        ? null
                        : checks.constant(field, Value.of(range.upper()), place),
                range.upperInclusive());
    }

    private Query whole(Field field, String text) {
        Field asked = checks.field(field.path(), ClauseKind.EQ, place);
        return new Query.Eq(asked, checks.constant(asked, Value.of(text), place));
    }

    private Query pattern(Field field, QueryStringScanner.Word word) {
        if (word.isBeginning() && ClauseKind.PREFIX.fits(field.type())) {
            return new Query.Prefix(field, word.text().substring(0, word.text().length() - 1));
        }
        Field asked = checks.field(field.path(), ClauseKind.WILDCARD, place);
        return new Query.Wildcard(asked, checks.pattern(word.pattern(), place));
    }

    private List<Field> texts(List<Field> fields) {
        if (fields.isEmpty()) {
            throw place.refusal("words in an index without text fields, expected field:value");
        }
        for (Field field : fields) {
            if (field.type() != FieldType.STRING && field.type() != FieldType.TEXT) {
                checks.field(field.path(), ClauseKind.MATCH, place);
            }
        }
        return fields;
    }

    /// The same, with its scores multiplied.
    static Query boosted(Query query, float boost) {
        if (boost == 1) {
            return query;
        }
        UnaryOperator<Query> each = clause -> boosted(clause, boost);
        return switch (query) {
            case Query.Match(Field field, List<TextTerm> terms, int required, float own) ->
                    new Query.Match(field, terms, required, product(own, boost));
            case Query.Phrase(Field field, List<PhraseWord> words, int slop, float own) ->
                    new Query.Phrase(field, words, slop, product(own, boost));
            case Query.And(List<Query> clauses) ->
                    new Query.And(clauses.stream().map(each).toList());
            case Query.Or(List<Query> clauses) -> new Query.Or(clauses.stream().map(each).toList());
            case Query.AtLeast(int required, List<Query> clauses) ->
                    new Query.AtLeast(required, clauses.stream().map(each).toList());
            case Query.Preferring(Query required, Query preferred) ->
                    new Query.Preferring(
                            Objects.requireNonNull(each.apply(required)),
                            Objects.requireNonNull(each.apply(preferred)));
            case Query.Eq _,
                    Query.In _,
                    Query.Range _,
                    Query.Exists _,
                    Query.Prefix _,
                    Query.Wildcard _,
                    Query.Keys _,
                    Query.Not _,
                    Query.All _ ->
                    query;
        };
    }

    /// Boosts inside each other, kept far from where floats end: sums of scores stay numbers.
    private static float product(float own, float boost) {
        return Math.clamp(own * boost, 1 / BOOSTS_MAX, BOOSTS_MAX);
    }
}
