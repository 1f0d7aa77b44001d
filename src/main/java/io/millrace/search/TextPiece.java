package io.millrace.search;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Some words of a text, and what may stand in their place. Immutable.
///
/// - written: the words themselves
/// - isKept: they may stay as they are; always so where nothing else may stand there
/// - others: each the words of a synonym
/// - start, end: where they stand in the text, in chars
record TextPiece(TextWords written, boolean isKept, List<TextWords> others, int start, int end) {

    TextPiece {
        others = List.copyOf(others);
    }

    /// Words without synonyms.
    static TextPiece of(TextWords written, int start, int end) {
        return new TextPiece(written, true, List.of(), start, end);
    }

    /// True when the analyzer leaves its words out of every text, and nothing has to stand there
    /// instead: nobody can require it.
    boolean isLeftOut() {
        return isKept && written.isEmpty();
    }

    /// What may stand there, each once.
    List<TextWords> ways() {
        Set<List<PhraseWord>> known = new LinkedHashSet<>();
        List<TextWords> ways = new ArrayList<>();
        if (isKept) {
            known.add(written.words());
            ways.add(written);
        }
        for (TextWords other : others) {
            if (known.add(other.words())) {
                ways.add(other);
            }
        }
        return ways;
    }

    /// Where every way is one word: all its spellings. Null where one is not.
    @Nullable List<String> spellings() {
        Set<String> spellings = new LinkedHashSet<>();
        for (TextWords way : ways()) {
            if (way.length() != 1 || way.words().size() != 1) {
                return null;
            }
            spellings.addAll(way.words().getFirst().spellings());
        }
        return List.copyOf(spellings);
    }
}
