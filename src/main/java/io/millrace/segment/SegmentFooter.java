package io.millrace.segment;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.FileInput;
import io.millrace.document.Document;
import io.millrace.document.Schema;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/// What a verified segment file says about itself.
///
/// - schema: the schema the segment was written with
/// - sections: the section table, every range of it inside the file
record SegmentFooter(Schema schema, int documentCount, List<SegmentLayout.Section> sections) {

    /// Reads the whole file once, through its channel, and compares every sum: footer against meta
    /// and trailer, header against the id, blocks against the footer. Never through a map: a file
    /// that was cut short would end the process there.
    ///
    /// @throws MillraceException.Corrupt when the file is not what the meta and its own sums say
    static SegmentFooter verify(Directory directory, SegmentMeta meta) throws IOException {
        try (FileInput in = directory.open(meta.id().fileName())) {
            long length = in.length();
            long lengthMin = SegmentLayout.HEADER_BYTES + SegmentLayout.TRAILER_BYTES;
            if (length != meta.lengthBytes() || length < lengthMin) {
                throw corrupt(meta, "length " + length + ", expected " + meta.lengthBytes());
            }
            long trailerOffset = length - SegmentLayout.TRAILER_BYTES;
            ByteBuffer trailer = read(in, trailerOffset, SegmentLayout.TRAILER_BYTES);
            long footerOffset = trailer.getLong();
            int footerLength = trailer.getInt();
            int footerCrc = trailer.getInt();
            long magic = Long.reverseBytes(trailer.getLong());
            if (magic != SegmentLayout.MAGIC) {
                throw corrupt(meta, "magic %016x at the end".formatted(magic));
            }
            if (footerLength < SegmentLayout.FOOTER_FIXED_BYTES
                    || footerLength > SegmentLayout.FOOTER_BYTES_MAX
                    || footerOffset != trailerOffset - footerLength
                    || footerOffset < SegmentLayout.HEADER_BYTES) {
                throw corrupt(meta, "footer at " + footerOffset + " of " + footerLength + " bytes");
            }
            ByteBuffer footer = read(in, footerOffset, footerLength);
            checkSum(meta, "footer", crcOf(footer), footerCrc);
            checkSum(meta, "footer of the commit record", footerCrc, meta.footerCrc());
            return parse(in, meta, footer, footerOffset);
        } catch (EOFException e) {
            throw new MillraceException.Corrupt(where(meta) + "ends before its length", e);
        }
    }

    private static SegmentFooter parse(
            FileInput in, SegmentMeta meta, ByteBuffer footer, long footerOffset)
            throws IOException {
        int documentCount = footer.getInt();
        int schemaLength = footer.getInt();
        int sectionCount = footer.getInt();
        int blockCount = footer.getInt();
        long expectedLength =
                SegmentLayout.FOOTER_FIXED_BYTES
                        + (long) schemaLength
                        + (long) sectionCount * SegmentLayout.FOOTER_SECTION_BYTES
                        + (long) blockCount * Integer.BYTES;
        if (schemaLength < 0
                || sectionCount < 0
                || blockCount != SegmentLayout.blockCount(footerOffset)
                || expectedLength != footer.capacity()
                || documentCount < 0
                || documentCount != meta.documentCount()) {
            throw corrupt(
                    meta,
                    "footer of %d documents, %d sections and %d blocks"
                            .formatted(documentCount, sectionCount, blockCount));
        }
        byte[] schemaBytes = new byte[schemaLength];
        footer.get(schemaBytes);
        Schema schema = Schema.fromValue(Document.ofBytes(schemaBytes).root());
        if (schema.version() != meta.schemaVersion()) {
            throw corrupt(
                    meta, "schema " + schema.version() + ", expected " + meta.schemaVersion());
        }
        List<SegmentLayout.Section> sections = new ArrayList<>(sectionCount);
        for (int i = 0; i < sectionCount; i++) {
            SegmentLayout.Section section =
                    new SegmentLayout.Section(
                            footer.getInt(), footer.getInt(), footer.getLong(), footer.getLong());
            if (section.offset() < SegmentLayout.HEADER_BYTES
                    || section.length() < 0
                    || section.length() > footerOffset - section.offset()
                    || section.field() < SegmentLayout.NO_FIELD
                    || section.field() >= schema.fields().size()) {
                throw corrupt(meta, "section " + section + " past " + footerOffset);
            }
            sections.add(section);
        }
        verifyBlocks(in, meta, footer, footerOffset);
        return new SegmentFooter(schema, documentCount, List.copyOf(sections));
    }

    private static void verifyBlocks(
            FileInput in, SegmentMeta meta, ByteBuffer expected, long footerOffset)
            throws IOException {
        ByteBuffer block = ByteBuffer.allocate(SegmentLayout.BLOCK_BYTES);
        CRC32C crc = new CRC32C();
        for (long offset = 0; offset < footerOffset; offset += SegmentLayout.BLOCK_BYTES) {
            block.clear();
            block.limit((int) Math.min(SegmentLayout.BLOCK_BYTES, footerOffset - offset));
            in.readFully(offset, block);
            block.flip();
            crc.reset();
            crc.update(block.array(), 0, block.limit());
            checkSum(meta, "block at " + offset, (int) crc.getValue(), expected.getInt());
            if (offset == 0) {
                checkHeader(meta, block);
            }
        }
    }

    private static void checkHeader(SegmentMeta meta, ByteBuffer firstBlock) {
        ByteBuffer header = ByteBuffer.wrap(SegmentOutput.header(meta.id()));
        if (!firstBlock.slice(0, SegmentLayout.HEADER_BYTES).equals(header)) {
            throw corrupt(meta, "header of another segment or format");
        }
    }

    private static ByteBuffer read(FileInput in, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        in.readFully(offset, bytes);
        return bytes.flip();
    }

    private static int crcOf(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.array(), 0, bytes.limit());
        return (int) crc.getValue();
    }

    private static void checkSum(SegmentMeta meta, String what, int computed, int expected) {
        if (computed != expected) {
            throw corrupt(
                    meta,
                    "checksum of %s is %08x, expected %08x".formatted(what, computed, expected));
        }
    }

    private static MillraceException.Corrupt corrupt(SegmentMeta meta, String what) {
        return new MillraceException.Corrupt(where(meta) + what);
    }

    private static String where(SegmentMeta meta) {
        return "segment " + meta.id() + ": ";
    }
}
