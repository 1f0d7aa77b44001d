package io.millrace.segment;

import io.millrace.document.Document;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.apache.lucene.util.Counter;

/// The stored documents of a builder, compressed block by block as they come ([DocumentsLayout]).
/// Confined to one thread.
final class DocumentBlocks {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Counter ramBytes;
    private final List<byte[]> frames = new ArrayList<>();
    private final IntList firstDocuments;
    private final IntList rawLengths;

    private final OpenBlock open;

    /// Those of the open block included.
    private int documentCount;

    DocumentBlocks(Counter ramBytes) {
        this.ramBytes = ramBytes;
        firstDocuments = new IntList(ramBytes);
        rawLengths = new IntList(ramBytes);
        open = new OpenBlock(ramBytes);
    }

    void add(byte[] document) {
        add(document, 0, document.length);
    }

    private void add(byte[] source, int offset, int length) {
        open.add(source, offset, length);
        documentCount++;
        if (open.isFull()) {
            close();
        }
    }

    /// A document that was added: from the open block, or from one that is decompressed for it.
    Document document(int document) {
        int closedCount = documentCount - open.documentCount();
        if (document >= closedCount) {
            return open.document(document - closedCount);
        }
        int frame = frameOf(document);
        int first = firstDocuments.get(frame);
        int end = frame + 1 < frames.size() ? firstDocuments.get(frame + 1) : closedCount;
        byte[] block = FrameCodec.decompress(frames.get(frame), rawLengths.get(frame));
        int i = document - first;
        return Document.ofBytes(
                Arrays.copyOfRange(
                        block, start(block, end - first, i), end(block, end - first, i)));
    }

    private int frameOf(int document) {
        int low = 0;
        int high = frames.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (firstDocuments.get(middle) <= document) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /// Writes the documents section of the documents that are not deleted. Blocks without a deleted
    /// one are copied as they are.
    void write(SegmentOutput out, BitSet deleted) throws IOException {
        close();
        DocumentBlocks live = deleted.isEmpty() ? this : without(deleted);
        out.begin();
        int blockCount = live.frames.size();
        long[] offsets = new long[blockCount + 1];
        for (int i = 0; i < blockCount; i++) {
            out.putBytes(live.frames.get(i));
            offsets[i + 1] = out.offset();
        }
        int[] firsts = Arrays.copyOf(live.firstDocuments.toArray(), blockCount + 1);
        firsts[blockCount] = live.documentCount;
        long firstsOffset = PackedWriter.write(out, firsts, firsts.length);
        long offsetsOffset = PackedWriter.write(out, offsets, offsets.length);
        long rawLengthsOffset = PackedWriter.write(out, live.rawLengths.toArray(), blockCount);
        writeTail(out, blockCount, firstsOffset, offsetsOffset, rawLengthsOffset);
    }

    static void writeTail(
            SegmentOutput out,
            int blockCount,
            long firstsOffset,
            long offsetsOffset,
            long rawLengthsOffset)
            throws IOException {
        out.putInt(blockCount);
        out.putInt(0);
        out.putLong(firstsOffset);
        out.putLong(offsetsOffset);
        out.putLong(rawLengthsOffset);
        out.end(SegmentLayout.Kind.DOCUMENTS, SegmentLayout.NO_FIELD);
    }

    private DocumentBlocks without(BitSet deleted) {
        DocumentBlocks live = new DocumentBlocks(Counter.newCounter());
        for (int i = 0; i < frames.size(); i++) {
            int first = firstDocuments.get(i);
            int end = i + 1 < frames.size() ? firstDocuments.get(i + 1) : documentCount;
            int dead = deleted.get(first, end).cardinality();
            if (dead == 0) {
                live.close();
                live.addFrame(frames.get(i), end - first, rawLengths.get(i));
            } else if (dead < end - first) {
                copyLive(frames.get(i), rawLengths.get(i), first, end, deleted, live);
            }
        }
        live.close();
        return live;
    }

    private static void copyLive(
            byte[] frame, int rawLength, int first, int end, BitSet deleted, DocumentBlocks live) {
        byte[] block = FrameCodec.decompress(frame, rawLength);
        for (int i = deleted.nextClearBit(first); i < end; i = deleted.nextClearBit(i + 1)) {
            int start = start(block, end - first, i - first);
            live.add(block, start, end(block, end - first, i - first) - start);
        }
    }

    private void addFrame(byte[] frame, int count, int rawLength) {
        frames.add(frame);
        firstDocuments.add(documentCount);
        rawLengths.add(rawLength);
        documentCount += count;
    }

    private void close() {
        int count = open.documentCount();
        if (count == 0) {
            return;
        }
        int rawLength = open.rawLength();
        int length = open.compress();
        byte[] frame = Arrays.copyOf(open.frame(), length);
        ramBytes.addAndGet(frame.length);
        firstDocuments.add(documentCount - count);
        frames.add(frame);
        rawLengths.add(rawLength);
        open.clear();
    }

    /// Where the i-th of `count` documents starts in a decompressed block.
    static int start(byte[] block, int count, int i) {
        return count * Integer.BYTES + (i == 0 ? 0 : (int) INT.get(block, (i - 1) * Integer.BYTES));
    }

    static int end(byte[] block, int count, int i) {
        return count * Integer.BYTES + (int) INT.get(block, i * Integer.BYTES);
    }
}
