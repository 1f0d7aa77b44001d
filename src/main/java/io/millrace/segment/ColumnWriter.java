package io.millrace.segment;

import java.io.IOException;

/// Writes a column section as [ColumnLayout] draws it.
final class ColumnWriter {
    private ColumnWriter() {}

    /// @param starts where the values of each document start, and the end
    static void write(SegmentOutput out, int field, int[] starts, long[] values)
            throws IOException {
        out.begin();
        long valuesOffset = PackedWriter.write(out, values, values.length);
        end(out, field, starts, valuesOffset);
    }

    /// As above, for ordinals.
    static void write(SegmentOutput out, int field, int[] starts, int[] ordinals)
            throws IOException {
        out.begin();
        long valuesOffset = PackedWriter.write(out, ordinals, ordinals.length);
        end(out, field, starts, valuesOffset);
    }

    private static void end(SegmentOutput out, int field, int[] starts, long valuesOffset)
            throws IOException {
        long startsOffset = ColumnLayout.NO_STARTS;
        if (!isOneEach(starts)) {
            startsOffset = PackedWriter.write(out, starts, starts.length);
        }
        out.putLong(valuesOffset);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.COLUMN, field);
    }

    private static boolean isOneEach(int[] starts) {
        for (int i = 0; i < starts.length; i++) {
            if (starts[i] != i) {
                return false;
            }
        }
        return true;
    }
}
