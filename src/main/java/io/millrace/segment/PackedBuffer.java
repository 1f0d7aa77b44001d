package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Takes bytes of packed arrays out of the map, so that many values are read from a plain array.
/// Overwritten by the next read; confined to one search.
///
/// Heap: 16 KiB.
public final class PackedBuffer {
    static final int BYTES = 1 << 14;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes = new byte[BYTES + 2 * Long.BYTES];

    /// Copies `count` bytes, at most [#BYTES] and those around a value.
    void fill(MemorySegment memory, long from, int count) {
        MemorySegment.copy(memory, SegmentLayout.BYTE, from, bytes, 0, count);
    }

    /// The 8 bytes from one on.
    long longAt(int at) {
        return (long) LONGS.get(bytes, at);
    }

    byte byteAt(int at) {
        return bytes[at];
    }
}
