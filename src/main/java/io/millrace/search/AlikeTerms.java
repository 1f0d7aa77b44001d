package io.millrace.search;

import io.millrace.index.SegmentView;
import io.millrace.segment.TermsReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.ByteRunAutomaton;
import org.apache.lucene.util.automaton.LevenshteinAutomata;
import org.apache.lucene.util.automaton.Operations;
import org.apache.lucene.util.automaton.UTF32ToUTF8;

/// Finds the terms of a field that differ from a word by a few letters. Confined to one search.
final class AlikeTerms {

    /// - closeness: 1 for the word itself, less by each edit, the less the shorter they are
    @SuppressWarnings("ArrayRecordComponent") // compared by [#CLOSEST_FIRST] only
    record Found(byte[] utf8, float closeness) {
        static final Comparator<Found> CLOSEST_FIRST =
                Comparator.comparingDouble((Found found) -> -found.closeness)
                        .thenComparing(Found::utf8, Arrays::compareUnsigned);
    }

    /// By edits: accepts what is that near.
    private final List<ByteRunAutomaton> within = new ArrayList<>();

    private final Automaton widest;
    private final int wordLength;

    AlikeTerms(TextTerm.Alike alike) {
        int[] word = alike.word().codePoints().toArray();
        int fixed = Math.min(alike.prefixLength(), word.length);
        String prefix = new String(word, 0, fixed);
        LevenshteinAutomata automata =
                new LevenshteinAutomata(new String(word, fixed, word.length - fixed), true);
        Automaton last = null;
        for (int edits = 0; edits <= alike.edits(); edits++) {
            last =
                    Operations.removeDeadStates(
                            Operations.determinize(
                                    new UTF32ToUTF8().convert(automata.toAutomaton(edits, prefix)),
                                    Integer.MAX_VALUE));
            within.add(new ByteRunAutomaton(last, true));
        }
        if (last == null) {
            throw new IllegalArgumentException("edits " + alike.edits());
        }
        widest = last;
        wordLength = word.length;
    }

    /// The closest terms of all segments, at most [SearchLimits#ALIKE_TERMS_MAX].
    List<Found> closest(List<SegmentView> segments, String path) {
        TreeSet<Found> closest = new TreeSet<>(Found.CLOSEST_FIRST);
        for (SegmentView segment : segments) {
            TermsReader terms = segment.reader().textTerms(path);
            if (terms == null) {
                continue;
            }
            for (int ordinal : new AutomatonWalk(terms, widest).ordinals()) {
                byte[] utf8 = terms.bytes(ordinal);
                closest.add(new Found(utf8, closeness(utf8)));
                if (closest.size() > SearchLimits.ALIKE_TERMS_MAX) {
                    closest.pollLast();
                }
            }
        }
        return List.copyOf(closest);
    }

    private float closeness(byte[] utf8) {
        int edits = 0;
        while (!within.get(edits).run(utf8, 0, utf8.length)) {
            edits++;
        }
        if (edits == 0) {
            return 1;
        }
        String term = new String(utf8, StandardCharsets.UTF_8);
        int shorter = Math.min(term.codePointCount(0, term.length()), wordLength);
        return Math.max(0, 1f - (float) edits / shorter);
    }
}
