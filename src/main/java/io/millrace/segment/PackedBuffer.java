package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Takes bytes of packed arrays out of the map, so that many values are read from a plain array.
/// Overwritten by the next read; confined to one search at a time.
///
/// Heap: 16 KiB.
public final class PackedBuffer {
    static final int BYTES = 1 << 14;

    /// Such a value lies in 8 bytes, wherever it begins.
    static final int EASY_WIDTH_MAX = 57;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Whatever was looked at ahead, so that the compiler does not leave that away.
    long touched;

    private final byte[] bytes = new byte[BYTES + 2 * Long.BYTES];

    /// Copies `count` bytes, at most [#BYTES] and those around a value.
    void fill(MemorySegment memory, long from, int count) {
        MemorySegment.copy(memory, SegmentLayout.BYTE, from, bytes, 0, count);
    }

    /// Reads neighbouring values of a packed array.
    ///
    /// @param first index of the first value
    /// @param start bytes of the array before those copied
    /// @param at where the first value goes
    void unpack(int first, int count, long start, int width, long base, long[] into, int at) {
        long bit = (long) first * width - start * Byte.SIZE;
        if (width > EASY_WIDTH_MAX) {
            for (int i = 0; i < count; i++, bit += width) {
                into[at + i] = base + wide(bit, width);
            }
            return;
        }
        byte[] from = bytes;
        long mask = mask(width);
        for (int i = 0; i < count; i++, bit += width) {
            into[at + i] = base + ((long) LONGS.get(from, (int) (bit >>> 3)) >>> (bit & 7) & mask);
        }
    }

    /// Reads values of a packed array by some of their indexes.
    ///
    /// @param from of the indexes and of what is read, to: behind them
    /// @param start as above
    void unpack(int[] indexes, int from, int to, long start, int width, long base, long[] into) {
        long before = start * Byte.SIZE;
        if (width > EASY_WIDTH_MAX) {
            for (int i = from; i < to; i++) {
                into[i] = base + wide((long) indexes[i] * width - before, width);
            }
            return;
        }
        byte[] copied = bytes;
        long mask = mask(width);
        for (int i = from; i < to; i++) {
            long bit = (long) indexes[i] * width - before;
            into[i] = base + ((long) LONGS.get(copied, (int) (bit >>> 3)) >>> (bit & 7) & mask);
        }
    }

    private long wide(long bit, int width) {
        int at = (int) (bit >>> 3);
        int shift = (int) (bit & 7);
        long value = (long) LONGS.get(bytes, at) >>> shift;
        if (shift + width > Long.SIZE) {
            value |= (long) bytes[at + Long.BYTES] << (Long.SIZE - shift);
        }
        return value & mask(width);
    }

    private static long mask(int width) {
        return width == 0 ? 0 : -1L >>> (Long.SIZE - width);
    }
}
