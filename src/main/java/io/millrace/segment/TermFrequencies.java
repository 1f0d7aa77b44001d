package io.millrace.segment;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// How often the documents of one term hold it, by the rank of a document among them: the first has
/// rank 0. Who has the documents as a [DocumentSet] need not read them from the postings again.
/// Reads the section in place ([PostingsLayout]), one range of ranks after the other. Reused from
/// term to term; confined to one thread at a time.
///
/// Heap: 9 bytes for each block of the longest range.
public final class TermFrequencies {
    private static final int RANK_SHIFT =
            Integer.numberOfTrailingZeros(PostingsLayout.BLOCK_DOCUMENTS);
    private static final int RANK_MASK = PostingsLayout.BLOCK_DOCUMENTS - 1;

    /// Bits that are there of a number of 8 bytes read from any bit on.
    private static final int BITS_READ = Long.SIZE - Byte.SIZE + 1;

    /// By width, the lowest bit of each frequency in such a number.
    private static final long[] LOWEST_BITS = new long[Integer.SIZE];

    private static final long EVEN_BITS = 0x5555_5555_5555_5555L;

    static {
        for (int width = 1; width < LOWEST_BITS.length; width++) {
            for (int bit = 0; bit + width <= BITS_READ; bit += width) {
                LOWEST_BITS[width] |= 1L << bit;
            }
        }
    }

    private MemorySegment section = MemorySegment.NULL;
    private int documentCount;
    private long skipsAt;
    private long blocksAt;

    /// The first block of the range, and how wide the frequencies of its blocks are and where they
    /// begin.
    private int firstBlock;

    private byte[] widths = {};
    private long[] starts = {};

    /// @param skipsAt where the skip entries stand, or the only block
    void open(MemorySegment section, int documentCount, long skipsAt) {
        this.section = section;
        this.documentCount = documentCount;
        this.skipsAt = skipsAt;
        int blockCount = PostingsLayout.blockCount(documentCount);
        blocksAt =
                blockCount > 1 ? skipsAt + (long) blockCount * PostingsLayout.SKIP_BYTES : skipsAt;
    }

    /// Goes to a range of ranks, one at least. Returns a number that no document of it holds the
    /// term more often than; some may not hold it as often.
    int enter(int from, int count) {
        firstBlock = from >>> RANK_SHIFT;
        int last = (from + count - 1) >>> RANK_SHIFT;
        int blocks = last - firstBlock + 1;
        if (widths.length < blocks) {
            widths = new byte[blocks];
            starts = new long[blocks];
        }
        int widest = 0;
        for (int i = 0; i < blocks; i++) {
            int block = firstBlock + i;
            long start = blockStart(block);
            int held =
                    Math.min(
                            PostingsLayout.BLOCK_DOCUMENTS,
                            documentCount - block * PostingsLayout.BLOCK_DOCUMENTS);
            int deltaWidth = section.get(SegmentLayout.BYTE, start);
            byte width = section.get(SegmentLayout.BYTE, start + 1);
            starts[i] =
                    start
                            + PostingsLayout.BLOCK_HEADER_BYTES
                            + PostingsLayout.packedBytes(held, deltaWidth);
            widths[i] = width;
            widest = Math.max(widest, width);
        }
        return 1 << Math.min(widest, Integer.SIZE - 2);
    }

    /// Occurrences in one document of the range.
    int at(int rank) {
        int block = (rank >>> RANK_SHIFT) - firstBlock;
        int width = widths[block];
        if (width == 0) {
            return 1;
        }
        int bit = (rank & RANK_MASK) * width;
        long word = section.get(SegmentLayout.LONG, starts[block] + (bit >>> 3));
        return 1 + (int) (word >>> (bit & 7) & (1L << width) - 1);
    }

    /// Sets a bit for each document of a range in that entered that holds the term more often than
    /// 1 << `exponent` times: bit 0 for the first one.
    ///
    /// @param into is overwritten as far as the range goes
    void above(int exponent, int from, int count, long[] into) {
        Arrays.fill(into, 0, Math.ceilDiv(count, Long.SIZE), 0);
        int to = from + count;
        for (int rank = from; rank < to; ) {
            int behind = Math.min(to, ((rank >>> RANK_SHIFT) + 1) << RANK_SHIFT);
            int block = (rank >>> RANK_SHIFT) - firstBlock;
            int width = widths[block];
            if (width > exponent) {
                boolean isWhole = behind - rank == PostingsLayout.BLOCK_DOCUMENTS;
                if (isWhole && width <= 2) {
                    aboveInNarrowBlock(exponent, block, rank - from, into);
                } else {
                    aboveInBlock(
                            exponent, block, rank & RANK_MASK, behind - rank, rank - from, into);
                }
            }
            rank = behind;
        }
    }

    /// A whole block of one or two bits a frequency, as most are.
    private void aboveInNarrowBlock(int exponent, int block, int place, long[] into) {
        long start = starts[block];
        if (widths[block] == 1) {
            put(word(start, 0), place, Long.SIZE, into);
            put(word(start, 1), place + Long.SIZE, Long.SIZE, into);
            return;
        }
        for (int i = 0; i < 2; i++) {
            long low = word(start, 2 * i);
            long high = word(start, 2 * i + 1);
            long bits =
                    exponent == 0
                            ? Long.compress(low | low >>> 1, EVEN_BITS)
                                    | Long.compress(high | high >>> 1, EVEN_BITS) << Integer.SIZE
                            : Long.compress(low >>> 1, EVEN_BITS)
                                    | Long.compress(high >>> 1, EVEN_BITS) << Integer.SIZE;
            put(bits, place + i * Long.SIZE, Long.SIZE, into);
        }
    }

    private long word(long start, int i) {
        return section.get(SegmentLayout.LONG, start + (long) i * Long.BYTES);
    }

    /// @param first in the block, `place`: its bit in `into`
    private void aboveInBlock(
            int exponent, int block, int first, int count, int place, long[] into) {
        int width = widths[block];
        long start = starts[block];
        long lowest = LOWEST_BITS[width];
        int atOnce = BITS_READ / width;
        for (int done = 0; done < count; done += atOnce) {
            int bit = (first + done) * width;
            long word = section.get(SegmentLayout.LONG, start + (bit >>> 3)) >>> (bit & 7);
            long any = word >>> exponent;
            for (int i = exponent + 1; i < width; i++) {
                any |= word >>> i;
            }
            int taken = Math.min(atOnce, count - done);
            put(Long.compress(any, lowest) & -1L >>> -taken, place + done, taken, into);
        }
    }

    /// @param place of the lowest bit in `into`, `count`: how many
    private static void put(long bits, int place, int count, long[] into) {
        into[place >>> 6] |= bits << place;
        if ((place & 63) + count > Long.SIZE) {
            into[(place >>> 6) + 1] |= bits >>> -place;
        }
    }

    private long blockStart(int block) {
        return block == 0
                ? blocksAt
                : blocksAt
                        + section.get(
                                SegmentLayout.INT,
                                skipsAt
                                        + (long) (block - 1) * PostingsLayout.SKIP_BYTES
                                        + PostingsLayout.SKIP_END_OFFSET);
    }
}
