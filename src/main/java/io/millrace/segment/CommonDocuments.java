package io.millrace.segment;

import java.lang.foreign.MemorySegment;

/// Counts the documents that two sets have in common, window by window. Confined to one search at a
/// time.
public final class CommonDocuments {

    /// In a list so many times as long, each document is searched for.
    private static final int SEARCHED_FROM = 32;

    /// So many are looked at before it is asked whether the others can matter.
    private static final int LISTED_TOGETHER = 256;

    private final WindowCopies copies;

    /// @param copies of the search
    public CommonDocuments(WindowCopies copies) {
        this.copies = copies;
    }

    /// In all windows.
    public int count(DocumentSet a, DocumentSet b) {
        DocumentSet fewer = a.windowCount() < b.windowCount() ? a : b;
        int count = 0;
        for (int i = 0; i < fewer.windowCount(); i++) {
            count += count(a, b, fewer.window(i));
        }
        return count;
    }

    /// How many documents of a set are among others, or less where they are fewer than `least`.
    ///
    /// @param bits of the others, one for each document of the segment
    public int count(DocumentSet set, long[] bits, int least) {
        int count = 0;
        long left = set.cardinality();
        for (int at = 0; at < set.windowCount() && count + left >= least; at++) {
            int base = set.window(at) * DocumentWindow.WORDS;
            left -= set.count(at);
            switch (set.form(at)) {
                case ARRAY -> {
                    char[] places = copies.listed(set, at);
                    int size = set.count(at);
                    int next = 0;
                    while (next < size && count + left + size - next >= least) {
                        int end = Math.min(size, next + LISTED_TOGETHER);
                        for (int i = next; i < end; i++) {
                            count += (int) (bits[base + (places[i] >>> 6)] >>> places[i] & 1);
                        }
                        next = end;
                    }
                }
                case WORDS -> {
                    long[] words = copies.words(set, at);
                    int size = Math.min(words.length, bits.length - base);
                    for (int i = 0; i < size; i++) {
                        count += Long.bitCount(words[i] & bits[base + i]);
                    }
                }
                case RUNS -> {
                    long from = set.start(at);
                    int runs = set.charAt(from, 0);
                    for (int i = 0; i < runs; i++) {
                        int first = base * Long.SIZE + set.charAt(from, 1 + 2 * i);
                        count +=
                                WindowWords.countRange(
                                        bits, first, first + set.charAt(from, 2 + 2 * i) + 1);
                    }
                }
            }
        }
        return count;
    }

    public int count(DocumentSet a, DocumentSet b, int window) {
        int inA = a.find(window);
        int inB = b.find(window);
        if (inA < 0 || inB < 0) {
            return 0;
        }
        DocumentSet.Form formA = a.form(inA);
        DocumentSet.Form formB = b.form(inB);
        // The one with the simpler form comes second: there are six pairs.
        return formA.compareTo(formB) < 0
                ? count(b, inB, formB, a, inA, formA)
                : count(a, inA, formA, b, inB, formB);
    }

    private int count(
            DocumentSet a,
            int inA,
            DocumentSet.Form formA,
            DocumentSet b,
            int inB,
            DocumentSet.Form formB) {
        return switch (formA) {
            case ARRAY ->
                    a.count(inA) < b.count(inB) ? ofLists(a, inA, b, inB) : ofLists(b, inB, a, inA);
            case WORDS ->
                    formB == DocumentSet.Form.WORDS
                            ? WindowWords.countOfBoth(a.words(inA), b.words(inB))
                            : listed(copies.words(a, inA), copies.listed(b, inB), b.count(inB));
            case RUNS ->
                    switch (formB) {
                        case ARRAY -> inRuns(a, a.start(inA), copies.listed(b, inB), b.count(inB));
                        case WORDS -> inRuns(a, a.start(inA), copies.words(b, inB));
                        case RUNS -> ofRuns(a, a.start(inA), b, b.start(inB));
                    };
        };
    }

    private static int listed(long[] words, char[] places, int size) {
        int count = 0;
        for (int i = 0; i < size; i++) {
            count += (int) (words[places[i] >>> 6] >>> places[i] & 1);
        }
        return count;
    }

    private int ofLists(DocumentSet fewer, int inFewer, DocumentSet more, int inMore) {
        int fewSize = fewer.count(inFewer);
        int manySize = more.count(inMore);
        char[] few = copies.listed(fewer, inFewer);
        if ((long) fewSize * SEARCHED_FROM < manySize) {
            return searched(few, fewSize, more.listed(inMore), manySize);
        }
        long[] marks = copies.marks();
        WindowWords.setAll(marks, few, fewSize);
        int count = listed(marks, copies.otherListed(more, inMore), manySize);
        WindowWords.clearWords(marks, few, fewSize);
        return count;
    }

    private static int searched(char[] few, int fewSize, MemorySegment many, int manySize) {
        int count = 0;
        int low = 0;
        for (int i = 0; i < fewSize; i++) {
            char place = few[i];
            int high = manySize;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (many.getAtIndex(DocumentSet.CHAR, middle) < place) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            if (low < manySize && many.getAtIndex(DocumentSet.CHAR, low) == place) {
                count++;
            }
        }
        return count;
    }

    private static int inRuns(DocumentSet set, long start, char[] places, int size) {
        int runs = set.charAt(start, 0);
        int run = 0;
        int count = 0;
        for (int i = 0; i < size && run < runs; i++) {
            char place = places[i];
            while (run < runs
                    && set.charAt(start, 1 + 2 * run) + set.charAt(start, 2 + 2 * run) < place) {
                run++;
            }
            count += run < runs && set.charAt(start, 1 + 2 * run) <= place ? 1 : 0;
        }
        return count;
    }

    private static int inRuns(DocumentSet set, long start, long[] words) {
        int runs = set.charAt(start, 0);
        int count = 0;
        for (int i = 0; i < runs; i++) {
            int from = set.charAt(start, 1 + 2 * i);
            count += WindowWords.countRange(words, from, from + set.charAt(start, 2 + 2 * i) + 1);
        }
        return count;
    }

    private static int ofRuns(DocumentSet a, long startA, DocumentSet b, long startB) {
        int runsA = a.charAt(startA, 0);
        int runsB = b.charAt(startB, 0);
        int count = 0;
        int i = 0;
        int j = 0;
        while (i < runsA && j < runsB) {
            int fromA = a.charAt(startA, 1 + 2 * i);
            int fromB = b.charAt(startB, 1 + 2 * j);
            int lastA = fromA + a.charAt(startA, 2 + 2 * i);
            int lastB = fromB + b.charAt(startB, 2 + 2 * j);
            count += Math.max(0, Math.min(lastA, lastB) + 1 - Math.max(fromA, fromB));
            if (lastA < lastB) {
                i++;
            } else {
                j++;
            }
        }
        return count;
    }
}
