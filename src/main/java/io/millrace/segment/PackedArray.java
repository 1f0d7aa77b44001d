package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Reads an array that [PackedWriter] wrote, in place. Immutable.
final class PackedArray {
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
