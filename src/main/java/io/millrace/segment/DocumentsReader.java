package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Reads a documents section ([DocumentsLayout]). Immutable but for the last decompressed block,
/// which is kept for neighbours; any thread may replace it.
final class DocumentsReader {
    private static final int KEPT_BYTES_MAX = 256 << 10;

    private record Block(int ordinal, byte[] bytes) {}

    private final MemorySegment section;
    private final int blockCount;
    private final PackedArray firstDocuments;
    private final PackedArray offsets;
    private final PackedArray rawLengths;

    /// Racy on purpose: a record is published whole, and an older one costs only a decompression.
    private volatile @Nullable Block kept;

    DocumentsReader(MemorySegment section, int documentCount) {
        this.section = section;
        long tail = section.byteSize() - DocumentsLayout.TAIL_BYTES;
        blockCount = section.get(SegmentLayout.INT, tail + DocumentsLayout.TAIL_BLOCKS_OFFSET);
        firstDocuments = packed(tail + DocumentsLayout.TAIL_FIRST_DOCUMENTS_OFFSET);
        offsets = packed(tail + DocumentsLayout.TAIL_OFFSETS_OFFSET);
        rawLengths = packed(tail + DocumentsLayout.TAIL_RAW_LENGTHS_OFFSET);
        if (firstDocuments.count() != blockCount + 1
                || offsets.count() != blockCount + 1
                || rawLengths.count() != blockCount
                || firstDocuments.get(blockCount) != documentCount
                || offsets.get(blockCount) > tail) {
            throw new MillraceException.Corrupt(
                    "%d document blocks that do not hold %d documents"
                            .formatted(blockCount, documentCount));
        }
    }

    Document document(int document) {
        int block = firstDocuments.floor(document);
        int first = firstDocuments.getInt(block);
        int count = firstDocuments.getInt(block + 1) - first;
        byte[] bytes = block(block);
        int start = DocumentBlocks.start(bytes, count, document - first);
        int end = DocumentBlocks.end(bytes, count, document - first);
        if (start < 0 || start > end || end > bytes.length) {
            throw new MillraceException.Corrupt(
                    "document %d from %d to %d of a block of %d bytes"
                            .formatted(document, start, end, bytes.length));
        }
        return Document.ofBytes(Arrays.copyOfRange(bytes, start, end));
    }

    private byte[] block(int ordinal) {
        Block last = kept;
        if (last != null && last.ordinal() == ordinal) {
            return last.bytes();
        }
        byte[] bytes = decompressed(ordinal);
        if (bytes.length <= KEPT_BYTES_MAX) {
            kept = new Block(ordinal, bytes);
        }
        return bytes;
    }

    byte[] decompressed(int block) {
        long offset = offsets.get(block);
        byte[] frame = new byte[Math.toIntExact(offsets.get(block + 1) - offset)];
        MemorySegment.copy(section, SegmentLayout.BYTE, offset, frame, 0, frame.length);
        return FrameCodec.decompress(frame, rawLengths.getInt(block));
    }

    /// Appends a compressed block as it is.
    void copyFrame(int block, SegmentOutput out) throws IOException {
        long offset = offsets.get(block);
        out.putMemory(section, offset, offsets.get(block + 1) - offset);
    }

    int blockOf(int document) {
        return firstDocuments.floor(document);
    }

    /// The first document of a block; for the block after the last, the document count.
    int firstDocument(int block) {
        return firstDocuments.getInt(block);
    }

    int rawLength(int block) {
        return rawLengths.getInt(block);
    }

    private PackedArray packed(long offsetAt) {
        return new PackedArray(section, section.get(SegmentLayout.LONG, offsetAt));
    }
}
