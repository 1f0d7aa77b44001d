package io.millrace.segment;

import java.io.IOException;
import java.util.Arrays;
import java.util.BitSet;
import org.apache.lucene.util.ByteBlockPool;
import org.apache.lucene.util.Counter;
import org.roaringbitmap.RoaringBitmap;

/// A field of exact strings: the set of strings of each document. Confined to one thread.
final class KeywordFieldBuilder implements FieldBuilder {
    private final TermIds terms;

    /// Term ids in document order.
    private final IntList ids;

    private final DocumentRuns runs;

    KeywordFieldBuilder(ByteBlockPool pool, Counter ramBytes) {
        terms = new TermIds(pool, ramBytes);
        ids = new IntList(ramBytes);
        runs = new DocumentRuns(ramBytes);
    }

    @Override
    public void add(int document, AnalyzedField field, ByteList bytes) {
        int start = ids.size();
        for (int i = 0; i < field.offsets.size(); i++) {
            ids.add(terms.idOf(bytes, field.offsets.get(i), field.lengths.get(i)));
        }
        if (ids.size() - start > 1) {
            ids.sortDistinct(start);
        }
        runs.close(document, ids.size());
    }

    @Override
    public void write(SegmentOutput out, int field, BitSet deleted, int liveCount)
            throws IOException {
        int[] starts = runs.liveStarts(deleted, liveCount);
        if (starts[liveCount] == 0) {
            return;
        }
        int[] ordinals = liveIds(starts, deleted);
        TermIds.Sorted sorted = terms.sort(ordinals);
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] = sorted.ordinals()[ordinals[i]];
        }
        for (int document = 0; document < liveCount; document++) {
            if (starts[document + 1] - starts[document] > 1) {
                Arrays.sort(ordinals, starts[document], starts[document + 1]);
            }
        }
        ForwardIndex forward =
                new ForwardIndex(starts, ordinals, ForwardIndex.NO_FREQUENCIES, sorted.termCount());
        new TermsWriter(out)
                .write(
                        SegmentLayout.Kind.TERMS,
                        field,
                        sorted.dictionary(),
                        forward,
                        InvertedIndex.of(forward));
        ColumnWriter.write(out, field, starts, ordinals);
    }

    /// The live documents that have a value, as the segment will number them.
    RoaringBitmap present(BitSet deleted, int liveCount) {
        RoaringBitmap present = new RoaringBitmap();
        int[] starts = runs.liveStarts(deleted, liveCount);
        for (int live = 0; live < liveCount; live++) {
            if (starts[live + 1] > starts[live]) {
                present.add(live);
            }
        }
        return present;
    }

    private int[] liveIds(int[] starts, BitSet deleted) {
        if (deleted.isEmpty()) {
            return ids.toArray();
        }
        int liveCount = starts.length - 1;
        int[] live = new int[starts[liveCount]];
        int at = 0;
        int document = deleted.nextClearBit(0);
        for (int i = 0; i < liveCount; i++) {
            for (int id = runs.start(document); id < runs.end(document); id++) {
                live[at++] = ids.get(id);
            }
            document = deleted.nextClearBit(document + 1);
        }
        return live;
    }
}
