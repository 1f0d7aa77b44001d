package io.millrace.segment;

import java.util.BitSet;
import org.apache.lucene.util.Counter;

/// Which of a field's values, kept in one list in document order, belong to which document of a
/// builder. A document that was never closed has none. Confined to one thread.
final class DocumentRuns {
    private final IntList ends;

    DocumentRuns(Counter ramBytes) {
        ends = new IntList(ramBytes);
    }

    /// Ends the values of a document, which is the newest, at the list's size.
    void close(int document, int valueCount) {
        int before = last();
        while (ends.size() < document) {
            ends.add(before);
        }
        ends.add(valueCount);
    }

    int start(int document) {
        return document == 0 ? 0 : end(document - 1);
    }

    int end(int document) {
        return document < ends.size() ? ends.get(document) : last();
    }

    /// Where the values of each live document start when those of deleted ones are left out, and
    /// where the last one's end.
    int[] liveStarts(BitSet deleted, int liveCount) {
        int[] starts = new int[liveCount + 1];
        int document = deleted.nextClearBit(0);
        for (int live = 0; live < liveCount; live++) {
            starts[live + 1] = starts[live] + end(document) - start(document);
            document = deleted.nextClearBit(document + 1);
        }
        return starts;
    }

    private int last() {
        return ends.size() == 0 ? 0 : ends.get(ends.size() - 1);
    }
}
