package io.millrace.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;

/// A text cut into the words that a field holds of it. Immutable.
///
/// - words: in order; those of one position are spellings of the same word
/// - isLastOpen: nothing follows the last word, not even a space: somebody may still be typing it
record TextWords(List<PhraseWord> words, boolean isLastOpen) {

    TextWords {
        words = List.copyOf(words);
    }

    static TextWords of(Analyzer analyzer, String path, String text) {
        Map<Integer, List<String>> byPosition = new LinkedHashMap<>();
        int[] end = {-1};
        TextTokens.read(
                analyzer,
                path,
                List.of(text),
                token -> {
                    List<String> spellings =
                            byPosition.computeIfAbsent(token.position(), _ -> new ArrayList<>());
                    if (!spellings.contains(token.term())) {
                        spellings.add(token.term());
                    }
                    end[0] = token.end();
                });
        List<PhraseWord> words = new ArrayList<>();
        byPosition.forEach((position, spellings) -> words.add(new PhraseWord(position, spellings)));
        return new TextWords(words, end[0] == text.length());
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    /// The distinct words, each with how often it is there.
    List<TextTerm> terms(TextRules rules) {
        boolean begins = rules.lastBegins() && isLastOpen && !words.isEmpty();
        Map<List<String>, Integer> times = new LinkedHashMap<>();
        for (PhraseWord word : begins ? words.subList(0, words.size() - 1) : words) {
            times.merge(word.spellings(), 1, Integer::sum);
        }
        List<TextTerm> terms = new ArrayList<>();
        times.forEach((spellings, count) -> terms.add(rules.fuzziness().term(spellings, count)));
        if (begins) {
            terms.add(new TextTerm.Beginning(words.getLast().spellings().getFirst()));
        }
        return terms;
    }
}
