package io.millrace.segment;

import java.io.IOException;

/// Writes blocks of a postings list ([PostingsLayout]). Confined to one thread.
final class PostingsBlock {
    private final SegmentOutput out;
    private final BitWriter bits;

    PostingsBlock(SegmentOutput out) {
        this.out = out;
        bits = new BitWriter(out);
    }

    /// Bytes that the block of these documents takes.
    ///
    /// @param before the document before the first of the block; -1 if there is none
    static int length(int[] documents, int[] frequencies, int from, int to, int before) {
        return PostingsLayout.BLOCK_HEADER_BYTES
                + PostingsLayout.packedBytes(to - from, deltaWidth(documents, from, to, before))
                + PostingsLayout.packedBytes(to - from, frequencyWidth(frequencies, from, to));
    }

    /// Appends the block; the documents rise.
    void write(int[] documents, int[] frequencies, int from, int to, int before)
            throws IOException {
        int deltaWidth = deltaWidth(documents, from, to, before);
        int frequencyWidth = frequencyWidth(frequencies, from, to);
        out.putByte(deltaWidth);
        out.putByte(frequencyWidth);
        int last = before;
        for (int i = from; i < to; i++) {
            bits.add(documents[i] - last - 1, deltaWidth);
            last = documents[i];
        }
        bits.finish();
        for (int i = from; i < to; i++) {
            bits.add(frequencies[i] - 1, frequencyWidth);
        }
        bits.finish();
    }

    private static int deltaWidth(int[] documents, int from, int to, int before) {
        int all = 0;
        int last = before;
        for (int i = from; i < to; i++) {
            all |= documents[i] - last - 1;
            last = documents[i];
        }
        return PackedLayout.widthOf(all);
    }

    private static int frequencyWidth(int[] frequencies, int from, int to) {
        int all = 0;
        for (int i = from; i < to; i++) {
            all |= frequencies[i] - 1;
        }
        return PackedLayout.widthOf(all);
    }
}
