package io.millrace.segment;

import java.io.IOException;

/// Writes arrays as [PackedLayout] draws them, whole ones or value by value. Confined to one
/// thread.
final class PackedWriter {
    private final SegmentOutput out;
    private final BitWriter bits;
    private final long start;
    private final long base;
    private final int width;

    /// Begins an array whose values come by [#add].
    ///
    /// @param min the least value there will be, 0 for no values
    /// @param max the largest value there will be
    PackedWriter(SegmentOutput out, long min, long max, int count) throws IOException {
        this.out = out;
        bits = new BitWriter(out);
        base = min;
        width = PackedLayout.widthOf(max - min);
        out.align();
        start = out.offset();
        out.putLong(base);
        out.putInt(count);
        out.putInt(width);
    }

    void add(long value) throws IOException {
        bits.add(value - base, width);
    }

    /// Ends the array and returns where in the section it starts.
    long end() throws IOException {
        bits.finish();
        for (int i = 0; i < PackedLayout.PADDING_BYTES; i++) {
            out.putByte(0);
        }
        out.align();
        return start;
    }

    /// Writes the first `count` values and returns where in the section they start.
    static long write(SegmentOutput out, long[] values, int count) throws IOException {
        long min = count == 0 ? 0 : Long.MAX_VALUE;
        long max = count == 0 ? 0 : Long.MIN_VALUE;
        for (int i = 0; i < count; i++) {
            min = Math.min(min, values[i]);
            max = Math.max(max, values[i]);
        }
        PackedWriter writer = new PackedWriter(out, min, max, count);
        for (int i = 0; i < count; i++) {
            writer.add(values[i]);
        }
        return writer.end();
    }

    /// As above, for values that are not negative: the base is 0.
    static long write(SegmentOutput out, int[] values, int count) throws IOException {
        int max = 0;
        for (int i = 0; i < count; i++) {
            max = Math.max(max, values[i]);
        }
        PackedWriter writer = new PackedWriter(out, 0, max, count);
        for (int i = 0; i < count; i++) {
            writer.add(values[i]);
        }
        return writer.end();
    }

    /// Writes ints from a spool, none of them negative.
    static long writeInts(SegmentOutput out, Spool values, int max) throws IOException {
        int count = Math.toIntExact(values.sizeBytes() / Integer.BYTES);
        PackedWriter writer = new PackedWriter(out, 0, max, count);
        for (int i = 0; i < count; i++) {
            writer.add(values.getInt(i));
        }
        return writer.end();
    }

    /// Writes rising longs from a spool.
    static long writeRising(SegmentOutput out, Spool values) throws IOException {
        int count = Math.toIntExact(values.sizeBytes() / Long.BYTES);
        long min = count == 0 ? 0 : values.getLong(0);
        long max = count == 0 ? 0 : values.getLong(count - 1);
        PackedWriter writer = new PackedWriter(out, min, max, count);
        for (int i = 0; i < count; i++) {
            writer.add(values.getLong(i));
        }
        return writer.end();
    }
}
