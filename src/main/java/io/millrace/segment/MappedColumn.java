package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads a column section in place ([ColumnLayout]). Immutable.
final class MappedColumn implements ColumnReader {
    private final PackedArray values;

    /// Null when every document has exactly one value.
    private final @Nullable PackedArray starts;

    MappedColumn(MemorySegment section, int documentCount) {
        long tail = section.byteSize() - ColumnLayout.TAIL_BYTES;
        values =
                new PackedArray(
                        section,
                        section.get(SegmentLayout.LONG, tail + ColumnLayout.TAIL_VALUES_OFFSET));
        long startsOffset = section.get(SegmentLayout.LONG, tail + ColumnLayout.TAIL_STARTS_OFFSET);
        starts =
                startsOffset == ColumnLayout.NO_STARTS
                        ? null
                        : new PackedArray(section, startsOffset);
        boolean fits =
                starts == null
                        ? values.count() == documentCount
                        : starts.count() == documentCount + 1
                                && starts.get(documentCount) == values.count();
        if (!fits) {
            throw new MillraceException.Corrupt(
                    "column of %d values does not fit %d documents"
                            .formatted(values.count(), documentCount));
        }
    }

    @Override
    public int valueCount(int document) {
        if (starts == null) {
            Objects.checkIndex(document, values.count());
            return 1;
        }
        return (int) (starts.get(document + 1) - starts.get(document));
    }

    @Override
    public int start(int document) {
        return starts == null ? document : starts.getInt(document);
    }

    @Override
    public long valueAt(int index) {
        return values.get(index);
    }

    @Override
    public boolean isOneEach() {
        return starts == null;
    }

    @Override
    public void values(int[] places, int count, long[] into, PackedBuffer buffer) {
        values.read(places, count, into, buffer);
    }

    @Override
    public void values(int from, int count, long[] into, PackedBuffer buffer) {
        values.read(from, count, into, buffer);
    }

    @Override
    public int values(
            long[] starts, long[] ends, int from, int to, long[] into, PackedBuffer buffer) {
        return values.read(starts, ends, from, to, into, buffer);
    }

    @Override
    public void starts(int[] documents, int count, long[] into, PackedBuffer buffer) {
        if (starts == null) {
            for (int i = 0; i < count; i++) {
                into[i] = documents[i];
            }
        } else {
            starts.read(documents, count, into, buffer);
        }
    }

    @Override
    public long value(int document, int i) {
        if (starts == null) {
            Objects.checkIndex(i, 1);
            return values.get(document);
        }
        Objects.checkIndex(i, valueCount(document));
        return values.get(starts.getInt(document) + i);
    }
}
