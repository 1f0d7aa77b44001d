package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Reads an array that [PackedWriter] wrote, in place. Immutable.
final class PackedArray {
    /// Where so few values lie together, each is read in place.
    private static final int COPIED_VALUES_MIN = 8;

    private static final int COPIED_GAP_BYTES = 64;

    /// Such a value lies in 8 bytes, wherever it begins.
    private static final int EASY_WIDTH_MAX = 57;

    private final MemorySegment memory;
    private final long bitsOffset;
    private final long base;
    private final int count;
    private final int width;
    private final long mask;

    /// @param offset where in the section the array starts
    /// @throws MillraceException.Corrupt when it does not lie in the section
    PackedArray(MemorySegment section, long offset) {
        long rest = section.byteSize() - offset;
        if (offset < 0 || rest < PackedLayout.BITS_OFFSET) {
            throw new MillraceException.Corrupt(
                    "packed array at " + offset + " past " + section.byteSize());
        }
        memory = section;
        base = section.get(SegmentLayout.LONG, offset + PackedLayout.BASE_OFFSET);
        count = section.get(SegmentLayout.INT, offset + PackedLayout.COUNT_OFFSET);
        width = section.get(SegmentLayout.INT, offset + PackedLayout.WIDTH_OFFSET);
        if (count < 0
                || width < 0
                || width > Long.SIZE
                || PackedLayout.lengthBytes(count, width) > rest) {
            throw new MillraceException.Corrupt(
                    "packed array of %d values of %d bits in %d bytes"
                            .formatted(count, width, rest));
        }
        mask = width == 0 ? 0 : -1L >>> (Long.SIZE - width);
        bitsOffset = offset + PackedLayout.BITS_OFFSET;
    }

    int count() {
        return count;
    }

    long get(int index) {
        Objects.checkIndex(index, count);
        long bit = (long) index * width;
        long at = bitsOffset + (bit >>> 3);
        int shift = (int) (bit & 7);
        long value = memory.get(SegmentLayout.LONG, at) >>> shift;
        if (shift + width > Long.SIZE) {
            value |= (long) memory.get(SegmentLayout.BYTE, at + Long.BYTES) << (Long.SIZE - shift);
        }
        return base + (value & mask);
    }

    /// Reads the values of many indexes.
    ///
    /// @param indexes rising
    /// @param count of them
    void read(int[] indexes, int count, long[] into, PackedBuffer buffer) {
        int from = 0;
        while (from < count) {
            long start = bytesBefore(indexes[from]);
            int end = from + 1;
            // As many as lie so close together that copying what is between them pays.
            while (end < count
                    && bytesBefore(indexes[end]) - bytesBefore(indexes[end - 1]) <= COPIED_GAP_BYTES
                    && bytesBefore(indexes[end]) - start <= PackedBuffer.BYTES - Long.BYTES) {
                end++;
            }
            if (end - from < COPIED_VALUES_MIN) {
                for (int i = from; i < end; i++) {
                    into[i] = get(indexes[i]);
                }
            } else {
                copy(indexes[from], indexes[end - 1], buffer);
                for (int i = from; i < end; i++) {
                    into[i] = copied(indexes[i], start, buffer);
                }
            }
            from = end;
        }
    }

    /// Reads the values of neighbouring indexes.
    void read(int from, int count, long[] into, PackedBuffer buffer) {
        int done = 0;
        while (done < count) {
            int first = from + done;
            int most = width == 0 ? count : (PackedBuffer.BYTES - Long.BYTES) * Byte.SIZE / width;
            int part = Math.min(count - done, most);
            copy(first, first + part - 1, buffer);
            long start = bytesBefore(first);
            for (int i = 0; i < part; i++) {
                into[done + i] = copied(first + i, start, buffer);
            }
            done += part;
        }
    }

    private void copy(int first, int last, PackedBuffer buffer) {
        Objects.checkIndex(first, count);
        Objects.checkIndex(last, count);
        long start = bytesBefore(first);
        // The padding lets the bytes behind the last value be read.
        int length =
                (int) (bytesBefore(last) - start) + Long.BYTES + (width > EASY_WIDTH_MAX ? 1 : 0);
        buffer.fill(memory, bitsOffset + start, length);
    }

    private long copied(int index, long start, PackedBuffer buffer) {
        long bit = (long) index * width;
        int at = (int) ((bit >>> 3) - start);
        int shift = (int) (bit & 7);
        long value = buffer.longAt(at) >>> shift;
        if (shift + width > Long.SIZE) {
            value |= (long) buffer.byteAt(at + Long.BYTES) << (Long.SIZE - shift);
        }
        return base + (value & mask);
    }

    private long bytesBefore(int index) {
        return (long) index * width >>> 3;
    }

    /// A value that fits an int by what it stands for: an ordinal, a count.
    int getInt(int index) {
        return (int) get(index);
    }

    /// The first index in a rising array whose value is at or above `target`; [#count] when there
    /// is none.
    int ceiling(long target) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (get(middle) < target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /// The last index in a rising array whose value is at or below `target`; -1 when there is none.
    int floor(long target) {
        int above = target == Long.MAX_VALUE ? count : ceiling(target + 1);
        return above - 1;
    }
}
