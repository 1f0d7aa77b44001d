package io.millrace.segment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.BytesRefHash;
import org.apache.lucene.util.Counter;
import org.roaringbitmap.RoaringBitmap;

/// Writes a terms section as [TermsLayout] draws it. Confined to one thread.
final class TermsWriter {

    /// The sorted terms of a field.
    @FunctionalInterface
    interface Dictionary {
        /// Writes the dictionary and returns where in the section its packed array starts.
        long write(SegmentOutput out) throws IOException;
    }

    private final SegmentOutput out;
    private ByteBuffer bitmapBytes = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);

    TermsWriter(SegmentOutput out) {
        this.out = out;
    }

    /// Numbers, rising.
    static Dictionary numbers(long[] ordered, int count) {
        return out -> PackedWriter.write(out, ordered, count);
    }

    /// The strings of a hash by their ids, in the order of their bytes.
    static Dictionary strings(BytesRefHash hash, int[] sortedIds, int count) {
        return out -> writeStrings(out, hash, sortedIds, count);
    }

    /// @param kind [SegmentLayout.Kind#TERMS] or [SegmentLayout.Kind#TEXT_TERMS]
    void write(
            SegmentLayout.Kind kind,
            int field,
            Dictionary dictionary,
            ForwardIndex forward,
            InvertedIndex inverted)
            throws IOException {
        out.begin();
        long dictionaryOffset = dictionary.write(out);
        int termCount = inverted.termCount();
        int[] termStarts = inverted.starts();
        int[] inlineStarts = new int[termCount + 1];
        int bitmapCount = 0;
        for (int term = 0; term < termCount; term++) {
            int count = termStarts[term + 1] - termStarts[term];
            boolean isInline = count <= TermsLayout.INLINE_DOCUMENTS_MAX;
            inlineStarts[term + 1] = inlineStarts[term] + (isInline ? count : 0);
            bitmapCount += isInline ? 0 : 1;
        }
        long inlineStartsOffset = PackedWriter.write(out, inlineStarts, inlineStarts.length);
        int[] inlineDocuments = new int[inlineStarts[termCount]];
        int[] bitmapTerms = new int[bitmapCount];
        int bitmap = 0;
        for (int term = 0; term < termCount; term++) {
            int count = inlineStarts[term + 1] - inlineStarts[term];
            if (count == 0) {
                bitmapTerms[bitmap++] = term;
            } else {
                System.arraycopy(
                        inverted.documents(),
                        termStarts[term],
                        inlineDocuments,
                        inlineStarts[term],
                        count);
            }
        }
        long inlineDocumentsOffset =
                PackedWriter.write(out, inlineDocuments, inlineDocuments.length);
        long[] bitmapStarts = new long[bitmapCount + 2];
        int[] bitmapCounts = new int[bitmapCount];
        for (int i = 0; i < bitmapCount; i++) {
            int start = termStarts[bitmapTerms[i]];
            bitmapCounts[i] = termStarts[bitmapTerms[i] + 1] - start;
            RoaringBitmap documents = new RoaringBitmap();
            documents.addN(inverted.documents(), start, bitmapCounts[i]);
            bitmapStarts[i] = putBitmap(documents);
        }
        bitmapStarts[bitmapCount] = putBitmap(presentIn(forward));
        bitmapStarts[bitmapCount + 1] = out.offset();
        long bitmapTermsOffset = PackedWriter.write(out, bitmapTerms, bitmapCount);
        long bitmapStartsOffset = PackedWriter.write(out, bitmapStarts, bitmapStarts.length);
        long bitmapCountsOffset = PackedWriter.write(out, bitmapCounts, bitmapCount);
        writeTail(
                termCount,
                bitmapCount,
                dictionaryOffset,
                inlineStartsOffset,
                inlineDocumentsOffset,
                bitmapTermsOffset,
                bitmapStartsOffset,
                bitmapCountsOffset);
        out.end(kind, field);
    }

    /// @param offsets in the order of [TermsLayout]
    void writeTail(int termCount, int bitmapCount, long... offsets) throws IOException {
        out.putInt(termCount);
        out.putInt(bitmapCount);
        for (long offset : offsets) {
            out.putLong(offset);
        }
    }

    /// Appends a bitmap in its smallest form and returns where it starts.
    long putBitmap(RoaringBitmap documents) throws IOException {
        // The form then depends on what is in it, not on how that came there.
        documents.removeRunCompression();
        documents.runOptimize();
        int length = documents.serializedSizeInBytes();
        if (bitmapBytes.capacity() < length) {
            bitmapBytes = ByteBuffer.allocate(length * 2).order(ByteOrder.LITTLE_ENDIAN);
        }
        bitmapBytes.clear();
        documents.serialize(bitmapBytes);
        out.align();
        long start = out.offset();
        out.putBytes(bitmapBytes.array(), 0, length);
        out.align();
        return start;
    }

    private static RoaringBitmap presentIn(ForwardIndex forward) {
        RoaringBitmap present = new RoaringBitmap();
        int[] starts = forward.starts();
        int count = forward.documentCount();
        int document = 0;
        while (document < count) {
            int end = document;
            while (end < count && starts[end + 1] > starts[end]) {
                end++;
            }
            present.add((long) document, end);
            document = end + 1;
        }
        return present;
    }

    private static long writeStrings(
            SegmentOutput out, BytesRefHash hash, int[] sortedIds, int count) throws IOException {
        LongList blockStarts = new LongList(Counter.newCounter());
        BytesRef term = new BytesRef();
        BytesRef before = new BytesRef();
        for (int i = 0; i < count; i++) {
            hash.get(sortedIds[i], term);
            int shared = 0;
            if (i % TermsLayout.STRINGS_PER_BLOCK == 0) {
                blockStarts.add(out.offset());
            } else {
                shared = sharedPrefix(before, term);
                out.putVarint(shared);
            }
            out.putVarint(term.length - shared);
            out.putBytes(term.bytes, term.offset + shared, term.length - shared);
            BytesRef swap = before;
            before = term;
            term = swap;
        }
        blockStarts.add(out.offset());
        return PackedWriter.write(out, blockStarts.toArray(), blockStarts.size());
    }

    private static int sharedPrefix(BytesRef a, BytesRef b) {
        int mismatch =
                Arrays.mismatch(
                        a.bytes,
                        a.offset,
                        a.offset + a.length,
                        b.bytes,
                        b.offset,
                        b.offset + b.length);
        return mismatch < 0 ? a.length : mismatch;
    }
}
