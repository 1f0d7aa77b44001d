package io.millrace.search;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/// Counts how often the words of a phrase stand together in one document. Confined to one search.
final class PhrasePositions {
    private final int slop;

    /// By word: the same number when they have a spelling in common.
    private final int[] groups;

    /// By word: where it stands in the document, less its place in the phrase, so that the words of
    /// an exact phrase are all at one place.
    private final int[][] places;

    private final int[] counts;
    private final int[] offsets;
    private final int[] at;

    /// @param offsets by word: its place in the phrase
    /// @param groups by word: a number that words with a spelling in common share
    private PhrasePositions(int[] offsets, int[] groups, int slop) {
        this.slop = slop;
        this.offsets = offsets.clone();
        this.groups = groups.clone();
        places = new int[offsets.length][0];
        counts = new int[offsets.length];
        at = new int[offsets.length];
    }

    static PhrasePositions of(Query.Phrase phrase) {
        List<PhraseWord> words = phrase.words();
        int[] offsets = new int[words.size()];
        int[] groups = new int[words.size()];
        for (int word = 0; word < offsets.length; word++) {
            offsets[word] = words.get(word).position();
            groups[word] = group(words, word);
        }
        return new PhrasePositions(offsets, groups, phrase.slop());
    }

    /// The first word that has a spelling in common with this one.
    private static int group(List<PhraseWord> words, int word) {
        for (int other = 0; other < word; other++) {
            if (words.get(other).spellings().stream()
                    .anyMatch(words.get(word).spellings()::contains)) {
                return other;
            }
        }
        return word;
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

    /// @param found is told the position of every word each time
    float frequency(IntConsumer found) {
        Arrays.fill(at, 0);
        return slop == 0 ? exact(found) : sloppy(found);
    }

    private int exact(IntConsumer each) {
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
        for (int word = 0; word < counts.length; word++) {
            if (!standApart(word)) {
                return 0;
            }
        }
        float sum = 0;
        int last = last();
        while (true) {
            int word = first();
            int next = nextTo(word);
            int width = last - place(word);
            int nearest = place(word);
            boolean hasMore = true;
            while (place(word) <= next) {
                if (last - place(word) < width) {
                    width = last - place(word);
                    nearest = place(word);
                }
                at[word]++;
                hasMore = at[word] < counts[word] && standApart(word);
                if (!hasMore) {
                    break;
                }
            }
            if (width <= slop) {
                sum += 1f / (1f + width);
                tell(word, nearest, each);
            }
            if (!hasMore) {
                return sum;
            }
            last = Math.max(last, place(word));
        }
    }

    /// @param nearest where the moved word stood
    private void tell(int moved, int nearest, IntConsumer each) {
        for (int word = 0; word < counts.length; word++) {
            each.accept((word == moved ? nearest : place(word)) + offsets[word]);
        }
    }

    /// Moves a word on until no other of its group stands at the same position; false when it
    /// cannot.
    private boolean standApart(int word) {
        for (int other = 0; other < counts.length; other++) {
            if (other != word
                    && groups[other] == groups[word]
                    && at[other] < counts[other]
                    && place(other) + offsets[other] == place(word) + offsets[word]) {
                if (++at[word] == counts[word]) {
                    return false;
                }
                other = -1;
            }
        }
        return true;
    }

    private int place(int word) {
        return places[word][at[word]];
    }

    private int last() {
        int last = Integer.MIN_VALUE;
        for (int word = 0; word < counts.length; word++) {
            last = Math.max(last, place(word));
        }
        return last;
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
