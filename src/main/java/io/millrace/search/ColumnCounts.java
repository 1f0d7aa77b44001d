package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.TermsReader;

/// Counts the terms of the documents of a slice by reading its column, for many documents at a
/// time.
final class ColumnCounts {

    private ColumnCounts() {}

    /// @param expected how many values they have, about
    static OrdinalCounts of(FieldSlice slice, long expected) {
        TermsReader terms = slice.terms();
        OrdinalCounts counts = OrdinalCounts.of(terms.termCount(), expected);
        if (slice.isNumeric()) {
            LongCounts.of(slice)
                    .forEach((number, documents) -> counts.add(terms.find(number), documents));
            return counts;
        }
        ColumnReader column = slice.column();
        ValueBatch batch = slice.documents().scratch().valueBatch;
        int[] documents = batch.documents;
        int size;
        for (int from = 0; ; from = documents[size - 1]) {
            size = slice.documents().next(from, documents);
            if (size == 0) {
                return counts;
            }
            SearchBudget.current().spend(size);
            if (column.isOneEach()) {
                column.values(documents, size, batch.values, batch.buffer);
                counts.add(batch.values, size);
                documents[size - 1]++;
                continue;
            }
            column.starts(documents, size, batch.starts, batch.buffer);
            for (int i = 0; i < size; i++) {
                documents[i]++;
            }
            column.starts(documents, size, batch.ends, batch.buffer);
            count(column, batch, size, counts);
        }
    }

    /// Counts the values of ranges of places.
    private static void count(
            ColumnReader column, ValueBatch batch, int ranges, OrdinalCounts counts) {
        long[] starts = batch.starts;
        long[] ends = batch.ends;
        long[] values = batch.values;
        int from = 0;
        while (from < ranges) {
            int to = from;
            long fitting = 0;
            while (to < ranges && fitting + ends[to] - starts[to] <= values.length) {
                fitting += ends[to] - starts[to];
                to++;
            }
            if (to > from) {
                counts.add(values, column.values(starts, ends, from, to, values, batch.buffer));
                from = to;
                continue;
            }
            // One document with more values than are read together.
            column.values((int) starts[from], values.length, values, batch.buffer);
            counts.add(values, values.length);
            starts[from] += values.length;
        }
    }
}
