package io.millrace.search;

import io.millrace.segment.ColumnReader;
import java.util.Arrays;
import org.roaringbitmap.BatchIterator;

/// How many documents hold each number of a column. Confined to one search.
final class LongCounts {
    private long[] numbers = new long[64];
    private int[] counts = new int[64];
    private int used;

    private LongCounts() {}

    interface Visitor {
        void visit(long number, int documents);
    }

    /// What the documents of a slice hold; as doubles where the column is widened to those.
    static LongCounts of(FieldSlice slice) {
        LongCounts counts = new LongCounts();
        ColumnReader column = slice.column();
        BatchIterator batches = slice.documents().bitmap().getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int size = batches.nextBatch(batch);
            SearchBudget.current().spend(size);
            for (int i = 0; i < size; i++) {
                int start = column.start(batch[i]);
                int end = column.start(batch[i] + 1);
                long before = 0;
                for (int at = start; at < end; at++) {
                    long value = column.valueAt(at);
                    long number = slice.isWidened() ? Widening.ordered(value) : value;
                    // Several longs of a document may be one double.
                    if (at == start || number != before) {
                        counts.add(number);
                    }
                    before = number;
                }
            }
        }
        return counts;
    }

    /// The numbers that were met, rising.
    long[] rising() {
        long[] met = new long[used];
        int at = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                met[at++] = numbers[i];
            }
        }
        Arrays.sort(met);
        return met;
    }

    int get(long number) {
        return counts[slot(number)];
    }

    void forEach(Visitor visitor) {
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                visitor.visit(numbers[i], counts[i]);
            }
        }
    }

    private void add(long number) {
        int at = slot(number);
        if (counts[at] == 0) {
            if (used + 1 > counts.length / 2) {
                grow();
                at = slot(number);
            }
            numbers[at] = number;
            used++;
        }
        counts[at]++;
    }

    private int slot(long number) {
        int at = (int) (number * 0x9E3779B97F4A7C15L >>> 33) & (counts.length - 1);
        while (counts[at] != 0 && numbers[at] != number) {
            at = (at + 1) & (counts.length - 1);
        }
        return at;
    }

    private void grow() {
        long[] oldNumbers = numbers;
        int[] oldCounts = counts;
        SearchBudget.current().hold((long) (Long.BYTES + Integer.BYTES) * oldCounts.length);
        numbers = new long[2 * oldNumbers.length];
        counts = new int[numbers.length];
        for (int i = 0; i < oldCounts.length; i++) {
            if (oldCounts[i] > 0) {
                int at = slot(oldNumbers[i]);
                numbers[at] = oldNumbers[i];
                counts[at] = oldCounts[i];
            }
        }
    }
}
