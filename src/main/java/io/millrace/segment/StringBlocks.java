package io.millrace.segment;

import java.io.IOException;
import java.util.Arrays;

/// Writes the blocks of a string dictionary ([TermsLayout]) string by string. Confined to one
/// thread.
final class StringBlocks implements AutoCloseable {
    private final SegmentOutput out;
    private final Spool starts = new Spool();
    private byte[] before = new byte[32];
    private int beforeLength;
    private int count;

    StringBlocks(SegmentOutput out) {
        this.out = out;
    }

    /// Appends a string above the one before.
    void add(byte[] bytes, int length) throws IOException {
        int shared = 0;
        if (count++ % TermsLayout.STRINGS_PER_BLOCK == 0) {
            starts.putLong(out.offset());
        } else {
            int mismatch = Arrays.mismatch(before, 0, beforeLength, bytes, 0, length);
            shared = mismatch < 0 ? length : mismatch;
            out.putVarint(shared);
        }
        out.putVarint(length - shared);
        out.putBytes(bytes, shared, length - shared);
        if (before.length < length) {
            before = Arrays.copyOf(before, Math.max(length, before.length * 2));
        }
        System.arraycopy(bytes, shared, before, shared, length - shared);
        beforeLength = length;
    }

    /// Writes where the blocks start, and returns where that stands.
    long end() throws IOException {
        starts.putLong(out.offset());
        return PackedWriter.writeRising(out, starts);
    }

    @Override
    public void close() {
        starts.close();
    }
}
