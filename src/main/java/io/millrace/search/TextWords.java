package io.millrace.search;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;

/// A text cut into the words that a field holds of it. Immutable.
///
/// - words: in order; those of one position are spellings of the same word
/// - length: how many positions it takes, with those of words that are left out at its end
/// - isLastOpen: nothing follows the last word, not even a space: somebody may still be typing it
record TextWords(List<PhraseWord> words, int length, boolean isLastOpen) {

    TextWords {
        words = List.copyOf(words);
    }

    static TextWords of(Analyzer analyzer, String path, String text) {
        Map<Integer, List<String>> byPosition = new LinkedHashMap<>();
        int[] end = {-1};
        int last =
                TextTokens.read(
                        analyzer,
                        path,
                        List.of(text),
                        token -> {
                            List<String> spellings =
                                    byPosition.computeIfAbsent(
                                            token.position(), _ -> new ArrayList<>());
                            if (!spellings.contains(token.term())) {
                                spellings.add(token.term());
                            }
                            end[0] = token.end();
                        });
        List<PhraseWord> words = new ArrayList<>();
        byPosition.forEach((position, spellings) -> words.add(new PhraseWord(position, spellings)));
        return new TextWords(words, last + 1, end[0] == text.length());
    }

    boolean isEmpty() {
        return words.isEmpty();
    }

    /// The same words, beginning with the first one.
    List<PhraseWord> asPhrase() {
        int first = words.isEmpty() ? 0 : words.getFirst().position();
        return words.stream()
                .map(word -> new PhraseWord(word.position() - first, word.spellings()))
                .toList();
    }
}
