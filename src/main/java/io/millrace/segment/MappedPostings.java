package io.millrace.segment;

import io.millrace.MillraceException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Reads postings and norms sections in place ([PostingsLayout]). Immutable; a cursor is confined
/// to one thread.
final class MappedPostings implements PostingsReader {
    private final MemorySegment section;
    private final MemorySegment norms;
    private final int termCount;
    private final int documentsWithField;
    private final long totalTerms;
    private final PackedArray starts;

    private final @Nullable MappedPositions positions;

    /// By group, the least norm plus one; 0 where it was not looked for. Threads that look for one
    /// at the same time find the same.
    private final short[] leastNorms;

    private final short[] leastNormsOfWindows;

    /// @param positions null where it is not known where terms stand
    MappedPostings(
            MemorySegment section,
            MemorySegment norms,
            @Nullable MemorySegment positions,
            int documentCount) {
        this.section = section;
        this.norms = norms;
        long tail = section.byteSize() - PostingsLayout.TAIL_BYTES;
        termCount = section.get(SegmentLayout.INT, tail + PostingsLayout.TAIL_TERMS_OFFSET);
        documentsWithField =
                section.get(SegmentLayout.INT, tail + PostingsLayout.TAIL_DOCUMENTS_OFFSET);
        totalTerms = section.get(SegmentLayout.LONG, tail + PostingsLayout.TAIL_TOTAL_OFFSET);
        long startsOffset =
                section.get(SegmentLayout.LONG, tail + PostingsLayout.TAIL_STARTS_OFFSET);
        starts = new PackedArray(section, startsOffset);
        if (starts.count() != termCount + 1
                || starts.get(termCount) + PostingsLayout.PADDING_BYTES > startsOffset
                || norms.byteSize() != documentCount) {
            throw new MillraceException.Corrupt(
                    "postings of %d terms, norms of %d documents, expected %d"
                            .formatted(termCount, norms.byteSize(), documentCount));
        }
        this.positions = positions == null ? null : new MappedPositions(positions, termCount);
        leastNorms = new short[Math.ceilDiv(documentCount, NORM_GROUP)];
        leastNormsOfWindows = new short[Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS)];
    }

    @Override
    public Cursor cursor(int termOrdinal) {
        return new BlockCursor(Objects.checkIndex(termOrdinal, termCount), positions);
    }

    @Override
    public void open(int termOrdinal, int documentCount, TermFrequencies frequencies) {
        long listAt = starts.get(Objects.checkIndex(termOrdinal, termCount));
        frequencies.open(section, documentCount, listAt + varintBytes(documentCount));
    }

    /// What a list begins with.
    private int documentCount(long listAt) {
        long byteAt = listAt;
        int count = 0;
        byte b;
        int shift = 0;
        do {
            b = section.get(SegmentLayout.BYTE, byteAt++);
            count |= (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return count;
    }

    private static int varintBytes(int value) {
        return Math.max(1, Math.ceilDiv(Integer.SIZE - Integer.numberOfLeadingZeros(value), 7));
    }

    @Override
    public @Nullable PositionCursor positionCursor(int termOrdinal) {
        return positions == null
                ? null
                : new BlockCursor(Objects.checkIndex(termOrdinal, termCount), positions);
    }

    boolean hasPositions() {
        return positions != null;
    }

    @Override
    public int documentsWithField() {
        return documentsWithField;
    }

    @Override
    public long totalTerms() {
        return totalTerms;
    }

    /// Appends the norms of a range of documents.
    void copyNorms(int from, int to, SegmentOutput out) throws IOException {
        out.putMemory(norms, from, to - from);
    }

    @Override
    public byte norm(int document) {
        return norms.get(SegmentLayout.BYTE, document);
    }

    /// A document with a term has a length of 1 at least: a norm of 0 says that there is none.
    @Override
    public int leastNorm(int group) {
        int known = leastNorms[group];
        if (known == 0) {
            int least = NO_NORM;
            long from = (long) group * NORM_GROUP;
            long to = Math.min(norms.byteSize(), from + NORM_GROUP);
            for (long at = from; at < to; at++) {
                int norm = norms.get(SegmentLayout.BYTE, at) & 0xFF;
                least = norm == 0 ? least : Math.min(least, norm);
            }
            known = least + 1;
            leastNorms[group] = (short) known;
        }
        return known - 1;
    }

    @Override
    public int leastNormOfWindow(int window) {
        int known = leastNormsOfWindows[window];
        if (known == 0) {
            int groups = DocumentWindow.DOCUMENTS / NORM_GROUP;
            int least = NO_NORM;
            int end = Math.min(leastNorms.length, (window + 1) * groups);
            for (int group = window * groups; group < end; group++) {
                least = Math.min(least, leastNorm(group));
            }
            known = least + 1;
            leastNormsOfWindows[window] = (short) known;
        }
        return known - 1;
    }

    /// Holds one block decoded; skips whole blocks by their last documents.
    private final class BlockCursor implements PositionCursor {
        private final int term;
        private final @Nullable MappedPositions positions;
        private final int[] documents;
        private final int[] frequencies;
        private final int documentCount;
        private final int blockCount;

        /// Where the skip entries stand, and the first block.
        private final long skipsAt;

        private final long blocksAt;

        private int block = -1;
        private int inBlock;
        private int at = -1;

        BlockCursor(int term, @Nullable MappedPositions positions) {
            this.term = term;
            this.positions = positions;
            long listAt = starts.get(term);
            int count = documentCount(listAt);
            documentCount = count;
            blockCount = PostingsLayout.blockCount(count);
            skipsAt = listAt + varintBytes(count);
            blocksAt =
                    blockCount > 1
                            ? skipsAt + (long) blockCount * PostingsLayout.SKIP_BYTES
                            : skipsAt;
            int held = Math.min(count, PostingsLayout.BLOCK_DOCUMENTS);
            documents = new int[held];
            frequencies = new int[held];
        }

        @Override
        public int next() {
            if (++at < inBlock) {
                return documents[at];
            }
            return block + 1 < blockCount ? enter(block + 1) : end();
        }

        @Override
        public int advance(int target) {
            if (at >= 0 && at < inBlock && documents[at] >= target) {
                return documents[at];
            }
            if (block < 0 || at >= inBlock || documents[inBlock - 1] < target) {
                int holding = blockHolding(target);
                if (holding == blockCount) {
                    return end();
                }
                if (holding != block) {
                    enter(holding);
                }
            }
            int found = Arrays.binarySearch(documents, Math.max(at, 0), inBlock, target);
            at = found >= 0 ? found : -1 - found;
            return at < inBlock ? documents[at] : next();
        }

        @Override
        public int frequency() {
            return frequencies[at];
        }

        @Override
        public int[] positions(int[] reused) {
            if (positions == null) {
                throw new MillraceException.Bug("a cursor that was opened without positions");
            }
            int before = 0;
            for (int i = 0; i < at; i++) {
                before += frequencies[i];
            }
            return positions.read(term, blockCount, block, before, frequencies[at], reused);
        }

        /// The first block, from the current one on, whose last document is at or above `target`. A
        /// list of one block has no skips; that block may turn out to end below the target.
        private int blockHolding(int target) {
            int low = Math.max(block, 0);
            if (blockCount == 1) {
                return low;
            }
            int high = blockCount;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (lastDocument(middle) < target) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        private int lastDocument(int ofBlock) {
            return section.get(
                    SegmentLayout.INT, skipsAt + (long) ofBlock * PostingsLayout.SKIP_BYTES);
        }

        private int enter(int target) {
            int before = target == 0 ? -1 : lastDocument(target - 1);
            long offset = blocksAt;
            if (target > 0) {
                offset +=
                        section.get(
                                SegmentLayout.INT,
                                skipsAt
                                        + (long) (target - 1) * PostingsLayout.SKIP_BYTES
                                        + PostingsLayout.SKIP_END_OFFSET);
            }
            inBlock =
                    Math.min(
                            PostingsLayout.BLOCK_DOCUMENTS,
                            documentCount - target * PostingsLayout.BLOCK_DOCUMENTS);
            int deltaWidth = section.get(SegmentLayout.BYTE, offset);
            int frequencyWidth = section.get(SegmentLayout.BYTE, offset + 1);
            long deltasAt = offset + PostingsLayout.BLOCK_HEADER_BYTES;
            unpack(deltasAt, deltaWidth, documents);
            unpack(
                    deltasAt + PostingsLayout.packedBytes(inBlock, deltaWidth),
                    frequencyWidth,
                    frequencies);
            for (int i = 0; i < inBlock; i++) {
                before += documents[i] + 1;
                documents[i] = before;
                frequencies[i]++;
            }
            block = target;
            at = 0;
            return documents[0];
        }

        private void unpack(long from, int width, int[] into) {
            long mask = (1L << width) - 1;
            for (int i = 0; i < inBlock; i++) {
                int bit = i * width;
                long word = section.get(SegmentLayout.LONG, from + (bit >>> 3));
                into[i] = (int) (word >>> (bit & 7) & mask);
            }
        }

        private int end() {
            block = blockCount;
            at = 0;
            inBlock = 0;
            return DONE;
        }
    }
}
