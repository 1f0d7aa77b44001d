package io.millrace.segment;

import java.io.IOException;

/// Appends integers of any width up to 64 bits without gaps, lowest bit first. Confined to one
/// thread.
final class BitWriter {
    private final SegmentOutput out;
    private long pending;
    private int pendingBits;

    BitWriter(SegmentOutput out) {
        this.out = out;
    }

    /// Appends the lowest `width` bits of `value`; the others are zero.
    void add(long value, int width) throws IOException {
        assert width == Long.SIZE || value >>> width == 0 : value + " in " + width + " bits";
        if (width == 0) {
            return;
        }
        pending |= value << pendingBits;
        int bits = pendingBits + width;
        if (bits < Long.SIZE) {
            pendingBits = bits;
            return;
        }
        out.putLong(pending);
        int taken = Long.SIZE - pendingBits;
        pending = taken == Long.SIZE ? 0 : value >>> taken;
        pendingBits = bits - Long.SIZE;
    }

    /// Fills up the last byte with zero bits.
    void finish() throws IOException {
        for (; pendingBits > 0; pendingBits -= Byte.SIZE) {
            out.putByte((int) pending);
            pending >>>= Byte.SIZE;
        }
        pending = 0;
        pendingBits = 0;
    }
}
