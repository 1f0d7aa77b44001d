package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.segment.Analyzers;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.lucene.analysis.Analyzer;
import org.jspecify.annotations.Nullable;

/// A text as a field looks for it: pieces in order, some of which have synonyms. Immutable.
///
/// Synonyms of one word each are spellings of one word. Where one of them is several words these
/// must stand next to each other, as must those of the text that they are for.
record TextPieces(Field field, List<TextPiece> pieces) {

    TextPieces {
        pieces = List.copyOf(pieces);
    }

    static TextPieces of(Field field, @Nullable Synonyms synonyms, String text) {
        Analyzer analyzer = Analyzers.of(field.analysis());
        List<TextPiece> pieces = new ArrayList<>();
        int at = 0;
        for (Synonyms.Found found :
                synonyms == null
                        ? List.<Synonyms.Found>of()
                        : synonyms.in(text, field.analysis())) {
            if (at < found.start()) {
                pieces.add(plain(field, analyzer, text, at, found.start()));
            }
            TextPiece written = plain(field, analyzer, text, found.start(), found.end());
            pieces.add(
                    new TextPiece(
                            written.written(),
                            found.isWritten(),
                            found.others(),
                            found.start(),
                            found.end()));
            at = found.end();
        }
        if (at < text.length() || pieces.isEmpty()) {
            pieces.add(plain(field, analyzer, text, at, text.length()));
        }
        return new TextPieces(field, pieces);
    }

    private static TextPiece plain(
            Field field, Analyzer analyzer, String text, int start, int end) {
        String piece = text.substring(start, end);
        return TextPiece.of(TextWords.of(analyzer, field.path(), piece), start, end);
    }

    /// Of the text itself.
    int wordCount() {
        return pieces.stream().mapToInt(piece -> piece.written().words().size()).sum();
    }

    /// How many synonyms there are of all pieces together.
    int synonymCount() {
        return pieces.stream().mapToInt(piece -> piece.others().size()).sum();
    }

    /// At least as many of the words as the rules say; synonyms of several words are one. What
    /// stands for a word that is left out of every text is not required where other words are.
    Query match(TextRules rules) {
        Map<List<String>, Integer> words = new LinkedHashMap<>();
        Set<List<String>> synonyms = new HashSet<>();
        Map<Query, Integer> varied = new LinkedHashMap<>();
        Map<Query, Integer> leftOut = new LinkedHashMap<>();
        @Nullable TextTerm beginning = null;
        for (TextPiece piece : pieces) {
            boolean isOpen = rules.lastBegins() && isLastOpen(piece);
            if (piece.others().isEmpty()) {
                List<PhraseWord> plain = piece.written().words();
                for (int i = 0; i < plain.size(); i++) {
                    if (isOpen && i + 1 == plain.size()) {
                        beginning = beginning(plain.get(i));
                    } else {
                        words.merge(plain.get(i).spellings(), 1, Integer::sum);
                    }
                }
                continue;
            }
            @Nullable List<String> spellings = isOpen ? null : piece.spellings();
            if (spellings != null) {
                words.merge(spellings, 1, Integer::sum);
                synonyms.add(spellings);
            } else {
                List<Query> ways = ways(piece, isOpen, rules.boost());
                if (!ways.isEmpty()) {
                    (piece.isLeftOut() ? leftOut : varied)
                            .merge(TextQueries.or(ways), 1, Integer::sum);
                }
            }
        }
        List<TextTerm> terms = new ArrayList<>();
        words.forEach((spellings, times) ->
                terms.add(
                        synonyms.contains(spellings)
                                ? new TextTerm.Word(spellings, times)
                                : rules.fuzziness().term(spellings, times)));
        if (beginning != null) {
            terms.add(beginning);
        }
        return preferring(terms, weighed(varied), weighed(leftOut), rules);
    }

    private static List<Query> weighed(Map<Query, Integer> timesByQuery) {
        List<Query> queries = new ArrayList<>();
        timesByQuery.forEach(
                (query, times) -> queries.add(QueryStringValues.boosted(query, times)));
        return queries;
    }

    /// Where all words are left out nothing is one of the choices, for [TextQueries#isLeftOut].
    private Query preferring(
            List<TextTerm> terms, List<Query> varied, List<Query> leftOut, TextRules rules) {
        int required = terms.size() + varied.size();
        if (leftOut.isEmpty()) {
            return joined(terms, varied, rules);
        }
        if (required == 0) {
            List<Query> choices = new ArrayList<>(leftOut);
            choices.addFirst(new Query.Match(field, List.of(), 1, rules.boost()));
            return new Query.Or(choices);
        }
        if (rules.required().of(required + leftOut.size()) == 1) {
            List<Query> any = new ArrayList<>(varied);
            any.addAll(leftOut);
            return joined(terms, any, rules);
        }
        return new Query.Preferring(joined(terms, varied, rules), TextQueries.or(leftOut));
    }

    private Query joined(List<TextTerm> terms, List<Query> varied, TextRules rules) {
        int required = rules.required().of(terms.size() + varied.size());
        if (varied.isEmpty()) {
            return new Query.Match(field, terms, required, rules.boost());
        }
        boolean isAny = required == 1;
        boolean isAll = required == terms.size() + varied.size();
        List<Query> clauses = new ArrayList<>();
        if (!terms.isEmpty() && (isAny || isAll)) {
            clauses.add(new Query.Match(field, terms, isAny ? 1 : terms.size(), rules.boost()));
        } else {
            terms.forEach(
                    term -> clauses.add(new Query.Match(field, List.of(term), 1, rules.boost())));
        }
        clauses.addAll(varied);
        return TextQueries.atLeast(isAll ? clauses.size() : required, clauses);
    }

    private boolean isLastOpen(TextPiece piece) {
        return piece == pieces.getLast() && piece.written().isLastOpen();
    }

    private static TextTerm beginning(PhraseWord word) {
        return new TextTerm.Beginning(word.spellings().getFirst());
    }

    /// What may stand in the place of a piece. One that is open may go on: then its words are there
    /// when any of them do, the last as the beginning of a word.
    private List<Query> ways(TextPiece piece, boolean isOpen, float boost) {
        Set<Query> ways = new LinkedHashSet<>();
        if (isOpen) {
            List<TextTerm> open = new ArrayList<>();
            List<PhraseWord> written = piece.written().words();
            for (PhraseWord word : written) {
                open.add(
                        word == written.getLast()
                                ? beginning(word)
                                : new TextTerm.Word(word.spellings(), 1));
            }
            ways.add(new Query.Match(field, open, open.size(), boost));
        }
        for (TextWords way : isOpen ? piece.others() : piece.ways()) {
            if (!way.isEmpty()) {
                ways.add(words(way.asPhrase(), 0, boost));
            }
        }
        return List.copyOf(ways);
    }

    /// Words next to each other, or one word; in a field that cannot tell, all of them.
    private Query words(List<PhraseWord> words, int slop, float boost) {
        if (words.size() > 1 && field.analysis().positions()) {
            return new Query.Phrase(field, words, slop, boost);
        }
        List<TextTerm> terms =
                words.stream()
                        .map(PhraseWord::spellings)
                        .distinct()
                        .<TextTerm>map(spellings -> new TextTerm.Word(spellings, 1))
                        .toList();
        return new Query.Match(field, terms, Math.max(1, terms.size()), boost);
    }

    /// The words in their order, with every choice of synonyms.
    ///
    /// @param place refuses what has too many choices
    List<Query> phrases(int slop, float boost, Place place) {
        List<TextWords> phrases = List.of(new TextWords(List.of(), 0, false));
        for (TextPiece piece : pieces) {
            @Nullable List<String> spellings = piece.spellings();
            List<TextWords> ways =
                    spellings == null
                            ? piece.ways()
                            : List.of(
                                    new TextWords(List.of(new PhraseWord(0, spellings)), 1, false));
            List<TextWords> longer = new ArrayList<>();
            for (TextWords phrase : phrases) {
                ways.forEach(way -> longer.add(followed(phrase, way)));
            }
            int words = longer.stream().mapToInt(phrase -> phrase.words().size()).sum();
            if (longer.size() > SearchLimits.PHRASES_MAX || words > SearchLimits.WORDS_MAX) {
                throw place.refusal(
                        "more than %d phrases of %d words in all, by the synonyms of field %s;"
                                        .formatted(
                                                SearchLimits.PHRASES_MAX,
                                                SearchLimits.WORDS_MAX,
                                                Place.quoted(field.path()))
                                + " expected fewer words that have some");
            }
            phrases = longer;
        }
        return phrases.stream()
                .map(phrase -> words(phrase.asPhrase(), slop, boost))
                .distinct()
                .toList();
    }

    private static TextWords followed(TextWords phrase, TextWords by) {
        List<PhraseWord> words = new ArrayList<>(phrase.words());
        for (PhraseWord word : by.words()) {
            words.add(new PhraseWord(phrase.length() + word.position(), word.spellings()));
        }
        return new TextWords(words, phrase.length() + by.length(), false);
    }
}
