package io.millrace.segment;

import java.lang.foreign.MemorySegment;

/// How often the documents of one term hold it, by the rank of a document among them: the first has
/// rank 0. Who has the documents as a [DocumentSet] need not read them from the postings again.
/// Reads the section in place ([PostingsLayout]); confined to one thread.
public final class TermFrequencies {
    private static final int RANK_SHIFT =
            Integer.numberOfTrailingZeros(PostingsLayout.BLOCK_DOCUMENTS);
    private static final int RANK_MASK = PostingsLayout.BLOCK_DOCUMENTS - 1;

    /// Bits that are there of a number of 8 bytes read from any bit on.
    private static final int BITS_READ = Long.SIZE - Byte.SIZE + 1;

    /// Of no document.
    static final TermFrequencies NONE = new TermFrequencies(MemorySegment.NULL, 0, 0);

    private static final long EVEN_BITS = 0x5555_5555_5555_5555L;

    private final MemorySegment section;
    private final int documentCount;
    private final int blockCount;
    private final long skipsAt;
    private final long blocksAt;

    /// What is known of the block opened last.
    private int block = -1;

    private int width;
    private long frequenciesAt;
    private long mask;

    /// @param skipsAt where the skip entries stand, or the only block
    TermFrequencies(MemorySegment section, int documentCount, long skipsAt) {
        this.section = section;
        this.documentCount = documentCount;
        this.skipsAt = skipsAt;
        blockCount = PostingsLayout.blockCount(documentCount);
        blocksAt =
                blockCount > 1 ? skipsAt + (long) blockCount * PostingsLayout.SKIP_BYTES : skipsAt;
    }

    /// Occurrences in one document.
    int at(int rank) {
        if (rank >>> RANK_SHIFT != block) {
            open(rank >>> RANK_SHIFT);
        }
        if (width == 0) {
            return 1;
        }
        int bit = (rank & RANK_MASK) * width;
        long word = section.get(SegmentLayout.LONG, frequenciesAt + (bit >>> 3));
        return 1 + (int) (word >>> (bit & 7) & mask);
    }

    /// No document of a range of ranks holds the term more often; some may not hold it as often.
    int max(int from, int count) {
        int widest = 0;
        int last = (from + count - 1) >>> RANK_SHIFT;
        for (int i = from >>> RANK_SHIFT; i <= last; i++) {
            widest = Math.max(widest, section.get(SegmentLayout.BYTE, headerAt(i) + 1));
        }
        return 1 << Math.min(widest, Integer.SIZE - 2);
    }

    /// Sets a bit for each document of a range of ranks that holds the term more often than 1 <<
    /// `exponent` times: bit 0 for the first of the range.
    ///
    /// @param into all zero as far as the range goes
    void above(int exponent, int from, int count, long[] into) {
        int to = from + count;
        for (int rank = from; rank < to; ) {
            int blockEnd = Math.min(to, ((rank >>> RANK_SHIFT) + 1) << RANK_SHIFT);
            open(rank >>> RANK_SHIFT);
            if (width > exponent) {
                boolean isWhole = blockEnd - rank == PostingsLayout.BLOCK_DOCUMENTS;
                if (isWhole && width <= 2) {
                    aboveInNarrowBlock(exponent, rank - from, into);
                    rank = blockEnd;
                    continue;
                }
                aboveInBlock(exponent, rank & RANK_MASK, blockEnd - rank, rank - from, into);
            }
            rank = blockEnd;
        }
    }

    /// A whole block of one or two bits a frequency, as most are.
    private void aboveInNarrowBlock(int exponent, int place, long[] into) {
        if (width == 1) {
            put(word(0), place, Long.SIZE, into);
            put(word(1), place + Long.SIZE, Long.SIZE, into);
            return;
        }
        for (int i = 0; i < 2; i++) {
            long low = word(2 * i);
            long high = word(2 * i + 1);
            long bits =
                    exponent == 0
                            ? Long.compress(low | low >>> 1, EVEN_BITS)
                                    | Long.compress(high | high >>> 1, EVEN_BITS) << Integer.SIZE
                            : Long.compress(low >>> 1, EVEN_BITS)
                                    | Long.compress(high >>> 1, EVEN_BITS) << Integer.SIZE;
            put(bits, place + i * Long.SIZE, Long.SIZE, into);
        }
    }

    private long word(int i) {
        return section.get(SegmentLayout.LONG, frequenciesAt + (long) i * Long.BYTES);
    }

    /// @param place of the lowest bit in `into`, `count`: how many
    private static void put(long bits, int place, int count, long[] into) {
        into[place >>> 6] |= bits << place;
        if ((place & 63) + count > Long.SIZE) {
            into[(place >>> 6) + 1] |= bits >>> -place;
        }
    }

    /// @param first in the block, `place`: its bit in `into`
    private void aboveInBlock(int exponent, int first, int count, int place, long[] into) {
        int atOnce = BITS_READ / width;
        long lowest = lowestBits();
        for (int done = 0; done < count; done += atOnce) {
            int bit = (first + done) * width;
            long word = section.get(SegmentLayout.LONG, frequenciesAt + (bit >>> 3)) >>> (bit & 7);
            long any = word >>> exponent;
            for (int i = exponent + 1; i < width; i++) {
                any |= word >>> i;
            }
            int taken = Math.min(atOnce, count - done);
            long bits = Long.compress(any, lowest) & -1L >>> -taken;
            put(bits, place + done, taken, into);
        }
    }

    /// The lowest bit of each frequency in a number read.
    private long lowestBits() {
        long bits = 0;
        for (int bit = 0; bit + width <= BITS_READ; bit += width) {
            bits |= 1L << bit;
        }
        return bits;
    }

    private void open(int opened) {
        if (opened == block) {
            return;
        }
        long headerAt = headerAt(opened);
        int held =
                Math.min(
                        PostingsLayout.BLOCK_DOCUMENTS,
                        documentCount - opened * PostingsLayout.BLOCK_DOCUMENTS);
        int deltaWidth = section.get(SegmentLayout.BYTE, headerAt);
        width = section.get(SegmentLayout.BYTE, headerAt + 1);
        mask = (1L << width) - 1;
        frequenciesAt =
                headerAt
                        + PostingsLayout.BLOCK_HEADER_BYTES
                        + PostingsLayout.packedBytes(held, deltaWidth);
        block = opened;
    }

    private long headerAt(int ofBlock) {
        return ofBlock == 0
                ? blocksAt
                : blocksAt
                        + section.get(
                                SegmentLayout.INT,
                                skipsAt
                                        + (long) (ofBlock - 1) * PostingsLayout.SKIP_BYTES
                                        + PostingsLayout.SKIP_END_OFFSET);
    }
}
