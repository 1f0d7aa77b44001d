package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// A set of documents that is looked at by windows of [DocumentWindow#DOCUMENTS], read in place
/// from a bitmap in Roaring's portable form. Immutable; valid as long as its segment is open.
///
/// Heap: 10 bytes a window that has a document.
public final class DocumentSet {
    static final ValueLayout.OfChar CHAR =
            ValueLayout.JAVA_CHAR_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int COOKIE_WITHOUT_RUNS = 12_346;
    private static final int COOKIE_WITH_RUNS = 12_347;

    /// Below so many windows, a bitmap with runs does not say where each begins.
    private static final int OFFSETS_FROM = 4;

    private static final int ARRAY_MAX = 4_096;
    private static final int WORDS_BYTES = 8_192;
    private static final char[] NO_WINDOWS = {};

    /// How a window's documents are written: their low 16 bits each, a bit for each that could be,
    /// or the first of each run and how many follow.
    enum Form {
        ARRAY,
        WORDS,
        RUNS
    }

    private final MemorySegment memory;
    private final char[] windows;
    private final long[] starts;
    private final Form[] forms;
    private final int[] counts;
    private final long cardinality;

    private DocumentSet(
            MemorySegment memory, char[] windows, long[] starts, Form[] forms, int[] counts) {
        this.memory = memory;
        this.windows = windows;
        this.starts = starts;
        this.forms = forms;
        this.counts = counts;
        long sum = 0;
        for (int count : counts) {
            sum += count;
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
        long runsAt = start + Integer.BYTES;
        long describedAt =
                hasRuns ? runsAt + (size + Byte.SIZE - 1) / Byte.SIZE : runsAt + Integer.BYTES;
        long offsetsAt = describedAt + (long) size * Integer.BYTES;
        boolean hasOffsets = !hasRuns || size >= OFFSETS_FROM;
        long next = offsetsAt + (hasOffsets ? (long) size * Integer.BYTES : 0);
        char[] windows = new char[size];
        long[] starts = new long[size];
        Form[] forms = new Form[size];
        int[] counts = new int[size];
        for (int i = 0; i < size; i++) {
            windows[i] = memory.get(CHAR, describedAt + (long) i * Integer.BYTES);
            counts[i] = memory.get(CHAR, describedAt + (long) i * Integer.BYTES + 2) + 1;
            boolean isRuns =
                    hasRuns
                            && (memory.get(SegmentLayout.BYTE, runsAt + i / Byte.SIZE)
                                                    >>> i % Byte.SIZE
                                            & 1)
                                    != 0;
            forms[i] = isRuns ? Form.RUNS : counts[i] > ARRAY_MAX ? Form.WORDS : Form.ARRAY;
            starts[i] = next;
            next +=
                    switch (forms[i]) {
                        case ARRAY -> (long) counts[i] * Character.BYTES;
                        case WORDS -> WORDS_BYTES;
                        case RUNS ->
                                Character.BYTES + (long) memory.get(CHAR, next) * Integer.BYTES;
                    };
        }
        return new DocumentSet(memory, windows, starts, forms, counts);
    }

    /// Copies a bitmap from wherever it lies.
    public static DocumentSet of(ImmutableRoaringBitmap bitmap) {
        if (bitmap.isEmpty()) {
            return new DocumentSet(
                    MemorySegment.NULL, NO_WINDOWS, new long[0], new Form[0], new int[0]);
        }
        byte[] bytes = new byte[bitmap.serializedSizeInBytes()];
        bitmap.serialize(ByteBuffer.wrap(bytes));
        return of(MemorySegment.ofArray(bytes), 0);
    }

    /// Of a few documents, which rise.
    static DocumentSet of(int[] documents) {
        MemorySegment memory = MemorySegment.ofArray(new byte[documents.length * Character.BYTES]);
        char[] windows = new char[documents.length];
        long[] starts = new long[documents.length];
        int[] counts = new int[documents.length];
        int size = 0;
        for (int i = 0; i < documents.length; i++) {
            char window = (char) (documents[i] >>> Character.SIZE);
            if (size == 0 || windows[size - 1] != window) {
                windows[size] = window;
                starts[size++] = (long) i * Character.BYTES;
            }
            counts[size - 1]++;
            memory.set(CHAR, (long) i * Character.BYTES, (char) documents[i]);
        }
        Form[] forms = new Form[size];
        Arrays.fill(forms, Form.ARRAY);
        return new DocumentSet(
                memory,
                Arrays.copyOf(windows, size),
                Arrays.copyOf(starts, size),
                forms,
                Arrays.copyOf(counts, size));
    }

    public long cardinality() {
        return cardinality;
    }

    public boolean contains(int document) {
        int at = find(document >>> Character.SIZE);
        if (at < 0) {
            return false;
        }
        char low = (char) document;
        return switch (forms[at]) {
            case WORDS ->
                    (memory.get(SegmentLayout.LONG, starts[at] + (low >>> 6) * (long) Long.BYTES)
                                            >>> low
                                    & 1)
                            != 0;
            case ARRAY -> {
                int found = floor(starts[at], Character.BYTES, counts[at], low);
                yield found >= 0 && charAt(starts[at], found) == low;
            }
            case RUNS -> {
                long runsAt = starts[at] + Character.BYTES;
                int found = floor(runsAt, Integer.BYTES, memory.get(CHAR, starts[at]), low);
                yield found >= 0
                        && low - memory.get(CHAR, runsAt + found * (long) Integer.BYTES)
                                <= memory.get(CHAR, runsAt + found * (long) Integer.BYTES + 2);
            }
        };
    }

    /// All of a small set, rising.
    public int[] toArray() {
        int[] all = new int[Math.toIntExact(cardinality)];
        int size = 0;
        for (int i = 0; i < windows.length; i++) {
            int base = windows[i] * DocumentWindow.DOCUMENTS;
            if (forms[i] == Form.ARRAY) {
                for (int at = 0; at < counts[i]; at++) {
                    all[size++] = base + charAt(starts[i], at);
                }
                continue;
            }
            DocumentWindow window = new DocumentWindow();
            window.load(this, windows[i]);
            int[] places = new int[counts[i]];
            window.places(0, places);
            for (int place : places) {
                all[size++] = base + place;
            }
        }
        return all;
    }

    /// Where a window is described, or below 0 when it has no document.
    int find(int window) {
        // Most sets have documents in every window.
        if (window < windows.length && windows[window] == window) {
            return window;
        }
        return Arrays.binarySearch(windows, (char) window);
    }

    MemorySegment memory() {
        return memory;
    }

    Form form(int at) {
        return forms[at];
    }

    int count(int at) {
        return counts[at];
    }

    long start(int at) {
        return starts[at];
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
