package io.millrace.segment;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.lucene.util.Counter;

/// A field of numbers: ordered longs, distinct and rising within a document. Confined to one
/// thread.
final class NumberFieldBuilder implements FieldBuilder {
    private final LongList values;
    private final DocumentRuns runs;

    NumberFieldBuilder(Counter ramBytes) {
        values = new LongList(ramBytes);
        runs = new DocumentRuns(ramBytes);
    }

    @Override
    public void add(int document, AnalyzedField field, ByteList bytes) {
        LongList numbers = field.numbers;
        numbers.sortRange(0, numbers.size());
        for (int i = 0; i < numbers.size(); i++) {
            if (i == 0 || numbers.get(i) != numbers.get(i - 1)) {
                values.add(numbers.get(i));
            }
        }
        runs.close(document, values.size());
    }

    @Override
    public void write(SegmentOutput out, int field, BitSet deleted, int liveCount)
            throws IOException {
        int[] starts = runs.liveStarts(deleted, liveCount);
        if (starts[liveCount] == 0) {
            return;
        }
        long[] live = liveValues(starts, deleted);
        long[] distinct = live.clone();
        Arrays.sort(distinct);
        int termCount = 0;
        for (int i = 0; i < distinct.length; i++) {
            if (i == 0 || distinct[i] != distinct[i - 1]) {
                distinct[termCount++] = distinct[i];
            }
        }
        int[] ordinals = new int[live.length];
        for (int i = 0; i < live.length; i++) {
            ordinals[i] = Arrays.binarySearch(distinct, 0, termCount, live[i]);
        }
        ForwardIndex forward =
                new ForwardIndex(starts, ordinals, ForwardIndex.NO_FREQUENCIES, termCount);
        new TermsWriter(out)
                .write(
                        SegmentLayout.Kind.TERMS,
                        field,
                        TermsWriter.numbers(distinct, termCount),
                        forward,
                        InvertedIndex.of(forward));
        ColumnWriter.write(out, field, starts, live);
    }

    private long[] liveValues(int[] starts, BitSet deleted) {
        int liveCount = starts.length - 1;
        if (deleted.isEmpty()) {
            return values.toArray();
        }
        long[] live = new long[starts[liveCount]];
        int at = 0;
        int document = deleted.nextClearBit(0);
        for (int i = 0; i < liveCount; i++) {
            for (int value = runs.start(document); value < runs.end(document); value++) {
                live[at++] = values.get(value);
            }
            document = deleted.nextClearBit(document + 1);
        }
        return live;
    }
}
