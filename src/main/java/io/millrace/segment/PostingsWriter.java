package io.millrace.segment;

import java.io.IOException;

/// Writes a postings section as [PostingsLayout] draws it. Confined to one thread.
final class PostingsWriter {
    private final SegmentOutput out;
    private final PostingsBlock block;
    private final int[] documents;
    private final int[] frequencies;

    private PostingsWriter(SegmentOutput out, InvertedIndex inverted) {
        this.out = out;
        block = new PostingsBlock(out);
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
        writeTail(out, termCount, documentsWithField, totalTerms, startsOffset);
        out.end(SegmentLayout.Kind.POSTINGS, field);
    }

    static void writeTail(
            SegmentOutput out,
            int termCount,
            int documentsWithField,
            long totalTerms,
            long startsOffset)
            throws IOException {
        out.putInt(termCount);
        out.putInt(documentsWithField);
        out.putLong(totalTerms);
        out.putLong(startsOffset);
    }

    private void list(int start, int end) throws IOException {
        out.putVarint(end - start);
        if (end - start > PostingsLayout.BLOCK_DOCUMENTS) {
            int blockEnd = 0;
            for (int at = start; at < end; at += PostingsLayout.BLOCK_DOCUMENTS) {
                int to = Math.min(end, at + PostingsLayout.BLOCK_DOCUMENTS);
                int length =
                        PostingsBlock.length(documents, frequencies, at, to, before(start, at));
                blockEnd = Math.addExact(blockEnd, length);
                out.putInt(documents[to - 1]);
                out.putInt(blockEnd);
            }
        }
        for (int at = start; at < end; at += PostingsLayout.BLOCK_DOCUMENTS) {
            int to = Math.min(end, at + PostingsLayout.BLOCK_DOCUMENTS);
            block.write(documents, frequencies, at, to, before(start, at));
        }
    }

    /// The document before a block; -1 for the first one.
    private int before(int listStart, int at) {
        return at == listStart ? -1 : documents[at - 1];
    }
}
