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

    private final boolean keepsPositions;
    private final TermIds terms;

    /// Per term of a document: its id twice, plus one if the next entry is its frequency; without
    /// one the term stands there once. In document order.
    private final IntList entries;

    private final DocumentRuns runs;

    /// By document, as far as one had the field.
    private final ByteList norms;

    /// Per term of a document, in the order of the entries: its first position, and how far each
    /// further one lies behind the one before. Numbers of seven bits a byte, as in
    /// [SegmentOutput#putVarint].
    private final ByteList positions;

    private final DocumentRuns positionRuns;

    /// Id in the upper half, position in the lower one.
    private final LongList scratch;

    TextFieldBuilder(
            SegmentLayout.Kind kind, boolean keepsPositions, ByteBlockPool pool, Counter ramBytes) {
        this.kind = kind;
        this.keepsPositions = keepsPositions;
        terms = new TermIds(pool, ramBytes);
        entries = new IntList(ramBytes);
        runs = new DocumentRuns(ramBytes);
        norms = new ByteList(ramBytes);
        positions = new ByteList(ramBytes);
        positionRuns = new DocumentRuns(ramBytes);
        scratch = new LongList(ramBytes);
    }

    @Override
    public void add(int document, AnalyzedField field, ByteList bytes) {
        scratch.clear();
        for (int i = 0; i < field.termOffsets.size(); i++) {
            int id = terms.idOf(bytes, field.termOffsets.get(i), field.termLengths.get(i));
            scratch.add((long) id << Integer.SIZE | field.termPositions.get(i));
        }
        scratch.sortRange(0, scratch.size());
        int from = 0;
        while (from < scratch.size()) {
            int id = (int) (scratch.get(from) >>> Integer.SIZE);
            int to = from;
            int before = 0;
            while (to < scratch.size() && (int) (scratch.get(to) >>> Integer.SIZE) == id) {
                int position = (int) scratch.get(to++);
                addPosition(position - before);
                before = position;
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
        positionRuns.close(document, positions.size());
        while (norms.size() < document) {
            norms.add((byte) 0);
        }
        norms.add(SmallFloat.intToByte4(field.textLength));
    }

    private void addPosition(int step) {
        if (!keepsPositions) {
            return;
        }
        int rest = step;
        while ((rest & ~0x7F) != 0) {
            positions.add((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        positions.add((byte) rest);
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
        IntList positionsAt = new IntList(Counter.newCounter());
        byte[] liveNorms = new byte[liveCount];
        int documentsWithField = 0;
        int document = deleted.nextClearBit(0);
        for (int live = 0; live < liveCount; live++) {
            int positionAt = positionRuns.start(document);
            for (int at = runs.start(document); at < runs.end(document); at++) {
                int entry = entries.get(at);
                int frequency = (entry & 1) == 0 ? 1 : entries.get(++at);
                ids.add(entry >>> 1);
                frequencies.add(frequency);
                positionsAt.add(positionAt);
                positionAt = keepsPositions ? behind(positionAt, frequency) : positionAt;
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
        if (keepsPositions) {
            writePositions(out, field, forward, inverted, positionsAt);
        }
    }

    /// Where so many numbers among the positions end.
    private int behind(int from, int count) {
        byte[] bytes = positions.array();
        int at = from;
        for (int left = count; left > 0; at++) {
            left -= bytes[at] >= 0 ? 1 : 0;
        }
        return at;
    }

    private void writePositions(
            SegmentOutput out,
            int field,
            ForwardIndex forward,
            InvertedIndex inverted,
            IntList positionsAt)
            throws IOException {
        int[] entries = inverted.entries(forward);
        byte[] bytes = positions.array();
        try (PositionsOutput output = new PositionsOutput(out)) {
            for (int term = 0; term < inverted.termCount(); term++) {
                for (int at = inverted.starts()[term]; at < inverted.starts()[term + 1]; at++) {
                    int byteAt = positionsAt.get(entries[at]);
                    for (int left = inverted.frequencies()[at]; left > 0; left--) {
                        int step = 0;
                        byte b;
                        int shift = 0;
                        do {
                            b = bytes[byteAt++];
                            step |= (b & 0x7F) << shift;
                            shift += 7;
                        } while (b < 0);
                        output.step(step);
                    }
                    output.endDocument();
                }
                output.endList();
            }
            output.end(field);
        }
    }
}
