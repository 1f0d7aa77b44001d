package io.millrace.search;

import io.millrace.segment.DocumentWindow;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.TermWindow;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the documents of a range can score at most, by which words they hold, and how often: a
/// level of [TermWindow] for each word. Confined to one search.
///
/// Of the words the two that can add most, the chief ones, are told apart by level; the others are
/// taken for held as often as can be.
final class ScoreBounds {
    private static final int LEVELS = TermWindow.LEVELS;
    private static final long[] NO_DOCUMENT = new long[TermWindow.WORDS];
    private static final long[] EVERY_DOCUMENT = new long[TermWindow.WORDS];

    static {
        Arrays.fill(EVERY_DOCUMENT, -1);
    }

    private final Bm25 bm25;
    private final float[] weights;

    /// A bit for each word without which no document is asked for.
    private final int required;

    /// How often a document of the window holds each word at most.
    private final int[] frequencyMax;

    /// What each word adds at most to a document of the range, by level.
    private final float[][] limits;

    private int chief;

    /// The same as `chief` when there is one word only.
    private int second;

    /// For each level of the chief word, the lowest of the second with which a document can be
    /// among the best; [#LEVELS] when there is none.
    private final int[] secondLeast = new int[LEVELS];

    private int leastNorm = -1;
    private float floor = Float.NEGATIVE_INFINITY;

    /// A bit for each word that a document above the floor holds.
    private int needed;

    private int normMax;
    private boolean isNeededKnown;
    private boolean areLevelsKnown;
    private boolean isNormMaxKnown;
    private final long[] masks = new long[PostingsReader.NORM_GROUP / Long.SIZE];

    /// @param required a bit for each word that every document of interest holds
    ScoreBounds(Bm25 bm25, List<MatchScorer.Word> words, int required) {
        this.bm25 = bm25;
        this.required = required;
        weights = new float[words.size()];
        frequencyMax = new int[words.size()];
        limits = new float[words.size()][LEVELS];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = words.get(i).weight();
        }
    }

    float score(int word, int frequency, byte norm) {
        return bm25.score(weights[word], frequency, norm);
    }

    /// Goes to another window; [#enter] must follow.
    ///
    /// @param max how often one of its documents holds a word at most
    void limit(int word, int max) {
        frequencyMax[word] = max;
        leastNorm = -1;
    }

    /// False when a word that is required is in no document of the window, or none is in any.
    boolean isPossible() {
        int held = 0;
        for (int i = 0; i < weights.length; i++) {
            held |= frequencyMax[i] > 0 ? 1 << i : 0;
        }
        return held != 0 && (required & ~held) == 0;
    }

    /// Goes to a range of the window. False when none of its documents scores above the floor.
    ///
    /// @param least of its norms, [PostingsReader#NO_NORM] when no document has a word
    boolean enter(int least, float newFloor) {
        if (least == PostingsReader.NO_NORM) {
            return false;
        }
        if (least != leastNorm) {
            leastNorm = least;
            for (int i = 0; i < weights.length; i++) {
                for (int level = 1; level < LEVELS; level++) {
                    limits[i][level] = limit(i, level, least);
                }
            }
            chooseChief();
            forget();
        } else if (newFloor != floor) {
            forget();
        }
        floor = newFloor;
        return !isTooFew(all());
    }

    /// What follows from the range and the floor is found out again when it is asked for.
    private void forget() {
        isNeededKnown = false;
        areLevelsKnown = false;
        isNormMaxKnown = false;
    }

    private int all() {
        return (1 << limits.length) - 1;
    }

    /// The floor rose while the range was looked at.
    void raise(float newFloor) {
        enter(leastNorm, newFloor);
    }

    /// Documents of a greater norm do not score above the floor.
    int normMax() {
        if (!isNormMaxKnown) {
            findNormMax();
            isNormMaxKnown = true;
        }
        return normMax;
    }

    /// A bit for each word without which a document does not score above the floor, or is of no
    /// interest.
    int needed() {
        if (!isNeededKnown) {
            findNeeded();
            isNeededKnown = true;
        }
        return needed;
    }

    /// True when a document that holds none but some words does not score above the floor.
    ///
    /// @param words a bit for each
    boolean isTooFew(int words) {
        double sum = 0;
        for (int i = 0; i < limits.length; i++) {
            sum += (words >>> i & 1) == 0 ? 0 : most(i);
        }
        return !isAbove(sum);
    }

    /// The lowest level of one word beside which a document can score above the floor that is of a
    /// level of another word; [TermWindow#LEVELS] when there is none.
    int leastBeside(int word, int level, int other) {
        int least = isRequired(other) ? 1 : 0;
        while (least < LEVELS && !isAbove(bound(word, level, other, least))) {
            least++;
        }
        return least;
    }

    /// The lowest level of a word that a document above the floor needs, which holds none but that
    /// word and those besides `other`.
    int leastAlone(int word, int other) {
        int least = 1;
        while (least < LEVELS && !isAbove(bound(word, least, other, 0))) {
            least++;
        }
        return least;
    }

    /// Of the other words the one that adds most; -1 when there is none.
    int strongestBeside(int word) {
        return limits.length == 1 ? -1 : word == chief ? second : chief;
    }

    /// What a word adds at most.
    float most(int word) {
        return limits[word][LEVELS - 1];
    }

    /// A bit for each document of the range that can score above the floor.
    ///
    /// @param matching of those in the window; null when all that are required are enough
    /// @param from first word of bits in the window, `count`: how many
    long[] candidates(TermWindow[] terms, @Nullable DocumentWindow matching, int from, int count) {
        if (!areLevelsKnown) {
            findLevels();
            areLevelsKnown = true;
        }
        Arrays.fill(masks, 0, count, 0);
        for (int level = 0; level < LEVELS; level++) {
            // A document of a higher level is among those of a lower one.
            if (level == 0 || secondLeast[level] < secondLeast[level - 1]) {
                unite(
                        level == 0 ? EVERY_DOCUMENT : terms[chief].held(level),
                        held(terms[second], secondLeast[level]),
                        from,
                        count);
            }
        }
        for (int t = 0; t < terms.length; t++) {
            if (isRequired(t) && t != chief && t != second) {
                retain(terms[t].held(1), from, count);
            }
        }
        if (matching != null) {
            for (int i = 0; i < count; i++) {
                masks[i] &= matching.word(from + i);
            }
        }
        return masks;
    }

    private static long[] held(TermWindow term, int level) {
        return level == 0 ? EVERY_DOCUMENT : level == LEVELS ? NO_DOCUMENT : term.held(level);
    }

    private void unite(long[] one, long[] other, int from, int count) {
        for (int i = 0; i < count; i++) {
            masks[i] |= one[from + i] & other[from + i];
        }
    }

    private void retain(long[] held, int from, int count) {
        for (int i = 0; i < count; i++) {
            masks[i] &= held[from + i];
        }
    }

    private boolean isRequired(int word) {
        return (required >>> word & 1) != 0;
    }

    /// What a word adds at most to a document of a level that has a norm.
    private float limit(int word, int level, int norm) {
        int most = Math.min(TermWindow.mostOf(level), frequencyMax[word]);
        return most == 0 ? 0 : score(word, most, (byte) norm);
    }

    private void chooseChief() {
        chief = 0;
        for (int i = 1; i < limits.length; i++) {
            chief = most(i) > most(chief) ? i : chief;
        }
        second = limits.length > 1 && chief == 0 ? 1 : 0;
        for (int i = 0; i < limits.length; i++) {
            second = i != chief && most(i) > most(second) ? i : second;
        }
    }

    private void findNeeded() {
        needed = required;
        for (int i = 0; i < limits.length; i++) {
            if (!isRequired(i) && isTooFew(all() & ~(1 << i))) {
                needed |= 1 << i;
            }
        }
    }

    private void findLevels() {
        int levels = second == chief ? 1 : LEVELS;
        for (int level = 0; level < LEVELS; level++) {
            // One of two words is held.
            boolean isSecondHeld = isRequired(second) || limits.length == 2 && level == 0;
            int least = second != chief && isSecondHeld ? 1 : 0;
            while (least < levels && !isAbove(bound(chief, level, second, least))) {
                least++;
            }
            boolean isOfInterest = level > 0 || !isRequired(chief);
            secondLeast[level] = isOfInterest && least < levels ? least : LEVELS;
        }
    }

    /// Of the documents that hold two words so often, which may be the same one.
    private double bound(int one, int oneLevel, int other, int otherLevel) {
        double sum = 0;
        for (int i = 0; i < limits.length; i++) {
            int level = i == one ? oneLevel : i == other ? otherLevel : LEVELS - 1;
            sum += limits[i][level];
        }
        return sum;
    }

    private void findNormMax() {
        int low = leastNorm;
        int high = PostingsReader.NO_NORM;
        while (low < high) {
            int middle = (low + high) >>> 1;
            double sum = 0;
            for (int i = 0; i < weights.length; i++) {
                sum += limit(i, LEVELS - 1, middle);
            }
            if (isAbove(sum)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        normMax = low - 1;
    }

    private boolean isAbove(double bound) {
        return (float) bound > floor;
    }
}
