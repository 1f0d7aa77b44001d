package io.millrace.search;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Looks in one document for the words of a phrase as close together as they can be, those of a
/// group at places of their own: the words are given places in a window as partners are found in a
/// bipartite graph, where one that has a place makes way when it has another. Confined to one
/// search.
final class NarrowestPhrase {
    /// How many words are looked at before the search takes what it has: some milliseconds. Far
    /// more than it takes for phrases and texts that people write.
    private static final int STEPS_MAX = 4_000_000;

    private final PhraseGroups groups;
    private final int[] offsets;

    /// By word: the first of its places that is in the window, and the one it was given, or -1.
    private final int[] from;

    private final int[] given;

    /// By word: the round in which it was asked to make way.
    private final int[] asked;

    private final int[] found;
    private int[][] places;
    private int[] counts;
    private final SearchBudget budget = SearchBudget.current();
    private int round;
    private int steps;

    /// @param offsets by word: its place in the phrase
    NarrowestPhrase(PhraseGroups groups, int[] offsets) {
        this.groups = groups;
        this.offsets = offsets;
        places = new int[offsets.length][0];
        counts = new int[offsets.length];
        from = new int[offsets.length];
        given = new int[offsets.length];
        asked = new int[offsets.length];
        found = new int[offsets.length];
    }

    /// How far the words are apart at least; `below` when they cannot be nearer than that.
    ///
    /// @param places by word: where it stands less its place in the phrase, rising
    /// @param counts by word: of its places, at least 1
    int width(int[][] places, int[] counts, int below) {
        this.places = places;
        this.counts = counts;
        steps = 0;
        Arrays.fill(from, 0);
        int width = below;
        while (width > 0) {
            int first = first();
            int start = places[first][from[first]];
            while (width > 0 && fit(start + width - 1)) {
                width = take();
            }
            if (++from[first] == counts[first] || steps > STEPS_MAX) {
                return width;
            }
        }
        return width;
    }

    /// Tells the positions of the words that [#width] found.
    void tell(IntConsumer each) {
        for (int word = 0; word < found.length; word++) {
            each.accept(found[word] + offsets[word]);
        }
    }

    /// Keeps what the words were given and says how far apart that is.
    private int take() {
        int first = Integer.MAX_VALUE;
        int last = Integer.MIN_VALUE;
        for (int word = 0; word < found.length; word++) {
            found[word] = places[word][given[word]];
            first = Math.min(first, found[word]);
            last = Math.max(last, found[word]);
        }
        return last - first;
    }

    private int first() {
        look();
        int first = 0;
        for (int word = 1; word < from.length; word++) {
            if (places[word][from[word]] < places[first][from[first]]) {
                first = word;
            }
        }
        return first;
    }

    /// Every word is looked at next.
    private void look() {
        steps += from.length;
        budget.spend(from.length);
    }

    /// Whether all words have places up to this one.
    private boolean fit(int end) {
        for (int word = 0; word < from.length; word++) {
            if (places[word][from[word]] > end) {
                return false;
            }
            given[word] = groups.isAlone(word) ? from[word] : -1;
        }
        for (int word = 0; word < from.length; word++) {
            round++;
            if (given[word] < 0 && !give(word, end)) {
                return false;
            }
        }
        return true;
    }

    /// Gives a word a place that is free or that another can be had to leave.
    private boolean give(int word, int end) {
        asked[word] = round;
        for (int i = from[word]; i < counts[word] && places[word][i] <= end; i++) {
            look();
            if (steps > STEPS_MAX) {
                return false;
            }
            int holder = holder(word, places[word][i] + offsets[word]);
            if (holder < 0 || (asked[holder] != round && give(holder, end))) {
                given[word] = i;
                return true;
            }
        }
        return false;
    }

    /// The word of the same group, this one as well, that was given a position; -1 when it is free.
    private int holder(int word, int position) {
        for (int other = 0; other < given.length; other++) {
            if (given[other] >= 0
                    && groups.isTogether(word, other)
                    && places[other][given[other]] + offsets[other] == position) {
                return other;
            }
        }
        return -1;
    }
}
