package io.millrace.segment;

import java.io.IOException;

/// Writes arrays as [PackedLayout] draws them.
final class PackedWriter {
    private PackedWriter() {}

    /// Writes the first `count` values and returns where in the section they start.
    static long write(SegmentOutput out, long[] values, int count) throws IOException {
        long min = count == 0 ? 0 : Long.MAX_VALUE;
        long max = count == 0 ? 0 : Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            min = Math.min(min, values[i]);
            max = Math.max(max, values[i]);
        }
        int width = PackedLayout.widthOf(max - min);
        long start = begin(out, min, count, width);
        BitWriter bits = new BitWriter(out);
        for (int i = 0; i < count; i++) {
            bits.add(values[i] - min, width);
        }
        end(out, bits);
        return start;
    }

    /// As above, for values that are not negative: the base is 0.
    static long write(SegmentOutput out, int[] values, int count) throws IOException {
        int max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i]);
        }
        int width = PackedLayout.widthOf(max);
        long start = begin(out, 0, count, width);
        BitWriter bits = new BitWriter(out);
        for (int i = 0; i < count; i++) {
            bits.add(values[i], width);
        }
        end(out, bits);
        return start;
    }

    private static long begin(SegmentOutput out, long base, int count, int width)
            throws IOException {
        out.align();
        long start = out.offset();
        out.putLong(base);
        out.putInt(count);
        out.putInt(width);
        return start;
    }

    private static void end(SegmentOutput out, BitWriter bits) throws IOException {
        bits.finish();
        for (int i = 0; i < PackedLayout.PADDING_BYTES; i++) {
            out.putByte(0);
        }
        out.align();
    }
}
