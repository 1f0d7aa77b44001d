package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.segment.TermWalk;
import io.millrace.segment.TermsReader;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.lucene.util.automaton.Automaton;
import org.apache.lucene.util.automaton.ByteRunAutomaton;
import org.apache.lucene.util.automaton.Transition;
import org.jspecify.annotations.Nullable;

/// Finds the terms of one dictionary that an automaton accepts, jumping over those that it cannot.
/// Confined to one search.
final class AutomatonWalk {
    private static final byte[] NEXT = {};

    private final TermsReader terms;
    private final Automaton automaton;
    private final ByteRunAutomaton steps;
    private final Transition transition = new Transition();
    private final IntStream.Builder found = IntStream.builder();

    /// By byte of a term, the state in front of it.
    private int[] states = new int[64];

    /// @param automaton over bytes, deterministic, and without states that lead nowhere
    AutomatonWalk(TermsReader terms, Automaton automaton) {
        this.terms = terms;
        this.automaton = automaton;
        this.steps = new ByteRunAutomaton(automaton, true);
    }

    /// The ordinals of the terms that are accepted, rising.
    ///
    /// @throws MillraceException.InvalidRequest when more than [SearchLimits#WILDCARD_TERMS_MAX]
    ///   terms had to be looked at
    int[] ordinals() {
        TermWalk walk = terms.termCount() == 0 ? null : terms.walk(0);
        for (int looked = 0; walk != null; looked++) {
            if (looked == SearchLimits.WILDCARD_TERMS_MAX) {
                throw MillraceException.InvalidRequest.malformed(
                        "",
                        "what fits too much: more than %d terms of one segment to look at, expected"
                                        .formatted(SearchLimits.WILDCARD_TERMS_MAX)
                                + " more characters in front of the first * or ?, or a longer"
                                + " prefixLength");
            }
            SearchBudget.current().spend(1);
            byte[] target = look(walk);
            walk = target == null ? null : seek(walk, target);
        }
        return found.build().toArray();
    }

    private @Nullable TermWalk seek(TermWalk walk, byte[] target) {
        if (!walk.advance()) {
            return null;
        }
        // The next term is mostly the one: finding another takes as long as reading dozens.
        if (Arrays.compareUnsigned(walk.bytes(), 0, walk.length(), target, 0, target.length) >= 0) {
            return walk;
        }
        int ordinal = terms.ceiling(target);
        return ordinal == terms.termCount() ? null : terms.walk(ordinal);
    }

    /// Takes the term if it is accepted. What a later term must reach to be: nothing when the next
    /// one may be, null when none can.
    private byte @Nullable [] look(TermWalk walk) {
        byte[] term = walk.bytes();
        int length = walk.length();
        if (states.length <= length) {
            states = new int[2 * length];
        }
        for (int i = 0; i < length; i++) {
            int state = steps.step(states[i], term[i] & 0xFF);
            if (state < 0) {
                return behind(term, i);
            }
            states[i + 1] = state;
        }
        if (steps.isAccept(states[length])) {
            found.add(walk.ordinal());
        }
        return NEXT;
    }

    /// The least bytes above the first of a term, up to the `last` one, which led nowhere.
    private byte @Nullable [] behind(byte[] term, int last) {
        for (int i = last; i >= 0; i--) {
            int above = (term[i] & 0xFF) + 1;
            for (int left = automaton.initTransition(states[i], transition); left > 0; left--) {
                automaton.getNextTransition(transition);
                if (transition.max >= above) {
                    byte[] behind = Arrays.copyOf(term, i + 1);
                    behind[i] = (byte) Math.max(above, transition.min);
                    return behind;
                }
            }
        }
        return null;
    }
}
