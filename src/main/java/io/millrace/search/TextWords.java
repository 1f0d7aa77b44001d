package io.millrace.search;

import io.millrace.MillraceException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.analysis.tokenattributes.OffsetAttribute;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;

/// A text cut into the words that a field holds of it. Immutable.
///
/// - words: in order; those of one position are spellings of the same word
/// - isLastOpen: nothing follows the last word, not even a space: somebody may still be typing it
record TextWords(List<Word> words, boolean isLastOpen) {

    /// - position: counted from 0; a word that the analyzer leaves out leaves a gap
    record Word(int position, List<String> spellings) {
        Word {
            spellings = List.copyOf(spellings);
        }
    }

    TextWords {
        words = List.copyOf(words);
    }

    static TextWords of(Analyzer analyzer, String path, String text) {
        Map<Integer, List<String>> byPosition = new LinkedHashMap<>();
        int end = -1;
        try (TokenStream tokens = analyzer.tokenStream(path, text)) {
            CharTermAttribute term = tokens.getAttribute(CharTermAttribute.class);
            PositionIncrementAttribute increment =
                    tokens.getAttribute(PositionIncrementAttribute.class);
            tokens.reset();
            OffsetAttribute offset = tokens.addAttribute(OffsetAttribute.class);
            int position = -1;
            while (tokens.incrementToken()) {
                position = Math.max(0, position + increment.getPositionIncrement());
                List<String> spellings =
                        byPosition.computeIfAbsent(position, _ -> new ArrayList<>());
                if (!spellings.contains(term.toString())) {
                    spellings.add(term.toString());
                }
                end = offset.endOffset();
            }
            tokens.end();
        } catch (IOException e) {
            throw new MillraceException.Bug("reading a string failed", e);
        }
        List<Word> words = new ArrayList<>();
        byPosition.forEach((position, spellings) -> words.add(new Word(position, spellings)));
        return new TextWords(words, end == text.length());
    }

    /// The distinct words, each with how often it is there.
    ///
    /// @param lastBegins takes an open last word for the beginning of one
    List<TextTerm> terms(boolean lastBegins) {
        boolean begins = lastBegins && isLastOpen && !words.isEmpty();
        Map<List<String>, Integer> times = new LinkedHashMap<>();
        for (Word word : begins ? words.subList(0, words.size() - 1) : words) {
            times.merge(word.spellings(), 1, Integer::sum);
        }
        List<TextTerm> terms = new ArrayList<>();
        times.forEach((spellings, count) -> terms.add(new TextTerm.Word(spellings, count)));
        if (begins) {
            terms.add(new TextTerm.Beginning(words.getLast().spellings().getFirst()));
        }
        return terms;
    }

    boolean isEmpty() {
        return words.isEmpty();
    }
}
