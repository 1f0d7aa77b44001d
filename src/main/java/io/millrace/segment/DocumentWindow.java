package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.IntPredicate;

/// The documents of a segment in one window of [#DOCUMENTS], while sets are intersected, united and
/// taken away: a list while they are few, a bit for each otherwise. Reused from window to window;
/// confined to one search.
///
/// Heap: 24 KiB.
public final class DocumentWindow {
    public static final int DOCUMENTS = 1 << 16;

    private static final int WORDS = DOCUMENTS / Long.SIZE;

    /// The most that a set lists, see [DocumentSet].
    private static final int LISTED_MAX = 4_096;

    /// What a set says of this window.
    private final long[] otherWords = new long[WORDS];

    private final char[] otherListed = new char[LISTED_MAX];
    private final long[] words = new long[WORDS];
    private final char[] listed = new char[LISTED_MAX];
    private int listedCount;
    private boolean isListed = true;

    /// No document.
    public void clear() {
        isListed = true;
        listedCount = 0;
    }

    /// The first documents of the window, at most all.
    public void fill(int documents) {
        isListed = false;
        Arrays.fill(words, 0);
        setRange(words, 0, Math.min(documents, DOCUMENTS));
    }

    public void load(DocumentSet set, int window) {
        int at = set.find(window);
        clear();
        if (at < 0) {
            return;
        }
        switch (set.form(at)) {
            case ARRAY -> {
                listedCount = set.count(at);
                copyListed(set, at, listed);
            }
            case WORDS -> {
                isListed = false;
                copyWords(set, at, words);
            }
            case RUNS -> {
                isListed = false;
                copyRuns(set, at, words);
            }
        }
    }

    public void load(DocumentWindow other) {
        isListed = other.isListed;
        listedCount = other.listedCount;
        if (isListed) {
            System.arraycopy(other.listed, 0, listed, 0, listedCount);
        } else {
            System.arraycopy(other.words, 0, words, 0, WORDS);
        }
    }

    public void retain(DocumentSet set, int window) {
        int at = set.find(window);
        if (at < 0) {
            clear();
        } else if (isListed) {
            retainListed(set, at);
        } else {
            switch (set.form(at)) {
                case ARRAY -> {
                    int count = set.count(at);
                    copyListed(set, at, otherListed);
                    keepSet(otherListed, count);
                }
                case WORDS -> {
                    copyWords(set, at, otherWords);
                    and(words, otherWords);
                }
                case RUNS -> {
                    copyRuns(set, at, otherWords);
                    and(words, otherWords);
                }
            }
        }
    }

    public void retain(DocumentWindow other) {
        if (!isListed && !other.isListed) {
            and(words, other.words);
        } else if (isListed) {
            int kept = 0;
            for (int i = 0; i < listedCount; i++) {
                if (other.contains(listed[i])) {
                    listed[kept++] = listed[i];
                }
            }
            listedCount = kept;
        } else {
            keepSet(other.listed, other.listedCount);
        }
    }

    public void add(DocumentSet set, int window) {
        int at = set.find(window);
        if (at < 0) {
            return;
        }
        if (isListed && listedCount == 0) {
            load(set, window);
            return;
        }
        toWords();
        switch (set.form(at)) {
            case ARRAY -> {
                copyListed(set, at, otherListed);
                setBits(words, otherListed, set.count(at));
            }
            case WORDS -> {
                copyWords(set, at, otherWords);
                or(words, otherWords);
            }
            case RUNS -> {
                copyRuns(set, at, otherWords);
                or(words, otherWords);
            }
        }
    }

    public void add(DocumentWindow other) {
        toWords();
        if (other.isListed) {
            setBits(words, other.listed, other.listedCount);
        } else {
            or(words, other.words);
        }
    }

    /// Adds one document, by its place in the window.
    public void add(int place) {
        toWords();
        words[place >>> 6] |= 1L << place;
    }

    public void remove(DocumentSet set, int window) {
        int at = set.find(window);
        if (at < 0) {
            return;
        }
        if (isListed) {
            int kept = 0;
            int base = window * DOCUMENTS;
            for (int i = 0; i < listedCount; i++) {
                if (!set.contains(base + listed[i])) {
                    listed[kept++] = listed[i];
                }
            }
            listedCount = kept;
            return;
        }
        switch (set.form(at)) {
            case ARRAY -> {
                int count = set.count(at);
                copyListed(set, at, otherListed);
                for (int i = 0; i < count; i++) {
                    words[otherListed[i] >>> 6] &= ~(1L << otherListed[i]);
                }
            }
            case WORDS -> {
                copyWords(set, at, otherWords);
                andNot(words, otherWords);
            }
            case RUNS -> {
                copyRuns(set, at, otherWords);
                andNot(words, otherWords);
            }
        }
    }

    public void remove(DocumentWindow other) {
        if (isListed) {
            int kept = 0;
            for (int i = 0; i < listedCount; i++) {
                if (!other.contains(listed[i])) {
                    listed[kept++] = listed[i];
                }
            }
            listedCount = kept;
        } else if (other.isListed) {
            for (int i = 0; i < other.listedCount; i++) {
                words[other.listed[i] >>> 6] &= ~(1L << other.listed[i]);
            }
        } else {
            andNot(words, other.words);
        }
    }

    /// Keeps those that pass a test, which is asked in rising order.
    ///
    /// @param base of the window: what is tested is the document
    public void retainIf(int base, IntPredicate test) {
        if (isListed) {
            int kept = 0;
            for (int i = 0; i < listedCount; i++) {
                if (test.test(base + listed[i])) {
                    listed[kept++] = listed[i];
                }
            }
            listedCount = kept;
            return;
        }
        for (int i = 0; i < WORDS; i++) {
            for (long word = words[i]; word != 0; word &= word - 1) {
                if (!test.test(base + (i << 6) + Long.numberOfTrailingZeros(word))) {
                    words[i] &= ~(word & -word);
                }
            }
        }
    }

    public boolean isEmpty() {
        if (isListed) {
            return listedCount == 0;
        }
        for (long word : words) {
            if (word != 0) {
                return false;
            }
        }
        return true;
    }

    public int cardinality() {
        if (isListed) {
            return listedCount;
        }
        int count = 0;
        for (int i = 0; i < WORDS; i++) {
            count += Long.bitCount(words[i]);
        }
        return count;
    }

    /// Writes places in the window, rising, from the one at or above `from` on, until `into` is
    /// full; returns how many. The next call goes on behind the last.
    public int places(int from, int[] into) {
        int count = 0;
        if (isListed) {
            int at =
                    Arrays.binarySearch(
                            listed, 0, listedCount, (char) Math.min(from, DOCUMENTS - 1));
            at = from >= DOCUMENTS ? listedCount : at < 0 ? -1 - at : at;
            for (; at < listedCount && count < into.length; at++) {
                into[count++] = listed[at];
            }
            return count;
        }
        if (from >= DOCUMENTS) {
            return 0;
        }
        int i = from >>> 6;
        long word = words[i] & -1L << from;
        while (true) {
            for (; word != 0 && count < into.length; word &= word - 1) {
                into[count++] = (i << 6) + Long.numberOfTrailingZeros(word);
            }
            if (count == into.length || ++i == WORDS) {
                return count;
            }
            word = words[i];
        }
    }

    private boolean contains(char place) {
        return isListed
                ? Arrays.binarySearch(listed, 0, listedCount, place) >= 0
                : (words[place >>> 6] >>> place & 1) != 0;
    }

    private void retainListed(DocumentSet set, int at) {
        int kept = 0;
        switch (set.form(at)) {
            case WORDS -> {
                MemorySegment memory = set.memory();
                long start = set.start(at);
                for (int i = 0; i < listedCount; i++) {
                    char place = listed[i];
                    long word =
                            memory.get(
                                    SegmentLayout.LONG, start + (place >>> 6) * (long) Long.BYTES);
                    if ((word >>> place & 1) != 0) {
                        listed[kept++] = place;
                    }
                }
            }
            case ARRAY -> {
                int count = set.count(at);
                copyListed(set, at, otherListed);
                int other = 0;
                for (int i = 0; i < listedCount && other < count; i++) {
                    char place = listed[i];
                    while (other < count && otherListed[other] < place) {
                        other++;
                    }
                    if (other < count && otherListed[other] == place) {
                        listed[kept++] = place;
                    }
                }
            }
            case RUNS -> {
                copyRuns(set, at, otherWords);
                for (int i = 0; i < listedCount; i++) {
                    char place = listed[i];
                    if ((otherWords[place >>> 6] >>> place & 1) != 0) {
                        listed[kept++] = place;
                    }
                }
            }
        }
        listedCount = kept;
    }

    /// Of a list, those whose bit is set.
    private void keepSet(char[] places, int count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            char place = places[i];
            listed[kept] = place;
            kept += (int) (words[place >>> 6] >>> place & 1);
        }
        listedCount = kept;
        isListed = true;
    }

    private void toWords() {
        if (isListed) {
            Arrays.fill(words, 0);
            setBits(words, listed, listedCount);
            isListed = false;
        }
    }

    private static void setBits(long[] words, char[] places, int count) {
        for (int i = 0; i < count; i++) {
            words[places[i] >>> 6] |= 1L << places[i];
        }
    }

    private static void setRange(long[] words, int from, int to) {
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

    private static void copyListed(DocumentSet set, int at, char[] into) {
        MemorySegment.copy(set.memory(), DocumentSet.CHAR, set.start(at), into, 0, set.count(at));
    }

    private static void copyWords(DocumentSet set, int at, long[] into) {
        MemorySegment.copy(set.memory(), SegmentLayout.LONG, set.start(at), into, 0, WORDS);
    }

    private static void copyRuns(DocumentSet set, int at, long[] into) {
        Arrays.fill(into, 0);
        int runs = set.charAt(set.start(at), 0);
        for (int i = 0; i < runs; i++) {
            int from = set.charAt(set.start(at), 1 + 2 * i);
            setRange(into, from, from + set.charAt(set.start(at), 2 + 2 * i) + 1);
        }
    }

    private static void and(long[] words, long[] other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] &= other[i];
        }
    }

    private static void or(long[] words, long[] other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] |= other[i];
        }
    }

    private static void andNot(long[] words, long[] other) {
        for (int i = 0; i < WORDS; i++) {
            words[i] &= ~other[i];
        }
    }
}
