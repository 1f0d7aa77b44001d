package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// The documents of one term in one window of [DocumentWindow#DOCUMENTS], with how often they hold
/// it. What is expensive is read when it is first asked for. Reused from window to window and from
/// segment to segment; confined to one search at a time.
///
/// Heap: up to 71 KiB.
public final class TermWindow {
    /// How often a document holds the term, as far as that is told by bits: 0, 1, 2, 3 or 4 times,
    /// or more often.
    public static final int LEVELS = 5;

    public static final int WORDS = DocumentWindow.DOCUMENTS / Long.SIZE;

    /// A list so many times as long as another one is searched rather than read.
    private static final int MUCH_LONGER = 32;

    private static final char[] NO_PLACES = {};
    private static final long[] NO_BITS = {};

    /// By level, the documents that are of it or of a higher one: a bit for each place, and for
    /// each rank in the window.
    private final long[][] held = new long[LEVELS][];

    private final long[][] heldByRank = new long[LEVELS][];

    /// A bit for each level that was read for this window.
    private int levelsRead;

    private int levelsReadByRank;

    private char[] listed = NO_PLACES;

    /// By word of bits, how many documents of the window stand before it.
    private char[] before = NO_PLACES;

    private boolean isBeforeRead;
    private boolean areDocumentsRead;

    private DocumentSet set = DocumentSet.EMPTY;
    private final TermFrequencies frequencies = new TermFrequencies();

    /// How many windows of the set, and documents in them, are behind.
    private int windowsBehind;

    private int documentsBehind;

    /// In this window.
    private int count;

    private int frequencyMax;
    private boolean isListed;

    /// Where in the list the last document asked for stands, or the first behind it.
    private int pointer;

    public TermWindow() {
        Arrays.fill(held, NO_BITS);
        Arrays.fill(heldByRank, NO_BITS);
    }

    /// The least that a document of a level, 1 at least, holds the term.
    public static int leastOf(int level) {
        return level == 1 ? 1 : (1 << level - 2) + 1;
    }

    /// The most.
    public static int mostOf(int level) {
        return level == LEVELS - 1 ? Integer.MAX_VALUE : 1 << level - 1;
    }

    /// The level of a document that holds the term so often.
    public static int levelOf(int frequency) {
        int level = 0;
        while (level + 1 < LEVELS && frequency >= leastOf(level + 1)) {
            level++;
        }
        return level;
    }

    /// Goes before the first window.
    ///
    /// @param newSet all documents of the term
    public void open(DocumentSet newSet, PostingsReader postings, int ordinal) {
        set = newSet;
        postings.open(ordinal, Math.toIntExact(newSet.cardinality()), frequencies);
        windowsBehind = 0;
        documentsBehind = 0;
        count = 0;
    }

    /// Holds nothing of a segment any more.
    public void close() {
        set = DocumentSet.EMPTY;
        frequencies.open(MemorySegment.NULL, 0, 0);
        count = 0;
    }

    /// Goes to a window of the set, one behind that it was at.
    public void enter(int window) {
        int at = set.find(window);
        count = 0;
        frequencyMax = 0;
        isListed = true;
        levelsRead = 0;
        levelsReadByRank = 0;
        isBeforeRead = false;
        areDocumentsRead = false;
        pointer = 0;
        if (at < 0) {
            return;
        }
        while (windowsBehind < at) {
            documentsBehind += set.count(windowsBehind++);
        }
        count = set.count(at);
        frequencyMax = frequencies.enter(documentsBehind, count);
        isListed = set.form(at) == DocumentSet.Form.ARRAY;
    }

    /// How many documents of the window hold the term.
    public int count() {
        return count;
    }

    /// No document of the window holds the term more often; 0 when none holds it.
    public int frequencyMax() {
        return frequencyMax;
    }

    /// True when the documents are few, so that they are asked for by rank: from 0 to [#count].
    public boolean isListed() {
        return isListed;
    }

    /// Of a document by its rank in the window; only while they are listed.
    public int place(int rank) {
        readDocuments();
        return listed[rank];
    }

    /// Goes to a document by its rank, above those asked for before; only while they are listed.
    /// Returns its place.
    public int seek(int rank) {
        readDocuments();
        pointer = rank;
        return listed[rank];
    }

    /// Occurrences in a document, by its place in the window; asked for in rising order.
    public int frequency(int place) {
        if (count == 0) {
            return 0;
        }
        readDocuments();
        if (isListed) {
            return isListedAt(place) ? frequencies.at(documentsBehind + pointer) : 0;
        }
        long word = held[1][place >>> 6];
        if ((word >>> place & 1) == 0) {
            return 0;
        }
        readBefore();
        int rank = before[place >>> 6] + Long.bitCount(word & (1L << place) - 1);
        return frequencies.at(documentsBehind + rank);
    }

    /// Of up to 64 documents of this term, from a rank on, those that are of a level of another
    /// term: a bit for each; more bits may be set where that is cheaper. Only while they are
    /// listed.
    ///
    /// @param level from 1 on
    public long heldToo(int from, int documents, TermWindow other, int level) {
        readDocuments();
        long bits = 0;
        if (other.isListed && other.count > count * MUCH_LONGER) {
            int begun = other.pointer;
            for (int i = 0; i < documents; i++) {
                bits |= other.isListedAt(listed[from + i]) ? 1L << i : 0;
            }
            // They are asked for one by one hereafter.
            other.pointer = begun;
            return bits;
        }
        long[] words = other.held(other.count > count * MUCH_LONGER ? 1 : level);
        for (int i = 0; i < documents; i++) {
            char place = listed[from + i];
            bits |= (words[place >>> 6] >>> place & 1) << i;
        }
        return bits;
    }

    /// A bit for each document of the window that is of a level, from 1 on, or of a higher one;
    /// nobody changes it.
    public long[] held(int level) {
        if ((levelsRead >>> level & 1) == 0) {
            if (held[level].length == 0) {
                held[level] = new long[WORDS];
            }
            read(level, held[level]);
            levelsRead |= 1 << level;
        }
        return held[level];
    }

    /// The same by rank, the first document being bit 0; from level 2 on, and only while the
    /// documents are listed.
    public long[] heldByRank(int level) {
        if ((levelsReadByRank >>> level & 1) == 0) {
            int room = isListed ? Math.ceilDiv(count, Long.SIZE) : WORDS;
            if (heldByRank[level].length < room) {
                heldByRank[level] = new long[room];
            }
            frequencies.above(level - 2, documentsBehind, count, heldByRank[level]);
            levelsReadByRank |= 1 << level;
        }
        return heldByRank[level];
    }

    private boolean isListedAt(int place) {
        readDocuments();
        int step = 1;
        while (pointer + step < count && listed[pointer + step] < place) {
            pointer += step;
            step <<= 1;
        }
        int behind = Math.min(count, pointer + step + 1);
        int found = Arrays.binarySearch(listed, pointer, behind, (char) place);
        pointer = found < 0 ? -1 - found : found;
        return found >= 0;
    }

    /// The list, or the bits of level 1.
    private void readDocuments() {
        if (areDocumentsRead) {
            return;
        }
        areDocumentsRead = true;
        if (!isListed) {
            held(1);
            return;
        }
        if (listed.length < count) {
            listed = new char[count];
        }
        MemorySegment.copy(
                set.memory(), DocumentSet.CHAR, set.start(windowsBehind), listed, 0, count);
    }

    private void readBefore() {
        if (isBeforeRead) {
            return;
        }
        if (before.length == 0) {
            before = new char[WORDS];
        }
        int sum = 0;
        for (int i = 0; i < WORDS; i++) {
            before[i] = (char) sum;
            sum += Long.bitCount(held[1][i]);
        }
        isBeforeRead = true;
    }

    private void read(int level, long[] into) {
        if (frequencyMax < leastOf(level)) {
            Arrays.fill(into, 0);
        } else if (isListed) {
            Arrays.fill(into, 0);
            readDocuments();
            scatter(level, into);
        } else if (level > 1) {
            spread(held(1), heldByRank(level), into);
        } else if (set.form(windowsBehind) == DocumentSet.Form.WORDS) {
            MemorySegment.copy(
                    set.memory(), SegmentLayout.LONG, set.start(windowsBehind), into, 0, WORDS);
        } else {
            Arrays.fill(into, 0);
            long start = set.start(windowsBehind);
            int runs = set.charAt(start, 0);
            for (int i = 0; i < runs; i++) {
                int from = set.charAt(start, 1 + 2 * i);
                WindowWords.setRange(into, from, from + set.charAt(start, 2 + 2 * i) + 1);
            }
        }
    }

    private void scatter(int level, long[] into) {
        if (level == 1) {
            WindowWords.setAll(into, listed, count);
            return;
        }
        long[] ranks = heldByRank(level);
        for (int i = 0; i < Math.ceilDiv(count, Long.SIZE); i++) {
            for (long word = ranks[i]; word != 0; word &= word - 1) {
                int place = listed[(i << 6) + Long.numberOfTrailingZeros(word)];
                into[place >>> 6] |= 1L << place;
            }
        }
    }

    /// From ranks to places: the bits go in order to those that are set in `places`.
    private static void spread(long[] places, long[] ranks, long[] into) {
        int rank = 0;
        for (int i = 0; i < WORDS; i++) {
            long word = places[i];
            int taken = Long.bitCount(word);
            long bits = ranks[Math.min(rank >>> 6, WORDS - 1)] >>> rank;
            if ((rank & 63) + taken > Long.SIZE) {
                bits |= ranks[(rank >>> 6) + 1] << -rank;
            }
            into[i] = Long.expand(bits, word);
            rank += taken;
        }
    }
}
