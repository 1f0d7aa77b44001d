package io.millrace.search;

import io.millrace.document.Field;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Makes conditions of texts that are looked for in fields, and counts what they cost. Confined to
/// one thread.
final class TextQueries {
    private final FieldChecks checks;
    private int textChars;
    private int words;
    private int alikeWords;

    TextQueries(FieldChecks checks) {
        this.checks = checks;
    }

    /// @param slop how far the words may be apart, all together
    Query phrase(Map<Field, Float> fields, String text, int slop, float boost, Place place) {
        count(text, place);
        List<Query> phrases = new ArrayList<>();
        fields.forEach(
                (field, ofField) -> phrases.add(inOne(field, text, slop, boost * ofField, place)));
        return or(phrases);
    }

    /// In any of those fields that know where their words stand.
    Query phrase(List<Field> fields, String text, int slop, Place place) {
        List<Field> knowing =
                fields.stream()
                        .filter(field -> field.analysis().positions() || isOneWord(field, text))
                        .toList();
        return phrase(unboosted(knowing.isEmpty() ? fields : knowing), text, slop, 1, place);
    }

    private boolean isOneWord(Field field, String text) {
        return checks.words(field, text).words().size() < 2;
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
        if (!field.analysis().positions()) {
            throw place.refusal(
                    "a phrase in field %s, which keeps no positions; use match with operator and, or"
                                    .formatted(Place.quoted(field.path()))
                            + " define the field without positions: false");
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
    Query match(Map<Field, Float> fields, String text, TextRules rules, Place place) {
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

    private void count(String text, Place place) {
        textChars += text.length();
        if (textChars > SearchLimits.TEXT_CHARS_MAX) {
            throw place.refusal(
                    "%d characters to match, expected at most %d"
                            .formatted(textChars, SearchLimits.TEXT_CHARS_MAX));
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
}
