package io.millrace.segment;

import io.millrace.MillraceException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads the front-coded strings of a terms section in place. Immutable, but for what it has looked
/// up once.
final class StringDictionary {
    private final MemorySegment section;
    private final int termCount;
    private final PackedArray blockStarts;
    private volatile @Nullable BlockSamples samples;

    StringDictionary(MemorySegment section, long offset, int termCount) {
        this.section = section;
        this.termCount = termCount;
        blockStarts = new PackedArray(section, offset);
        int blockCount = TermsLayout.blockCount(termCount);
        if (blockStarts.count() != blockCount + 1 || blockStarts.get(blockCount) > offset) {
            throw new MillraceException.Corrupt(
                    "dictionary of %d blocks for %d terms"
                            .formatted(blockStarts.count() - 1, termCount));
        }
    }

    byte[] bytes(int ordinal) {
        Cursor cursor = walk(ordinal);
        return Arrays.copyOf(cursor.term, cursor.length);
    }

    /// At a string.
    Cursor walk(int ordinal) {
        Cursor cursor = new Cursor(ordinal / TermsLayout.STRINGS_PER_BLOCK);
        while (cursor.ordinal < ordinal) {
            cursor.next();
        }
        return cursor;
    }

    /// The ordinal of the string; when it is not there, -1 - the first ordinal above it.
    int find(byte[] utf8) {
        BlockSamples known = samples();
        int low = known.low(utf8);
        int high = known.high(utf8);
        int block = low - 1;
        Cursor cursor = new Cursor();
        while (low <= high) {
            int middle = (low + high) >>> 1;
            cursor.seek(middle);
            int order = cursor.compareTo(utf8);
            if (order <= 0) {
                block = middle;
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        if (block < 0) {
            return -1;
        }
        cursor.seek(block);
        int end = Math.min(termCount, (block + 1) * TermsLayout.STRINGS_PER_BLOCK);
        while (true) {
            int order = cursor.compareTo(utf8);
            if (order >= 0) {
                return order == 0 ? cursor.ordinal : -1 - cursor.ordinal;
            }
            if (cursor.ordinal + 1 == end) {
                return -1 - end;
            }
            cursor.next();
        }
    }

    private BlockSamples samples() {
        // Two threads may take them at once, and take the same.
        BlockSamples known = samples;
        if (known == null) {
            known =
                    BlockSamples.of(
                            TermsLayout.blockCount(termCount),
                            block -> bytes(block * TermsLayout.STRINGS_PER_BLOCK),
                            bytes(termCount - 1));
            samples = known;
        }
        return known;
    }

    /// At the first string of a dictionary that has one.
    Cursor cursor() {
        return new Cursor(0);
    }

    /// Walks the strings from the first of a block on. Confined to one thread.
    final class Cursor implements TermWalk {
        private long at;
        private int ordinal;
        private byte[] term = new byte[32];
        private int length;

        private Cursor() {}

        Cursor(int block) {
            seek(block);
        }

        /// To the first string of a block.
        private void seek(int block) {
            at = blockStarts.get(block);
            ordinal = block * TermsLayout.STRINGS_PER_BLOCK;
            read(0);
        }

        /// The next string of the same block.
        void next() {
            ordinal++;
            read(varint());
        }

        @Override
        public int ordinal() {
            return ordinal;
        }

        @Override
        public boolean advance() {
            if (ordinal + 1 == termCount) {
                return false;
            }
            ordinal++;
            read(ordinal % TermsLayout.STRINGS_PER_BLOCK == 0 ? 0 : varint());
            return true;
        }

        @Override
        public byte[] bytes() {
            return term;
        }

        @Override
        public int length() {
            return length;
        }

        int compareTo(byte[] utf8) {
            return Arrays.compareUnsigned(term, 0, length, utf8, 0, utf8.length);
        }

        private void read(int shared) {
            int rest = varint();
            if (shared < 0
                    || shared > length
                    || rest < 0
                    || rest > TermsLayout.TERM_BYTES_MAX - shared) {
                throw new MillraceException.Corrupt(
                        "term %d shares %d bytes of %d and has %d more, expected at most %d in all"
                                .formatted(
                                        ordinal, shared, length, rest, TermsLayout.TERM_BYTES_MAX));
            }
            length = shared + rest;
            if (term.length < length) {
                term = Arrays.copyOf(term, Math.max(length, term.length * 2));
            }
            MemorySegment.copy(section, SegmentLayout.BYTE, at, term, shared, rest);
            at += rest;
        }

        private int varint() {
            int value = 0;
            for (int shift = 0; shift < Integer.SIZE; shift += 7) {
                byte b = section.get(SegmentLayout.BYTE, at++);
                value |= (b & 0x7F) << shift;
                if (b >= 0) {
                    break;
                }
            }
            return value;
        }
    }
}
