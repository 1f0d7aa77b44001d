package io.millrace.segment;

import io.millrace.document.Document;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.lucene.util.Counter;

/// The block of stored documents that is being filled ([DocumentsLayout]). Confined to one thread.
final class OpenBlock {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Counter ramBytes;
    private final ByteList documents;
    private final IntList ends;
    private byte[] raw = new byte[0];
    private byte[] frame = new byte[0];

    OpenBlock(Counter ramBytes) {
        this.ramBytes = ramBytes;
        documents = new ByteList(ramBytes);
        ends = new IntList(ramBytes);
    }

    void add(byte[] source, int offset, int length) {
        documents.addAll(source, offset, length);
        ends.add(documents.size());
    }

    /// The i-th document of this block.
    Document document(int i) {
        int start = i == 0 ? 0 : ends.get(i - 1);
        return Document.ofBytes(Arrays.copyOfRange(documents.array(), start, ends.get(i)));
    }

    int documentCount() {
        return ends.size();
    }

    /// Of the documents, without their ends.
    int sizeBytes() {
        return documents.size();
    }

    boolean isFull() {
        return documents.size() >= DocumentsLayout.BLOCK_BYTES;
    }

    /// Of the block when it is compressed.
    int rawLength() {
        return Math.addExact(ends.size() * Integer.BYTES, documents.size());
    }

    /// Compresses the documents to the front of [#frame] and returns how many bytes that takes.
    int compress() {
        int rawLength = rawLength();
        if (raw.length < rawLength) {
            ramBytes.addAndGet(rawLength - raw.length);
            raw = new byte[rawLength];
        }
        for (int i = 0; i < ends.size(); i++) {
            INT.set(raw, i * Integer.BYTES, ends.get(i));
        }
        System.arraycopy(documents.array(), 0, raw, ends.size() * Integer.BYTES, documents.size());
        int bound = FrameCodec.frameBytesMax(rawLength);
        if (frame.length < bound) {
            ramBytes.addAndGet(bound - frame.length);
            frame = new byte[bound];
        }
        return FrameCodec.compress(raw, rawLength, frame);
    }

    /// Holds what [#compress] made, until the next one.
    byte[] frame() {
        return frame;
    }

    void clear() {
        documents.clear();
        ends.clear();
    }
}
