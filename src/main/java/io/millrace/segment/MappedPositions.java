package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;

/// Reads a positions section in place ([PositionsLayout]). Immutable.
final class MappedPositions {
    /// Terms of one document at its first place, far above what any analyzer puts there.
    private static final int SAME_PLACE_MAX = 1 << 16;

    private final MemorySegment section;
    private final PackedArray starts;

    /// @param termCount of the postings beside it
    MappedPositions(MemorySegment section, int termCount) {
        this.section = section;
        long tail = section.byteSize() - PositionsLayout.TAIL_BYTES;
        int ownTerms = section.get(SegmentLayout.INT, tail + PositionsLayout.TAIL_TERMS_OFFSET);
        long startsOffset =
                section.get(SegmentLayout.LONG, tail + PositionsLayout.TAIL_STARTS_OFFSET);
        starts = new PackedArray(section, startsOffset);
        if (ownTerms != termCount
                || starts.count() != termCount + 1
                || starts.get(termCount) + PostingsLayout.PADDING_BYTES > startsOffset) {
            throw new MillraceException.Corrupt(
                    "positions of %d terms, expected %d".formatted(ownTerms, termCount));
        }
    }

    /// The positions of one document of a block, rising, in front of an array: of the given one
    /// where that has room.
    ///
    /// @param blockCount blocks of the term's list
    /// @param before positions of the documents before it in the block
    int[] read(int term, int blockCount, int block, int before, int count, int[] reused) {
        long list = starts.get(term);
        long at = list;
        if (block > 0) {
            long ends = starts.get(term + 1) - (long) blockCount * PositionsLayout.BLOCK_END_BYTES;
            at +=
                    section.get(
                            SegmentLayout.INT,
                            ends + (long) (block - 1) * PositionsLayout.BLOCK_END_BYTES);
        }
        int width = section.get(SegmentLayout.BYTE, at);
        long steps = at + PositionsLayout.BLOCK_HEADER_BYTES;
        long mask = (1L << width) - 1;
        long end = steps + (((long) before + count) * width + 7 >>> 3);
        boolean isTooMany = width == 0 ? count > SAME_PLACE_MAX : end > starts.get(term + 1);
        if (count < 0 || before < 0 || isTooMany) {
            throw new MillraceException.Corrupt(
                    "%d positions of %d bits behind %d others up to %d, expected at most %d"
                            .formatted(count, width, before, end, starts.get(term + 1)));
        }
        int[] into = reused.length >= count ? reused : new int[count];
        int position = 0;
        for (int i = 0; i < count; i++) {
            long bit = (long) (before + i) * width;
            long word = section.get(SegmentLayout.LONG, steps + (bit >>> 3));
            position += (int) (word >>> (bit & 7) & mask);
            into[i] = position;
        }
        return into;
    }
}
