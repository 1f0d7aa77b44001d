package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The documents of a segment in one window of [#DOCUMENTS], while sets are intersected, united and
/// taken away: a list while they are few, a bit for each otherwise. Reused from window to window;
/// confined to one search at a time.
///
/// Heap: 16 KiB, and what is copied.
public final class DocumentWindow {
    public static final int DOCUMENTS = 1 << 16;

    static final int WORDS = DOCUMENTS / Long.SIZE;

    /// So few documents are asked for in place, one by one.
    private static final int SEARCHED_MAX = 8;

    /// In a list so many times as long, each document is searched for.
    private static final int SEARCHED_FROM = 32;

    /// So few are added in place, without a copy.
    private static final int ADDED_IN_PLACE_MAX = 64;

    private final WindowCopies copies;
    private final long[] words = new long[WORDS];
    private final char[] listed = new char[DocumentSet.ARRAY_MAX];
    private int listedCount;
    private boolean isListed = true;

    /// @param copies of the search
    public DocumentWindow(WindowCopies copies) {
        this.copies = copies;
    }

    /// No document.
    public void clear() {
        isListed = true;
        listedCount = 0;
    }

    /// The first documents of the window, at most all.
    public void fill(int documents) {
        isListed = false;
        Arrays.fill(words, 0);
        WindowWords.setRange(words, 0, Math.min(documents, DOCUMENTS));
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
                MemorySegment.copy(
                        set.memory(), DocumentSet.CHAR, set.start(at), listed, 0, listedCount);
            }
            case WORDS -> {
                isListed = false;
                MemorySegment.copy(
                        set.memory(), SegmentLayout.LONG, set.start(at), words, 0, WORDS);
            }
            case RUNS -> {
                isListed = false;
                Arrays.fill(words, 0);
                WindowWords.addRuns(words, set, set.start(at));
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
            return;
        }
        if (isListed && listedCount <= SEARCHED_MAX) {
            int kept = 0;
            for (int i = 0; i < listedCount; i++) {
                char place = listed[i];
                listed[kept] = place;
                kept += set.contains(at, place) ? 1 : 0;
            }
            listedCount = kept;
            return;
        }
        if (isListed) {
            keepListed(set, at, true);
            return;
        }
        switch (set.form(at)) {
            case ARRAY -> keepSet(copies.listed(set, at), set.count(at));
            case WORDS -> WindowWords.and(words, copies.words(set, at));
            case RUNS -> WindowWords.retainRuns(words, set, set.start(at));
        }
    }

    public void retain(DocumentWindow other) {
        if (!isListed && !other.isListed) {
            WindowWords.and(words, other.words);
        } else if (isListed) {
            keepThoseOf(other, true);
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
        if (set.count(at) <= ADDED_IN_PLACE_MAX) {
            set.addTo(at, words, 0);
            return;
        }
        switch (set.form(at)) {
            case ARRAY -> WindowWords.setAll(words, copies.listed(set, at), set.count(at));
            case WORDS -> WindowWords.or(words, copies.words(set, at));
            case RUNS -> WindowWords.addRuns(words, set, set.start(at));
        }
    }

    public void add(DocumentWindow other) {
        toWords();
        if (other.isListed) {
            WindowWords.setAll(words, other.listed, other.listedCount);
        } else {
            WindowWords.or(words, other.words);
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
            keepListed(set, at, false);
            return;
        }
        switch (set.form(at)) {
            case ARRAY -> WindowWords.clearAll(words, copies.listed(set, at), set.count(at));
            case WORDS -> WindowWords.andNot(words, copies.words(set, at));
            case RUNS -> WindowWords.removeRuns(words, set, set.start(at));
        }
    }

    /// Of a list, those that a set has, or those that it has not.
    private void keepListed(DocumentSet set, int at, boolean had) {
        listedCount =
                switch (set.form(at)) {
                    case ARRAY ->
                            WindowLists.keepListed(
                                    listed,
                                    listedCount,
                                    copies.listed(set, at),
                                    set.count(at),
                                    had,
                                    copies.marks());
                    case WORDS ->
                            WindowLists.keepBits(
                                    listed, listedCount, copies.words(set, at), had ? 1 : 0);
                    case RUNS -> WindowLists.keepRuns(listed, listedCount, set, set.start(at), had);
                };
    }

    public void remove(DocumentWindow other) {
        if (isListed) {
            keepThoseOf(other, false);
        } else if (other.isListed) {
            WindowWords.clearAll(words, other.listed, other.listedCount);
        } else {
            WindowWords.andNot(words, other.words);
        }
    }

    /// Overwrites the window in a bitmap of the whole segment that has no document of it.
    public void copyTo(long[] all, int window) {
        int from = window * WORDS;
        if (isListed) {
            for (int i = 0; i < listedCount; i++) {
                all[from + (listed[i] >>> 6)] |= 1L << listed[i];
            }
        } else {
            System.arraycopy(words, 0, all, from, Math.min(WORDS, all.length - from));
        }
    }

    public void add(DocumentLists lists, int window) {
        toWords();
        lists.addTo(window, words);
    }

    /// Looks at documents, many at a time.
    public interface Test {
        /// @param documents rising
        /// @param count of them
        /// @param verdicts to be set to 1 for a document that passes and to 0 for others
        void pass(int[] documents, int count, long[] verdicts);
    }

    /// Keeps those that pass a test, which is asked in rising order.
    ///
    /// @param base of the window: what is tested is the document
    public void retainIf(int base, Test test) {
        int[] documents = copies.documents();
        long[] verdicts = copies.verdicts();
        int kept = 0;
        int count;
        for (int from = 0; from < DOCUMENTS; from = next(documents, count)) {
            count = tested(base, from, documents, verdicts, test);
            if (isListed) {
                // Places come in the order of the list, so none is overwritten before it is read.
                for (int i = 0; i < count; i++) {
                    listed[kept] = (char) documents[i];
                    kept += (int) verdicts[i];
                }
            } else {
                for (int i = 0; i < count; i++) {
                    words[(char) documents[i] >>> 6] &= ~((verdicts[i] ^ 1) << documents[i]);
                }
            }
        }
        if (isListed) {
            listedCount = kept;
        }
    }

    /// How many pass a test, as above.
    public int countIf(int base, Test test) {
        int[] documents = copies.documents();
        long[] verdicts = copies.verdicts();
        int passed = 0;
        int count;
        for (int from = 0; from < DOCUMENTS; from = next(documents, count)) {
            count = tested(base, from, documents, verdicts, test);
            for (int i = 0; i < count; i++) {
                passed += (int) verdicts[i];
            }
        }
        return passed;
    }

    private int tested(int base, int from, int[] documents, long[] verdicts, Test test) {
        int count = places(from, documents);
        for (int i = 0; i < count; i++) {
            documents[i] += base;
        }
        test.pass(documents, count, verdicts);
        return count;
    }

    /// Where the documents behind a batch begin.
    private static int next(int[] documents, int count) {
        return count < documents.length ? DOCUMENTS : (char) documents[count - 1] + 1;
    }

    /// Adds a document behind those of a list.
    ///
    /// @param place above all others of a window that [#clear] emptied, of at most 4,096 documents
    public void append(int place) {
        listed[listedCount++] = (char) place;
    }

    public boolean contains(int place) {
        return contains((char) place);
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

    /// True while they are few.
    public boolean isListed() {
        return isListed;
    }

    /// A bit for each of 64 documents; only while they are not listed.
    public long word(int i) {
        return words[i];
    }

    public int cardinality() {
        return isListed ? listedCount : WindowWords.count(words);
    }

    /// How many of the documents a set holds. Which documents the window holds afterwards is
    /// arbitrary.
    public int countIn(DocumentSet set, int window) {
        int at = set.find(window);
        if (at < 0) {
            return 0;
        }
        if (!isListed && set.form(at) == DocumentSet.Form.WORDS) {
            return WindowWords.countOfBoth(words, copies.words(set, at));
        }
        retain(set, window);
        return cardinality();
    }

    /// Writes places in the window, rising, from the one at or above `from` on, until `into` is
    /// full; returns how many. The next call goes on behind the last.
    public int places(int from, int[] into) {
        int count = 0;
        if (from >= DOCUMENTS) {
            return 0;
        }
        if (isListed) {
            int at = from == 0 ? 0 : Arrays.binarySearch(listed, 0, listedCount, (char) from);
            at = at < 0 ? -1 - at : at;
            for (; at < listedCount && count < into.length; at++) {
                into[count++] = listed[at];
            }
            return count;
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
                : WindowWords.isSet(words, place);
    }

    /// Of the list, those that another window holds or, when not `held`, does not.
    private void keepThoseOf(DocumentWindow other, boolean held) {
        if (other.isListed && listedCount * SEARCHED_FROM <= other.listedCount) {
            int kept = 0;
            for (int i = 0; i < listedCount; i++) {
                char place = listed[i];
                listed[kept] = place;
                kept += other.contains(place) == held ? 1 : 0;
            }
            listedCount = kept;
            return;
        }
        long[] bits = other.isListed ? copies.marks() : other.words;
        if (other.isListed) {
            WindowWords.setAll(bits, other.listed, other.listedCount);
        }
        listedCount = WindowLists.keepBits(listed, listedCount, bits, held ? 1 : 0);
        if (other.isListed) {
            WindowWords.clearWords(bits, other.listed, other.listedCount);
        }
    }

    /// Of another list, those whose bit is set here.
    private void keepSet(char[] places, int count) {
        listedCount = WindowLists.setOnes(places, count, words, listed);
        isListed = true;
    }

    private void toWords() {
        if (isListed) {
            Arrays.fill(words, 0);
            WindowWords.setAll(words, listed, listedCount);
            isListed = false;
        }
    }
}
