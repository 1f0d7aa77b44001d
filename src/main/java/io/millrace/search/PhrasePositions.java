package io.millrace.search;

import java.util.Arrays;
import java.util.function.IntConsumer;

/// Counts how often the words of a phrase stand together in one document. Words that have spellings
/// in common stand at places of their own. Confined to one search.
final class PhrasePositions {
    private final int slop;
    private final PhraseGroups groups;
    private final NarrowestPhrase narrowest;

    /// By word: where it stands in the document, less its place in the phrase, so that the words of
    /// an exact phrase are all at one place.
    private final int[][] places;

    private final int[] counts;
    private final int[] offsets;
    private final int[] at;

    /// By word: which of its places was part of the match that is being made closer.
    private final int[] nearest;

    /// The place of the word that is farthest ahead.
    private int last;

    /// Many words that stand often are moved many times in one document.
    private final SearchBudget budget = SearchBudget.current();

    /// How far the words were apart at least where [#sloppy] found them.
    private int width;

    /// @param offsets by word: its place in the phrase
    private PhrasePositions(int[] offsets, PhraseGroups groups, int slop) {
        this.slop = slop;
        this.offsets = offsets;
        this.groups = groups;
        narrowest = new NarrowestPhrase(groups, offsets);
        places = new int[offsets.length][0];
        counts = new int[offsets.length];
        at = new int[offsets.length];
        nearest = new int[offsets.length];
    }

    static PhrasePositions of(Query.Phrase phrase) {
        return new PhrasePositions(
                phrase.words().stream().mapToInt(PhraseWord::position).toArray(),
                PhraseGroups.of(phrase.words()),
                phrase.slop());
    }

    /// @param positions where a word stands, rising
    void set(int word, int[] positions, int count) {
        if (places[word].length < count) {
            places[word] = new int[count];
        }
        for (int i = 0; i < count; i++) {
            places[word][i] = positions[i] - offsets[word];
        }
        counts[word] = count;
    }

    /// How often the phrase is there; where its words may be apart, each time counts 1 / (1 + how
    /// far they are).
    float frequency() {
        return frequency(_ -> {});
    }

    /// @param found is told the position of every word each time, of some more than once
    float frequency(IntConsumer found) {
        if (slop == 0) {
            return exact(found);
        }
        return groups.isAny() ? apart(found) : sloppy(found);
    }

    /// As [#sloppy], which passes by no words that are all in their places, but may pass by others
    /// that are closer together than those it finds, where words of a group have to make way for
    /// one another: what is there with little slop must be there with more, and count as much.
    private float apart(IntConsumer found) {
        float sum = sloppy(found);
        int below = Math.min(width, slop + 1);
        int least = narrowest.width(places, counts, below);
        if (least == below) {
            return sum;
        }
        narrowest.tell(found);
        return Math.max(sum, 1f / (1f + least));
    }

    private int exact(IntConsumer each) {
        Arrays.fill(at, 0);
        int found = 0;
        for (at[0] = 0; at[0] < counts[0]; at[0]++) {
            int place = places[0][at[0]];
            boolean isThere = true;
            for (int word = 1; word < counts.length && isThere; word++) {
                while (at[word] < counts[word] && places[word][at[word]] < place) {
                    at[word]++;
                }
                if (at[word] == counts[word]) {
                    return found;
                }
                isThere = places[word][at[word]] == place;
            }
            if (isThere) {
                found++;
                for (int offset : offsets) {
                    each.accept(place + offset);
                }
            }
        }
        return found;
    }

    /// Moves the word that is farthest behind, again and again. A match is where the words are as
    /// close together as they get before that word passes the next one.
    private float sloppy(IntConsumer each) {
        width = Integer.MAX_VALUE;
        if (!start()) {
            return 0;
        }
        float sum = 0;
        boolean hasMore = true;
        while (hasMore) {
            budget.spend(at.length);
            int word = first();
            int next = nextTo(word);
            int near = Integer.MAX_VALUE;
            while (hasMore && place(word) <= next) {
                if (last - place(word) < near) {
                    near = last - place(word);
                    System.arraycopy(at, 0, nearest, 0, at.length);
                }
                hasMore = move(word) && standApart(word);
            }
            if (near <= slop) {
                sum += 1f / (1f + near);
                width = Math.min(width, near);
                for (int other = 0; other < at.length; other++) {
                    each.accept(places[other][nearest[other]] + offsets[other]);
                }
            }
        }
        return sum;
    }

    /// Puts each word at the first place that no earlier one of its group has; false when one has
    /// none.
    private boolean start() {
        Arrays.fill(at, 0);
        last = Integer.MIN_VALUE;
        for (int word = 0; word < at.length; word++) {
            while (beside(word, word) >= 0) {
                if (++at[word] == counts[word]) {
                    return false;
                }
            }
            last = Math.max(last, place(word));
        }
        return true;
    }

    /// Of two words of a group that are at one position the later one in the phrase moves on, until
    /// there are no such words; false when it cannot.
    private boolean standApart(int moved) {
        int word = moved;
        for (int other = beside(word, at.length); other >= 0; other = beside(word, at.length)) {
            word = offsets[word] < offsets[other] ? other : word;
            if (!move(word)) {
                return false;
            }
        }
        return true;
    }

    /// Another word of the group at the same position, -1 for none.
    ///
    /// @param end of the words that are looked at
    private int beside(int word, int end) {
        if (groups.isAlone(word)) {
            return -1;
        }
        budget.spend(end);
        for (int other = 0; other < end; other++) {
            if (other != word
                    && groups.isTogether(word, other)
                    && place(other) + offsets[other] == place(word) + offsets[word]) {
                return other;
            }
        }
        return -1;
    }

    private boolean move(int word) {
        if (++at[word] == counts[word]) {
            return false;
        }
        last = Math.max(last, place(word));
        return true;
    }

    private int place(int word) {
        return places[word][at[word]];
    }

    /// The word that is farthest behind; of several the one that comes first in the phrase.
    private int first() {
        int first = 0;
        for (int word = 1; word < counts.length; word++) {
            if (place(word) < place(first)) {
                first = word;
            }
        }
        return first;
    }

    /// The place of the word that is farthest behind but for one.
    private int nextTo(int first) {
        int next = Integer.MAX_VALUE;
        for (int word = 0; word < counts.length; word++) {
            if (word != first) {
                next = Math.min(next, place(word));
            }
        }
        return next;
    }
}
