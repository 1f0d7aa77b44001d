package io.millrace.segment;

import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Fuzzing;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Damaged files whose checksums are true: what a checksum cannot find must not be worse than a
/// damaged file.
class SegmentFuzzTest {
    private static final SegmentId ID = new SegmentId("01JD0000000000000000000000");
    private static final String VECTORS = "d-01JD0000000000000000000000.dv";
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("tag", FieldType.KEYWORD).asMulti(),
                            Field.of("at", FieldType.TIMESTAMP),
                            Field.of("title", FieldType.TEXT)));

    /// What walking through everything allocates in passing, one piece after the other.
    private static final long WALK_BYTES = 64L << 20;

    // M-17: a length from the file is compared with what is there before it is used
    @Test
    void aSegmentOfTrueChecksumsIsReadOrRefused() throws IOException {
        List<byte[]> corpus = List.of(segment(1), segment(40), segment(400));
        Fuzzing.run(
                "segment, opened",
                corpus,
                SegmentFuzzTest::withTrueSums,
                0,
                file -> open(file).close());
        Fuzzing.run(
                "segment, read whole",
                corpus,
                SegmentFuzzTest::withTrueSums,
                WALK_BYTES,
                SegmentFuzzTest::readWhole);
    }

    private static byte[] segment(int documents) throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        for (int i = 0; i < documents; i++) {
            Value.Obj document =
                    new Value.Obj(
                            Map.of(
                                    "id", Value.of(i),
                                    "tag", Value.of("tag " + i % 7),
                                    "at", Value.of(1_700_000_000_000L + i),
                                    "title", Value.of("the same words and number " + i)));
            builder.add(DocumentKey.of(i), i, builder.analyze(Document.of(document)));
        }
        FaultDirectory folder = new FaultDirectory();
        builder.write(folder, ID);
        return folder.content(ID.fileName());
    }

    private static void readWhole(byte[] file) throws IOException {
        try (SegmentReader reader = open(file)) {
            SegmentCheck.structure(reader, Long.MAX_VALUE, SegmentFuzzTest::refuse, _ -> {});
            SegmentCheck.analysis(reader, SegmentFuzzTest::refuse, _ -> {});
        }
    }

    private static SegmentReader open(byte[] file) throws IOException {
        FaultDirectory folder = new FaultDirectory().forOneThread();
        folder.plant(ID.fileName(), file);
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        int trailer = Math.max(0, file.length - SegmentLayout.TRAILER_BYTES);
        int crc = file.length < SegmentLayout.TRAILER_BYTES ? 0 : bytes.getInt(trailer + 12);
        long footer = file.length < SegmentLayout.TRAILER_BYTES ? 0 : bytes.getLong(trailer);
        int documents = footer >= 0 && footer <= file.length - 4 ? bytes.getInt((int) footer) : 0;
        return SegmentReader.open(folder, new SegmentMeta(ID, file.length, crc, documents, 1));
    }

    private static void refuse(String place, String expected, String found) {
        throw new io.millrace.MillraceException.Corrupt(place + ": " + found);
    }

    /// Sums of blocks and footer, the length of the footer, and the header.
    private static byte[] withTrueSums(byte[] file) {
        int trailer = file.length - SegmentLayout.TRAILER_BYTES;
        if (trailer < SegmentLayout.HEADER_BYTES) {
            return file;
        }
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(0, SegmentOutput.header(ID));
        long footerOffset = bytes.getLong(trailer);
        if (footerOffset < SegmentLayout.HEADER_BYTES || footerOffset > trailer) {
            return file;
        }
        int footer = (int) footerOffset;
        int blocks = SegmentLayout.blockCount(footer);
        int sums = trailer - blocks * Integer.BYTES;
        for (int i = 0; i < blocks && sums > footer; i++) {
            int from = i * SegmentLayout.BLOCK_BYTES;
            int to = Math.min(footer, from + SegmentLayout.BLOCK_BYTES);
            bytes.putInt(sums + i * Integer.BYTES, crc(file, from, to));
        }
        bytes.putInt(trailer + 8, trailer - footer);
        bytes.putInt(trailer + 12, crc(file, footer, trailer));
        bytes.putLong(trailer + 16, Long.reverseBytes(SegmentLayout.MAGIC));
        return file;
    }

    @Test
    void deleteVectorsOfTrueChecksumsAreReadOrRefused() throws IOException {
        List<byte[]> corpus = new ArrayList<>();
        for (int count = 0; count < 4; count++) {
            TreeMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
            for (int i = 0; i < count; i++) {
                MutableRoaringBitmap vector = new MutableRoaringBitmap();
                vector.add(0L, i * 7000L + 1);
                vector.add(100_000 + i);
                vector.add(5_000_000);
                vectors.put(new SegmentId("01JD000000000000000000000" + i), vector);
            }
            FaultDirectory folder = new FaultDirectory();
            DeleteVectorFile.write(folder, VECTORS, vectors);
            corpus.add(folder.content(VECTORS));
        }
        Fuzzing.run(
                "delete vectors",
                corpus,
                file -> {
                    int trailer = file.length - DeleteVectorLayout.TRAILER_BYTES;
                    if (trailer >= DeleteVectorLayout.HEADER_BYTES) {
                        ByteBuffer.wrap(file)
                                .order(ByteOrder.LITTLE_ENDIAN)
                                .putInt(trailer, crc(file, 0, trailer))
                                .putInt(trailer + 4, DeleteVectorLayout.VERSION)
                                .putLong(trailer + 8, Long.reverseBytes(DeleteVectorLayout.MAGIC));
                    }
                    return file;
                },
                0,
                file -> {
                    FaultDirectory folder = new FaultDirectory();
                    folder.plant(VECTORS, file);
                    int trailer = file.length - DeleteVectorLayout.TRAILER_BYTES;
                    int crc =
                            trailer < 0
                                    ? 0
                                    : ByteBuffer.wrap(file)
                                            .order(ByteOrder.LITTLE_ENDIAN)
                                            .getInt(trailer);
                    DeleteVectorFile.read(folder, new DeleteVectorMeta(VECTORS, file.length, crc))
                            .values()
                            .forEach(vector -> vector.forEach((int _) -> {}));
                });
    }

    private static int crc(byte[] bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, to - from);
        return (int) crc.getValue();
    }
}
