package io.millrace.search;

import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.util.automaton.Automata;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.UTF32ToUTF8;

/// Whole keywords with `*` for any characters and `?` for one; `\` takes the character behind it as
/// it is. Two of the same text are equal. Immutable.
public final class WildcardPattern implements Canonical {
    private final String text;

    /// Over bytes, deterministic, and every state leads to some keyword.
    private final Automaton automaton;

    /// @throws org.apache.lucene.util.automaton.TooComplexToDeterminizeException when more than
    ///   [SearchLimits#WILDCARD_EFFORT_MAX] steps do not make it ready
    WildcardPattern(String text) {
        this.text = text;
        Automaton bytes = new UTF32ToUTF8().convert(Operations.concatenate(parts(text)));
        automaton =
                Operations.removeDeadStates(
                        Operations.determinize(bytes, SearchLimits.WILDCARD_EFFORT_MAX));
    }

    private static List<Automaton> parts(String text) {
        List<Automaton> parts = new ArrayList<>();
        int[] chars = text.codePoints().toArray();
        for (int i = 0; i < chars.length; i++) {
            switch (chars[i]) {
                case '*' -> {
                    parts.add(Automata.makeAnyString());
                    // Several in a row say the same, and cost a lot.
                    while (i + 1 < chars.length && chars[i + 1] == '*') {
                        i++;
                    }
                }
                case '?' -> parts.add(Automata.makeAnyChar());
                case '\\' -> {
                    i += i + 1 < chars.length ? 1 : 0;
                    parts.add(Automata.makeChar(chars[i]));
                }
                default -> parts.add(Automata.makeChar(chars[i]));
            }
        }
        return parts.isEmpty() ? List.of(Automata.makeEmptyString()) : parts;
    }

    Automaton automaton() {
        return automaton;
    }

    @Override
    public String canonicalText() {
        return text;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof WildcardPattern pattern && text.equals(pattern.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
