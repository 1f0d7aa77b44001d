package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Combines windows of a bit for each document: one on the heap with what a set says of it, read in
/// place, or with another on the heap. Loops over all words, which the compiler vectorises.
final class WindowWords {
    static final int COUNT = DocumentWindow.WORDS;

    private WindowWords() {}

    static boolean isSet(long[] words, char place) {
        return (words[place >>> 6] >>> place & 1) != 0;
    }

    static void setAll(long[] words, char[] places, int count) {
        for (int i = 0; i < count; i++) {
            words[places[i] >>> 6] |= 1L << places[i];
        }
    }

    static void clearAll(long[] words, char[] places, int count) {
        for (int i = 0; i < count; i++) {
            words[places[i] >>> 6] &= ~(1L << places[i]);
        }
    }

    /// Clears the words of places that are the only ones set.
    static void clearWords(long[] words, char[] places, int count) {
        for (int i = 0; i < count; i++) {
            words[places[i] >>> 6] = 0;
        }
    }

    static void setRange(long[] words, int from, int to) {
        if (from >= to) {
            return;
        }
        int first = from >>> 6;
        int last = (to - 1) >>> 6;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            words[first] |= head & tail;
            return;
        }
        words[first] |= head;
        Arrays.fill(words, first + 1, last, -1L);
        words[last] |= tail;
    }

    static void clearRange(long[] words, int from, int to) {
        if (from >= to) {
            return;
        }
        int first = from >>> 6;
        int last = (to - 1) >>> 6;
        long head = -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            words[first] &= ~(head & tail);
            return;
        }
        words[first] &= ~head;
        Arrays.fill(words, first + 1, last, 0);
        words[last] &= ~tail;
    }

    /// @param start of the runs of a set
    static void addRuns(long[] words, DocumentSet set, long start) {
        int runs = set.charAt(start, 0);
        for (int i = 0; i < runs; i++) {
            int from = set.charAt(start, 1 + 2 * i);
            setRange(words, from, from + set.charAt(start, 2 + 2 * i) + 1);
        }
    }

    /// As above.
    static void removeRuns(long[] words, DocumentSet set, long start) {
        int runs = set.charAt(start, 0);
        for (int i = 0; i < runs; i++) {
            int from = set.charAt(start, 1 + 2 * i);
            clearRange(words, from, from + set.charAt(start, 2 + 2 * i) + 1);
        }
    }

    /// Takes away what lies between the runs.
    static void retainRuns(long[] words, DocumentSet set, long start) {
        int runs = set.charAt(start, 0);
        int behind = 0;
        for (int i = 0; i < runs; i++) {
            int from = set.charAt(start, 1 + 2 * i);
            clearRange(words, behind, from);
            behind = from + set.charAt(start, 2 + 2 * i) + 1;
        }
        clearRange(words, behind, DocumentWindow.DOCUMENTS);
    }

    static int countRange(long[] words, int from, int to) {
        int first = from >>> 6;
        int last = (to - 1) >>> 6;
        long head = words[first] & -1L << from;
        long tail = -1L >>> -to;
        if (first == last) {
            return Long.bitCount(head & tail);
        }
        int count = Long.bitCount(head);
        for (int i = first + 1; i < last; i++) {
            count += Long.bitCount(words[i]);
        }
        return count + Long.bitCount(words[last] & tail);
    }

    static int count(long[] words) {
        int count = 0;
        for (int i = 0; i < COUNT; i++) {
            count += Long.bitCount(words[i]);
        }
        return count;
    }

    static int countOfBoth(MemorySegment words, MemorySegment others) {
        int count = 0;
        for (int i = 0; i < COUNT; i++) {
            count +=
                    Long.bitCount(
                            words.getAtIndex(SegmentLayout.LONG, i)
                                    & others.getAtIndex(SegmentLayout.LONG, i));
        }
        return count;
    }

    static int countOfBoth(long[] words, long[] others) {
        int count = 0;
        for (int i = 0; i < COUNT; i++) {
            count += Long.bitCount(words[i] & others[i]);
        }
        return count;
    }

    static void and(long[] words, long[] others) {
        for (int i = 0; i < COUNT; i++) {
            words[i] &= others[i];
        }
    }

    static void or(long[] words, long[] others) {
        for (int i = 0; i < COUNT; i++) {
            words[i] |= others[i];
        }
    }

    static void andNot(long[] words, long[] others) {
        for (int i = 0; i < COUNT; i++) {
            words[i] &= ~others[i];
        }
    }
}
