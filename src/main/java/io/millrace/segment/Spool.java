package io.millrace.segment;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// Bytes outside the heap that are appended one after another and read back: what a rewrite learns
/// about its output while it writes something else. Ints only or longs only may be read by index.
/// Confined to one thread.
final class Spool implements AutoCloseable {
    private static final int CHUNK_SHIFT = 20;
    private static final int CHUNK_BYTES = 1 << CHUNK_SHIFT;
    private static final int CHUNK_MASK = CHUNK_BYTES - 1;

    /// The first chunk starts with this and doubles: most spools of small merges never need more,
    /// and clearing memory is most of what they would cost.
    private static final int FIRST_BYTES = 4 << 10;

    private final Arena arena = Arena.ofConfined();
    private final List<MemorySegment> chunks = new ArrayList<>();
    private long capacityBytes;
    private long sizeBytes;

    long sizeBytes() {
        return sizeBytes;
    }

    void putByte(int value) {
        room().set(SegmentLayout.BYTE, sizeBytes & CHUNK_MASK, (byte) value);
        sizeBytes++;
    }

    void putInt(int value) {
        room().set(SegmentLayout.INT, sizeBytes & CHUNK_MASK, value);
        sizeBytes += Integer.BYTES;
    }

    void putLong(long value) {
        room().set(SegmentLayout.LONG, sizeBytes & CHUNK_MASK, value);
        sizeBytes += Long.BYTES;
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    void putVarint(int value) {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            putByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    /// The i-th of ints.
    int getInt(long index) {
        long at = index * Integer.BYTES;
        return chunk(at).get(SegmentLayout.INT, at & CHUNK_MASK);
    }

    /// The i-th of longs.
    long getLong(long index) {
        long at = index * Long.BYTES;
        return chunk(at).get(SegmentLayout.LONG, at & CHUNK_MASK);
    }

    Reader reader() {
        return new Reader();
    }

    @Override
    public void close() {
        arena.close();
    }

    private MemorySegment chunk(long at) {
        assert at < sizeBytes : at + " of " + sizeBytes;
        return chunks.get((int) (at >>> CHUNK_SHIFT));
    }

    private MemorySegment room() {
        if (sizeBytes + Long.BYTES > capacityBytes) {
            grow();
        }
        return chunks.get((int) (sizeBytes >>> CHUNK_SHIFT));
    }

    private void grow() {
        if (chunks.isEmpty()) {
            chunks.add(arena.allocate(FIRST_BYTES, Long.BYTES));
            capacityBytes = FIRST_BYTES;
        } else if (capacityBytes < CHUNK_BYTES) {
            MemorySegment larger = arena.allocate(2 * capacityBytes, Long.BYTES);
            larger.copyFrom(chunks.getFirst());
            chunks.set(0, larger);
            capacityBytes = larger.byteSize();
        } else {
            chunks.add(arena.allocate(CHUNK_BYTES, Long.BYTES));
            capacityBytes += CHUNK_BYTES;
        }
    }

    /// Reads varints from the first on.
    final class Reader {
        private long at;

        int varint() {
            int value = 0;
            for (int shift = 0; shift < Integer.SIZE; shift += 7) {
                byte b = chunk(at).get(SegmentLayout.BYTE, at & CHUNK_MASK);
                at++;
                value |= (b & 0x7F) << shift;
                if (b >= 0) {
                    break;
                }
            }
            return value;
        }
    }
}
