package io.millrace.segment;

import io.millrace.directory.FileOutput;
import io.millrace.document.Document;
import io.millrace.document.Schema;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.apache.lucene.util.Counter;

/// Writes a segment file from front to back and sums its blocks on the way ([SegmentLayout]).
/// Numbers are little-endian. Confined to one thread; the file is the caller's to close.
final class SegmentOutput {
    private final FileOutput file;
    private final SegmentId id;

    /// One block of the file, written when full, so that its sum is the block's sum.
    private final ByteBuffer block =
            ByteBuffer.allocate(SegmentLayout.BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);

    private final CRC32C crc = new CRC32C();
    private final IntList blockCrcs = new IntList(Counter.newCounter());
    private final List<SegmentLayout.Section> sections = new ArrayList<>();
    private long writtenBytes;
    private long sectionOffset;

    SegmentOutput(FileOutput file, SegmentId id) throws IOException {
        this.file = file;
        this.id = id;
        putBytes(header(id));
    }

    static byte[] header(SegmentId id) {
        ByteBuffer header =
                ByteBuffer.allocate(SegmentLayout.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(Long.reverseBytes(SegmentLayout.MAGIC));
        header.putInt(SegmentLayout.FORMAT_VERSION);
        header.put(SegmentLayout.HEADER_ULID_OFFSET, id.ulid().getBytes(StandardCharsets.US_ASCII));
        return header.array();
    }

    /// Starts a section; every offset inside it counts from here.
    void begin() throws IOException {
        align();
        sectionOffset = position();
    }

    /// Ends the section that [#begin] started and enters it into the table.
    void end(SegmentLayout.Kind kind, int field) {
        sections.add(
                new SegmentLayout.Section(
                        kind.code, field, sectionOffset, position() - sectionOffset));
    }

    /// Bytes since the section began.
    long offset() {
        return position() - sectionOffset;
    }

    void putByte(int value) throws IOException {
        block.put((byte) value);
        if (!block.hasRemaining()) {
            flush();
        }
    }

    void putInt(int value) throws IOException {
        if (block.remaining() > Integer.BYTES) {
            block.putInt(value);
        } else {
            for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
                putByte(value >>> shift);
            }
        }
    }

    void putLong(long value) throws IOException {
        if (block.remaining() > Long.BYTES) {
            block.putLong(value);
        } else {
            for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
                putByte((int) (value >>> shift));
            }
        }
    }

    /// Seven bits a byte, lowest first; the top bit says that more follow.
    void putVarint(int value) throws IOException {
        int rest = value;
        while ((rest & ~0x7F) != 0) {
            putByte(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        putByte(rest);
    }

    void putBytes(byte[] bytes) throws IOException {
        putBytes(bytes, 0, bytes.length);
    }

    void putBytes(byte[] bytes, int offset, int length) throws IOException {
        int at = offset;
        int end = offset + length;
        while (at < end) {
            int piece = Math.min(end - at, block.remaining());
            block.put(bytes, at, piece);
            at += piece;
            if (!block.hasRemaining()) {
                flush();
            }
        }
    }

    void putMemory(MemorySegment memory, long offset, long length) throws IOException {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            int piece = (int) Math.min(end - at, block.remaining());
            MemorySegment.copy(
                    memory, SegmentLayout.BYTE, at, block.array(), block.position(), piece);
            block.position(block.position() + piece);
            at += piece;
            if (!block.hasRemaining()) {
                flush();
            }
        }
    }

    /// Zero bytes up to the next multiple of 8 in the file, hence in the section.
    void align() throws IOException {
        while (position() % SegmentLayout.ALIGNMENT_BYTES != 0) {
            putByte(0);
        }
    }

    /// Writes footer and trailer and forces the file.
    SegmentMeta finish(Schema schema, int documentCount) throws IOException {
        align();
        long footerOffset = position();
        if (block.position() > 0) {
            flush();
        }
        byte[] schemaBytes = Document.of(schema.toValue()).bytes();
        int footerLength =
                Math.toIntExact(
                        SegmentLayout.FOOTER_FIXED_BYTES
                                + (long) schemaBytes.length
                                + (long) sections.size() * SegmentLayout.FOOTER_SECTION_BYTES
                                + (long) blockCrcs.size() * Integer.BYTES);
        ByteBuffer end =
                ByteBuffer.allocate(Math.addExact(footerLength, SegmentLayout.TRAILER_BYTES))
                        .order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(documentCount).putInt(schemaBytes.length);
        end.putInt(sections.size()).putInt(blockCrcs.size());
        end.put(schemaBytes);
        for (SegmentLayout.Section section : sections) {
            end.putInt(section.kind()).putInt(section.field());
            end.putLong(section.offset()).putLong(section.length());
        }
        for (int i = 0; i < blockCrcs.size(); i++) {
            end.putInt(blockCrcs.get(i));
        }
        crc.reset();
        crc.update(end.array(), 0, footerLength);
        int footerCrc = (int) crc.getValue();
        end.putLong(footerOffset).putInt(footerLength).putInt(footerCrc);
        end.putLong(Long.reverseBytes(SegmentLayout.MAGIC));
        file.write(end.flip());
        file.force();
        return new SegmentMeta(id, file.length(), footerCrc, documentCount, schema.version());
    }

    private long position() {
        return writtenBytes + block.position();
    }

    private void flush() throws IOException {
        crc.reset();
        crc.update(block.array(), 0, block.position());
        blockCrcs.add((int) crc.getValue());
        writtenBytes += block.position();
        file.write(block.flip());
        block.clear();
    }
}
