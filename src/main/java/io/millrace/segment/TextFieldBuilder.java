package io.millrace.segment;

import java.io.IOException;
import java.util.BitSet;
import org.apache.lucene.util.ByteBlockPool;
import org.apache.lucene.util.Counter;
import org.apache.lucene.util.SmallFloat;

/// A field of analyzed text: the terms of each document with their frequencies, and its length.
/// Confined to one thread.
final class TextFieldBuilder implements FieldBuilder {
    /// Where the terms go in the file.
    private final SegmentLayout.Kind kind;

    private final TermIds terms;

    /// Per term of a document: its id twice, plus one if the next entry is its frequency; without
    /// one the term stands there once. In document order.
    private final IntList entries;

    private final DocumentRuns runs;

    /// By document, as far as one had the field.
    private final ByteList norms;

    private final IntList scratch;

    TextFieldBuilder(SegmentLayout.Kind kind, ByteBlockPool pool, Counter ramBytes) {
        this.kind = kind;
        terms = new TermIds(pool, ramBytes);
        entries = new IntList(ramBytes);
        runs = new DocumentRuns(ramBytes);
        norms = new ByteList(ramBytes);
        scratch = new IntList(ramBytes);
    }

    @Override
    public void add(int document, AnalyzedField field, ByteList bytes) {
        scratch.clear();
        for (int i = 0; i < field.termOffsets.size(); i++) {
            scratch.add(terms.idOf(bytes, field.termOffsets.get(i), field.termLengths.get(i)));
        }
        scratch.sortRange(0, scratch.size());
        int from = 0;
        while (from < scratch.size()) {
            int id = scratch.get(from);
            int to = from + 1;
            while (to < scratch.size() && scratch.get(to) == id) {
                to++;
            }
            if (to - from == 1) {
                entries.add(id << 1);
            } else {
                entries.add(id << 1 | 1);
                entries.add(to - from);
            }
            from = to;
        }
        runs.close(document, entries.size());
        while (norms.size() < document) {
            norms.add((byte) 0);
        }
        norms.add(SmallFloat.intToByte4(field.textLength));
    }

    @Override
    public void write(SegmentOutput out, int field, BitSet deleted, int liveCount)
            throws IOException {
        int[] entryStarts = runs.liveStarts(deleted, liveCount);
        if (entryStarts[liveCount] == 0) {
            return;
        }
        int[] starts = new int[liveCount + 1];
        IntList ids = new IntList(Counter.newCounter());
        IntList frequencies = new IntList(Counter.newCounter());
        byte[] liveNorms = new byte[liveCount];
        int documentsWithField = 0;
        int document = deleted.nextClearBit(0);
        for (int live = 0; live < liveCount; live++) {
            for (int at = runs.start(document); at < runs.end(document); at++) {
                int entry = entries.get(at);
                ids.add(entry >>> 1);
                frequencies.add((entry & 1) == 0 ? 1 : entries.get(++at));
            }
            starts[live + 1] = ids.size();
            documentsWithField += starts[live + 1] > starts[live] ? 1 : 0;
            liveNorms[live] = document < norms.size() ? norms.array()[document] : 0;
            document = deleted.nextClearBit(document + 1);
        }
        int[] ordinals = ids.toArray();
        TermIds.Sorted sorted = terms.sort(ordinals);
        for (int i = 0; i < ordinals.length; i++) {
            ordinals[i] = sorted.ordinals()[ordinals[i]];
        }
        // Terms need no order within a document here: only their documents are written.
        ForwardIndex forward =
                new ForwardIndex(starts, ordinals, frequencies.toArray(), sorted.termCount());
        InvertedIndex inverted = InvertedIndex.of(forward);
        new TermsWriter(out).write(kind, field, sorted.dictionary(), forward, inverted);
        PostingsWriter.write(out, field, inverted, documentsWithField);
        out.begin();
        out.putBytes(liveNorms);
        out.end(SegmentLayout.Kind.NORMS, field);
    }
}
