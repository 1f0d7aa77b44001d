package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Reads an array that [PackedWriter] wrote, in place. Immutable.
final class PackedArray {
    /// Values are copied out together where no more bytes than these lie between two.
    private static final int COPIED_GAP_BYTES = 64;

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
        if (count == 0) {
            return;
        }
        long span = bytesBefore(indexes[count - 1]) - bytesBefore(indexes[0]);
        if (span > (long) count * COPIED_GAP_BYTES) {
            readApart(indexes, count, into);
            return;
        }
        int from = 0;
        while (from < count) {
            long start = bytesBefore(indexes[from]);
            int end = count;
            while (bytesBefore(indexes[end - 1]) - start > PackedBuffer.BYTES - Long.BYTES) {
                end = (from + end) >>> 1;
            }
            copy(indexes[from], indexes[end - 1], buffer);
            buffer.unpack(indexes, from, end, start, width, base, into);
            from = end;
        }
    }

    /// Loops so short that many values are on their way from memory at a time.
    private void readApart(int[] indexes, int count, long[] into) {
        if (width > PackedBuffer.EASY_WIDTH_MAX) {
            for (int i = 0; i < count; i++) {
                into[i] = get(indexes[i]);
            }
            return;
        }
        Objects.checkIndex(indexes[0], this.count);
        Objects.checkIndex(indexes[count - 1], this.count);
        for (int i = 0; i < count; i++) {
            long bit = (long) indexes[i] * width;
            long value = memory.get(SegmentLayout.LONG, bitsOffset + (bit >>> 3));
            into[i] = base + (value >>> (bit & 7) & mask);
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
            buffer.unpack(first, part, start, width, base, into, done);
            done += part;
        }
    }

    /// Reads the values of ranges of indexes, one range after the other, and returns how many.
    ///
    /// @param starts rising; of each range
    /// @param ends at or behind the starts, at or before the next one
    /// @param from the first of the ranges, to: behind the last
    /// @param into has room for all
    int read(long[] starts, long[] ends, int from, int to, long[] into, PackedBuffer buffer) {
        long touched = 0;
        for (int i = from; i < to; i++) {
            // Values far apart come from memory: many at a time here, one by one below.
            touched += memory.get(SegmentLayout.BYTE, bitsOffset + bytesBefore((int) starts[i]));
        }
        buffer.touched = touched;
        int done = 0;
        int next = from;
        while (next < to) {
            long start = bytesBefore((int) starts[next]);
            int end = next + 1;
            while (end < to
                    && bytesBefore((int) starts[end]) - bytesBefore((int) ends[end - 1])
                            <= COPIED_GAP_BYTES
                    && bytesBefore((int) ends[end]) - start <= PackedBuffer.BYTES - Long.BYTES) {
                end++;
            }
            int length = (int) (ends[end - 1] - starts[next]);
            if (bytesBefore((int) ends[end - 1]) - start > PackedBuffer.BYTES - Long.BYTES) {
                // One range, longer than the buffer.
                for (int i = 0; i < length; i++) {
                    into[done++] = get((int) starts[next] + i);
                }
            } else if (length > 0) {
                copy((int) starts[next], (int) ends[end - 1] - 1, buffer);
                for (int range = next; range < end; range++) {
                    int count = (int) (ends[range] - starts[range]);
                    buffer.unpack((int) starts[range], count, start, width, base, into, done);
                    done += count;
                }
            }
            next = end;
        }
        return done;
    }

    private void copy(int first, int last, PackedBuffer buffer) {
        Objects.checkIndex(first, count);
        Objects.checkIndex(last, count);
        long start = bytesBefore(first);
        // The padding lets the bytes behind the last value be read.
        int length =
                (int) (bytesBefore(last) - start)
                        + Long.BYTES
                        + (width > PackedBuffer.EASY_WIDTH_MAX ? 1 : 0);
        buffer.fill(memory, bitsOffset + start, length);
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
