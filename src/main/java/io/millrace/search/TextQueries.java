package io.millrace.search;

import io.millrace.document.Field;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
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
    private int synonyms;

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
                        .filter(field ->
                                field.analysis().positions()
                                        || checks.pieces(field, text).wordCount() < 2)
                        .toList();
        return phrase(unboosted(knowing.isEmpty() ? fields : knowing), text, slop, 1, place);
    }

    /// A phrase of one word is that word.
    private Query inOne(Field field, String text, int slop, float boost, Place place) {
        TextPieces pieces = pieces(field, text, place);
        if (pieces.wordCount() > 1 && !field.analysis().positions()) {
            throw place.refusal(
                    "a phrase in field %s, which keeps no positions; use match with operator and, or"
                                    .formatted(Place.quoted(field.path()))
                            + " define the field without positions: false");
        }
        return counted(or(pieces.phrases(slop, boost, place)), place);
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
        return or(fields.stream().map(field -> inOne(field, word, rules, place)).toList());
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
        List<Part> parts = parts(fields.keySet(), text);
        boolean isOpen = !text.isEmpty() && !Character.isWhitespace(text.charAt(text.length() - 1));
        for (int i = 0; i < parts.size(); i++) {
            TextRules ofPart =
                    (i + 1 == parts.size() && isOpen ? rules : rules.withLastBegins(false))
                            .withRequired(TextRules.Required.ALL);
            List<Query> inFields = inEach(fields, parts.get(i).text(), ofPart, place);
            boolean isLeftOut = inFields.stream().anyMatch(TextQueries::isLeftOut);
            inFields.removeIf(TextQueries::isNothing);
            if (!isLeftOut && parts.get(i).isLoose()) {
                inFields.addAll(wordByWord(fields, parts.get(i).text(), ofPart, place));
            }
            if (!inFields.isEmpty()) {
                (isLeftOut ? preferred : required).add(or(inFields));
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

    private List<Query> inEach(
            Map<Field, Float> fields, String text, TextRules rules, Place place) {
        List<Query> inFields = new ArrayList<>();
        fields.forEach((field, boost) ->
                inFields.add(inOne(field, text, rules.withBoost(rules.boost() * boost), place)));
        return inFields;
    }

    /// All of the words, each in any of the fields; none where all are left out.
    private List<Query> wordByWord(
            Map<Field, Float> fields, String text, TextRules rules, Place place) {
        List<Query> all = new ArrayList<>();
        List<Span> words = spans(text, new BitSet());
        for (Span word : words) {
            boolean isLast = word == words.getLast();
            List<Query> inFields =
                    inEach(
                            fields,
                            text.substring(word.start(), word.end()),
                            isLast ? rules : rules.withLastBegins(false),
                            place);
            if (inFields.stream().noneMatch(TextQueries::isLeftOut)) {
                all.add(or(inFields));
            }
        }
        return all.isEmpty() ? List.of() : List.of(atLeast(all.size(), all));
    }

    /// Some of a text.
    ///
    /// - isLoose: several words that are one for some of the fields only, and may stay as they are:
    ///   for the others they are words like any
    private record Part(String text, boolean isLoose) {}

    /// The text cut at its spaces, but not between words that one of the fields has a synonym for.
    private List<Part> parts(Collection<Field> fields, String text) {
        BitSet together = new BitSet();
        BitSet loose = new BitSet();
        BitSet replaced = new BitSet();
        for (Field field : fields) {
            BitSet ofField = new BitSet();
            for (TextPiece piece : checks.pieces(field, text).pieces()) {
                if (!piece.others().isEmpty()) {
                    ofField.set(piece.start(), piece.end());
                    if (!piece.isKept()) {
                        replaced.set(piece.start(), piece.end());
                    }
                }
            }
            together.or(ofField);
            ofField.flip(0, text.length());
            loose.or(ofField);
        }
        List<Part> parts = new ArrayList<>();
        for (Span span : spans(text, together)) {
            String part = text.substring(span.start(), span.end());
            boolean isLoose =
                    part.chars().anyMatch(Character::isWhitespace)
                            && !loose.get(span.start(), span.end()).isEmpty()
                            && replaced.get(span.start(), span.end()).isEmpty();
            parts.add(new Part(part, isLoose));
        }
        return parts;
    }

    /// - start, end: of some of a text, in chars
    private record Span(int start, int end) {}

    /// What is between spaces.
    ///
    /// @param together where spaces part nothing
    private static List<Span> spans(String text, BitSet together) {
        List<Span> spans = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= text.length(); at++) {
            boolean ends =
                    at == text.length()
                            || (Character.isWhitespace(text.charAt(at)) && !together.get(at));
            if (ends && at > from) {
                spans.add(new Span(from, at));
            }
            from = ends ? at + 1 : from;
        }
        return spans;
    }

    /// True for a word that the analyzer of one of its fields leaves out of all texts, such as
    /// `the`: nobody can require it. What stands for it may still be found.
    static boolean isLeftOut(Query query) {
        return query instanceof Query.Or(List<Query> clauses)
                ? clauses.stream().anyMatch(TextQueries::isLeftOut)
                : isNothing(query);
    }

    private static boolean isNothing(Query query) {
        return query instanceof Query.Match match && match.terms().isEmpty();
    }

    private Query inOne(Field field, String text, TextRules rules, Place place) {
        return counted(pieces(field, text, place).match(rules), place);
    }

    private TextPieces pieces(Field field, String text, Place place) {
        TextPieces pieces = checks.pieces(field, text);
        synonyms += pieces.synonymCount();
        if (synonyms > SearchLimits.SYNONYMS_MAX) {
            throw place.refusal(
                    "%d synonyms in all fields, expected at most %d"
                            .formatted(synonyms, SearchLimits.SYNONYMS_MAX));
        }
        return pieces;
    }

    private Query counted(Query query, Place place) {
        switch (query) {
            case Query.Match match -> {
                for (TextTerm term : match.terms()) {
                    countWords(
                            term instanceof TextTerm.Word word ? word.spellings().size() : 1,
                            place);
                    alikeWords += term instanceof TextTerm.Alike ? 1 : 0;
                }
            }
            case Query.Phrase phrase ->
                    phrase.words().forEach(word -> countWords(word.spellings().size(), place));
            default -> query.inner().forEach(inner -> counted(inner, place));
        }
        if (alikeWords > SearchLimits.ALIKE_WORDS_MAX) {
            throw place.refusal(
                    "%d words that may be misspelled in all fields, expected at most %d"
                            .formatted(alikeWords, SearchLimits.ALIKE_WORDS_MAX));
        }
        return query;
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

    static Query or(List<Query> clauses) {
        return clauses.size() == 1 ? clauses.getFirst() : new Query.Or(clauses);
    }

    static Query atLeast(int required, List<Query> clauses) {
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
