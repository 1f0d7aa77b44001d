package io.millrace.segment;

import java.io.IOException;

/// Writes a postings section as [PostingsLayout] draws it. Confined to one thread.
final class PostingsWriter {
    private final SegmentOutput out;
    private final BitWriter bits;
    private final int[] documents;
    private final int[] frequencies;

    private PostingsWriter(SegmentOutput out, InvertedIndex inverted) {
        this.out = out;
        bits = new BitWriter(out);
        documents = inverted.documents();
        frequencies = inverted.frequencies();
    }

    static void write(SegmentOutput out, int field, InvertedIndex inverted, int documentsWithField)
            throws IOException {
        out.begin();
        PostingsWriter writer = new PostingsWriter(out, inverted);
        int termCount = inverted.termCount();
        long[] starts = new long[termCount + 1];
        for (int term = 0; term < termCount; term++) {
            writer.list(inverted.starts()[term], inverted.starts()[term + 1]);
            starts[term + 1] = out.offset();
        }
        long totalTerms = 0;
        for (int frequency : inverted.frequencies()) {
            totalTerms += frequency;
        }
        out.putLong(0);
        long startsOffset = PackedWriter.write(out, starts, starts.length);
        out.putInt(termCount);
        out.putInt(documentsWithField);
        out.putLong(totalTerms);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.POSTINGS, field);
    }

    private void list(int start, int end) throws IOException {
        out.putVarint(end - start);
        if (end - start > PostingsLayout.BLOCK_DOCUMENTS) {
            int blockEnd = 0;
            for (int at = start; at < end; at += PostingsLayout.BLOCK_DOCUMENTS) {
                int to = Math.min(end, at + PostingsLayout.BLOCK_DOCUMENTS);
                int deltas = PostingsLayout.packedBytes(to - at, deltaWidth(start, at, to));
                int counts = PostingsLayout.packedBytes(to - at, frequencyWidth(at, to));
                blockEnd =
                        Math.addExact(
                                blockEnd, PostingsLayout.BLOCK_HEADER_BYTES + deltas + counts);
                out.putInt(documents[to - 1]);
                out.putInt(blockEnd);
            }
        }
        for (int at = start; at < end; at += PostingsLayout.BLOCK_DOCUMENTS) {
            block(start, at, Math.min(end, at + PostingsLayout.BLOCK_DOCUMENTS));
        }
    }

    private void block(int listStart, int from, int to) throws IOException {
        int deltaWidth = deltaWidth(listStart, from, to);
        int frequencyWidth = frequencyWidth(from, to);
        out.putByte(deltaWidth);
        out.putByte(frequencyWidth);
        for (int i = from; i < to; i++) {
            bits.add(delta(listStart, i), deltaWidth);
        }
        bits.finish();
        for (int i = from; i < to; i++) {
            bits.add(frequencies[i] - 1, frequencyWidth);
        }
        bits.finish();
    }

    private int deltaWidth(int listStart, int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= delta(listStart, i);
        }
        return PackedLayout.widthOf(all);
    }

    private int frequencyWidth(int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= frequencies[i] - 1;
        }
        return PackedLayout.widthOf(all);
    }

    private int delta(int listStart, int i) {
        return i == listStart ? documents[i] : documents[i] - documents[i - 1] - 1;
    }
}
