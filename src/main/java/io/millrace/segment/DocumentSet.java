package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// A set of documents that is looked at by windows of [DocumentWindow#DOCUMENTS], read in place
/// from a bitmap in Roaring's portable form. Immutable; valid as long as its segment is open.
///
/// ```
/// bitmap := cookie u32 | windows u32 | window{} | offset of each u32 | documents of each
///         | (windows - 1) << 16 + cookie u32 | which are runs: a bit for each
///           window{} | offset of each u32 where there are 4 or more | documents of each
/// window := number u16 | documents - 1 u16
/// ```
///
/// Heap: nothing but itself.
public final class DocumentSet {
    static final ValueLayout.OfChar CHAR =
            ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int COOKIE_WITHOUT_RUNS = 12_346;
    private static final int COOKIE_WITH_RUNS = 12_347;

    /// Below so many windows, a bitmap with runs does not say where each begins.
    private static final int OFFSETS_FROM = 4;

    /// The most that a window lists.
    static final int ARRAY_MAX = 4_096;

    private static final int WORDS_BYTES = 8_192;

    /// There is no such part of the bitmap.
    private static final long NOWHERE = -1;

    static final DocumentSet EMPTY = new DocumentSet(MemorySegment.NULL, 0, 0, NOWHERE, 0, NOWHERE);

    /// How a window's documents are written: their low 16 bits each, a bit for each that could be,
    /// or the first of each run and how many follow.
    enum Form {
        ARRAY,
        WORDS,
        RUNS
    }

    private final MemorySegment memory;
    private final long start;
    private final int size;
    private final long runsAt;
    private final long describedAt;
    private final long offsetsAt;
    private final long cardinality;

    private DocumentSet(
            MemorySegment memory,
            long start,
            int size,
            long runsAt,
            long describedAt,
            long offsetsAt) {
        this.memory = memory;
        this.start = start;
        this.size = size;
        this.runsAt = runsAt;
        this.describedAt = describedAt;
        this.offsetsAt = offsetsAt;
        long sum = 0;
        for (int i = 0; i < size; i++) {
            sum += count(i);
        }
        cardinality = sum;
    }

    /// The bitmap that begins at `start`.
    static DocumentSet of(MemorySegment memory, long start) {
        int cookie = memory.get(SegmentLayout.INT, start);
        boolean hasRuns = (cookie & 0xFFFF) == COOKIE_WITH_RUNS;
        if (!hasRuns && cookie != COOKIE_WITHOUT_RUNS) {
            throw new MillraceException.Corrupt("bitmap begins with " + cookie);
        }
        int size =
                hasRuns
                        ? (cookie >>> Character.SIZE) + 1
                        : memory.get(SegmentLayout.INT, start + Integer.BYTES);
        long behindCookie = start + Integer.BYTES;
        long describedAt =
                behindCookie + (hasRuns ? (size + Byte.SIZE - 1) / Byte.SIZE : Integer.BYTES);
        boolean hasOffsets = !hasRuns || size >= OFFSETS_FROM;
        return new DocumentSet(
                memory,
                start,
                size,
                hasRuns ? behindCookie : NOWHERE,
                describedAt,
                hasOffsets ? describedAt + (long) size * Integer.BYTES : NOWHERE);
    }

    /// Copies a bitmap from wherever it lies.
    public static DocumentSet of(ImmutableRoaringBitmap bitmap) {
        if (bitmap.isEmpty()) {
            return EMPTY;
        }
        byte[] bytes = new byte[bitmap.serializedSizeInBytes()];
        bitmap.serialize(ByteBuffer.wrap(bytes));
        return of(MemorySegment.ofArray(bytes), 0);
    }

    /// Of a few documents, which rise.
    static DocumentSet of(int[] documents) {
        return of(MutableRoaringBitmap.bitmapOf(documents));
    }

    public long cardinality() {
        return cardinality;
    }

    public boolean contains(int document) {
        int at = find(document >>> Character.SIZE);
        return at >= 0 && contains(at, (char) document);
    }

    /// Whether a window holds a document.
    boolean contains(int at, char low) {
        long from = start(at);
        return switch (form(at)) {
            case WORDS ->
                    (memory.get(SegmentLayout.LONG, from + (low >>> 6) * (long) Long.BYTES) >>> low
                                    & 1)
                            != 0;
            case ARRAY -> {
                int found = floor(from, Character.BYTES, count(at), low);
                yield found >= 0 && charAt(from, found) == low;
            }
            case RUNS -> {
                long runs = from + Character.BYTES;
                int found = floor(runs, Integer.BYTES, memory.get(CHAR, from), low);
                yield found >= 0
                        && low - memory.get(CHAR, runs + found * (long) Integer.BYTES)
                                <= memory.get(CHAR, runs + found * (long) Integer.BYTES + 2);
            }
        };
    }

    /// Sets the bits of its documents.
    public void addTo(long[] bits) {
        for (int at = 0; at < size; at++) {
            addTo(at, bits, window(at) * DocumentWindow.WORDS);
        }
    }

    /// As above, those of one window.
    ///
    /// @param base the word where the window begins
    void addTo(int at, long[] bits, int base) {
        long from = start(at);
        switch (form(at)) {
            case ARRAY -> {
                int held = count(at);
                for (int i = 0; i < held; i++) {
                    char place = charAt(from, i);
                    bits[base + (place >>> 6)] |= 1L << place;
                }
            }
            case WORDS -> {
                int words = Math.min(DocumentWindow.WORDS, bits.length - base);
                for (int i = 0; i < words; i++) {
                    bits[base + i] |= memory.get(SegmentLayout.LONG, from + i * (long) Long.BYTES);
                }
            }
            case RUNS -> {
                int runs = charAt(from, 0);
                for (int run = 0; run < runs; run++) {
                    int first = base * Long.SIZE + charAt(from, 1 + 2 * run);
                    WindowWords.setRange(bits, first, first + charAt(from, 2 + 2 * run) + 1);
                }
            }
        }
    }

    /// All of a small set, rising.
    public int[] toArray() {
        int[] all = new int[Math.toIntExact(cardinality)];
        int count = 0;
        for (int i = 0; i < size; i++) {
            int base = window(i) * DocumentWindow.DOCUMENTS;
            long from = start(i);
            switch (form(i)) {
                case ARRAY -> {
                    int held = count(i);
                    for (int at = 0; at < held; at++) {
                        all[count++] = base + charAt(from, at);
                    }
                }
                case WORDS -> {
                    for (int at = 0; at < DocumentWindow.WORDS; at++) {
                        long word = memory.get(SegmentLayout.LONG, from + at * (long) Long.BYTES);
                        for (; word != 0; word &= word - 1) {
                            all[count++] = base + (at << 6) + Long.numberOfTrailingZeros(word);
                        }
                    }
                }
                case RUNS -> {
                    int runs = charAt(from, 0);
                    for (int at = 0; at < runs; at++) {
                        int first = base + charAt(from, 1 + 2 * at);
                        int last = first + charAt(from, 2 + 2 * at);
                        for (int document = first; document <= last; document++) {
                            all[count++] = document;
                        }
                    }
                }
            }
        }
        return all;
    }

    /// Where a window is described, or below 0 when it has no document.
    int find(int window) {
        // Most sets have documents in every window.
        if (window < size && window(window) == window) {
            return window;
        }
        int from = 0;
        int to = Math.min(size, window);
        while (from < to) {
            int middle = (from + to) >>> 1;
            int found = window(middle);
            if (found == window) {
                return middle;
            }
            if (found < window) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return -1;
    }

    /// The windows that have documents.
    int windowCount() {
        return size;
    }

    /// The number of the at-th of those.
    int window(int at) {
        return memory.get(CHAR, describedAt + (long) at * Integer.BYTES);
    }

    MemorySegment memory() {
        return memory;
    }

    /// The words of a window of that form.
    MemorySegment words(int at) {
        return memory.asSlice(start(at), WORDS_BYTES);
    }

    /// The places that a window of that form lists.
    MemorySegment listed(int at) {
        return memory.asSlice(start(at), count(at) * (long) Character.BYTES);
    }

    Form form(int at) {
        boolean isRuns =
                runsAt != NOWHERE
                        && (memory.get(SegmentLayout.BYTE, runsAt + at / Byte.SIZE)
                                                >>> at % Byte.SIZE
                                        & 1)
                                != 0;
        return isRuns ? Form.RUNS : count(at) > ARRAY_MAX ? Form.WORDS : Form.ARRAY;
    }

    int count(int at) {
        return memory.get(CHAR, describedAt + (long) at * Integer.BYTES + Character.BYTES) + 1;
    }

    long start(int at) {
        if (offsetsAt != NOWHERE) {
            return start
                    + Integer.toUnsignedLong(
                            memory.get(SegmentLayout.INT, offsetsAt + (long) at * Integer.BYTES));
        }
        long next = describedAt + (long) size * Integer.BYTES;
        for (int i = 0; i < at; i++) {
            next +=
                    switch (form(i)) {
                        case ARRAY -> (long) count(i) * Character.BYTES;
                        case WORDS -> WORDS_BYTES;
                        case RUNS ->
                                Character.BYTES + (long) memory.get(CHAR, next) * Integer.BYTES;
                    };
        }
        return next;
    }

    char charAt(long start, int index) {
        return memory.get(CHAR, start + index * (long) Character.BYTES);
    }

    /// The last of `count` entries whose first two bytes are at or below `low`; -1 when none is.
    private int floor(long start, int entryBytes, int count, char low) {
        int from = 0;
        int to = count;
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (memory.get(CHAR, start + middle * (long) entryBytes) <= low) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from - 1;
    }
}
