package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.segment.Analyzers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Shows where the texts of hits match: cuts what they store into words again and marks those that
/// the query found. Filters mark nothing, nor does what must not be met. Confined to one search.
final class Highlighter {
    private final FragmentWriter writer;
    private final Map<Field, Wanted> wanted = new LinkedHashMap<>();
    private long chars;

    /// What is looked for in one field.
    private static final class Wanted {
        final Set<String> words = new HashSet<>();
        final List<String> beginnings = new ArrayList<>();
        final List<Query.Phrase> phrases = new ArrayList<>();

        boolean isWord(String term) {
            return words.contains(term) || beginnings.stream().anyMatch(term::startsWith);
        }
    }

    Highlighter(Highlight highlight, Query query, MatchStatistics statistics) {
        writer = new FragmentWriter(highlight);
        highlight.fields().forEach(field -> wanted.put(field, new Wanted()));
        collect(query, statistics);
    }

    private void collect(Query query, MatchStatistics statistics) {
        switch (query) {
            case Query.Match match -> {
                Wanted own = wanted.get(match.field());
                if (own != null) {
                    collect(match, statistics, own);
                }
            }
            case Query.Phrase phrase -> {
                Wanted own = wanted.get(phrase.field());
                if (own != null) {
                    own.phrases.add(phrase);
                }
            }
            default -> query.inner().forEach(clause -> collect(clause, statistics));
        }
    }

    /// A misspelled word is marked as the terms it was found for.
    private static void collect(Query.Match match, MatchStatistics statistics, Wanted into) {
        for (TextTerm term : match.terms()) {
            switch (term) {
                case TextTerm.Word(List<String> spellings, _) -> into.words.addAll(spellings);
                case TextTerm.Beginning(String prefix) -> into.beginnings.add(prefix);
                case TextTerm.Alike _ -> {}
            }
        }
        for (WeightedTerm term : statistics.of(match).terms()) {
            if (term instanceof WeightedTerm.Word word) {
                into.words.add(new String(word.utf8(), StandardCharsets.UTF_8));
            }
        }
    }

    /// The pieces of each field that matches.
    ///
    /// @throws MillraceException.InvalidRequest when the texts of all hits are too long together
    Map<String, List<String>> of(Value.Obj document) {
        Map<String, List<String>> pieces = new LinkedHashMap<>();
        wanted.forEach((field, own) -> {
            List<String> texts = FieldTexts.of(document, field);
            for (String text : texts) {
                chars += text.length();
            }
            if (chars > SearchLimits.HIGHLIGHT_CHARS_MAX) {
                throw MillraceException.InvalidRequest.tooLarge(
                        "",
                        "more than %d characters to highlight, expected less: lower limit or name"
                                        .formatted(SearchLimits.HIGHLIGHT_CHARS_MAX)
                                + " fewer fields in highlight");
            }
            List<String> marked = writer.pieces(texts, spans(field, own, texts));
            if (!marked.isEmpty()) {
                pieces.put(field.path(), marked);
            }
        });
        return pieces;
    }

    /// What to mark, by text, in order.
    private static List<List<FragmentWriter.Span>> spans(
            Field field, Wanted own, List<String> texts) {
        List<TextTokens.Token> tokens = new ArrayList<>();
        TextTokens.read(Analyzers.of(field.analysis()), field.path(), texts, tokens::add);
        List<Set<Integer>> together =
                own.phrases.stream().map(phrase -> positions(phrase, tokens)).toList();
        List<List<FragmentWriter.Span>> spans = new ArrayList<>();
        texts.forEach(_ -> spans.add(new ArrayList<>()));
        for (TextTokens.Token token : tokens) {
            boolean isMarked = own.isWord(token.term());
            for (int i = 0; i < together.size() && !isMarked; i++) {
                isMarked =
                        together.get(i).contains(token.position())
                                && own.phrases.get(i).words().stream()
                                        .anyMatch(word -> word.spellings().contains(token.term()));
            }
            if (isMarked) {
                spans.get(token.value()).add(new FragmentWriter.Span(token.start(), token.end()));
            }
        }
        return spans;
    }

    /// Where the words of a phrase stand together.
    private static Set<Integer> positions(Query.Phrase phrase, List<TextTokens.Token> tokens) {
        Map<String, List<Integer>> byTerm = new HashMap<>();
        for (TextTokens.Token token : tokens) {
            byTerm.computeIfAbsent(token.term(), _ -> new ArrayList<>()).add(token.position());
        }
        PhrasePositions together = PhrasePositions.of(phrase);
        for (int word = 0; word < phrase.words().size(); word++) {
            int[] positions =
                    phrase.words().get(word).spellings().stream()
                            .flatMap(spelling -> byTerm.getOrDefault(spelling, List.of()).stream())
                            .mapToInt(Integer::intValue)
                            .sorted()
                            .toArray();
            if (positions.length == 0) {
                return Set.of();
            }
            together.set(word, positions, positions.length);
        }
        Set<Integer> found = new HashSet<>();
        together.frequency(position -> found.add(position));
        return found;
    }
}
