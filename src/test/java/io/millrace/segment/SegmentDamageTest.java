package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Corrupt;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever happens to the bytes of a segment file, opening it says so.
final class SegmentDamageTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("tag", FieldType.KEYWORD).asMulti(),
                            Field.of("title", FieldType.TEXT)));
    private static final SegmentId ID = new SegmentId("01JD0000000000000000000000");

    @TempDir Path folder;
    private MmapDirectory directory;
    private Path file;

    @BeforeEach
    void openFolder() throws IOException {
        directory = MmapDirectory.open(folder);
        file = folder.resolve(ID.fileName());
    }

    @Test
    void everyFlippedByteIsFound() throws IOException {
        SegmentMeta meta = write(ID, 12);
        byte[] intact = Files.readAllBytes(file);
        Seeded.repeat(
                1,
                random -> {
                    for (int i = 0; i < intact.length; i++) {
                        put(i, intact[i] ^ 1 << random.nextInt(8));
                        assertCorrupt(meta, "byte " + i);
                        put(i, intact[i]);
                    }
                });
        SegmentReader.open(directory, meta).close();
    }

    @Test
    void everyTruncationIsFound() throws IOException {
        SegmentMeta meta = write(ID, 12);
        byte[] intact = Files.readAllBytes(file);
        for (int length = intact.length - 1; length >= 0; length--) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(length);
            }
            assertCorrupt(meta, "length " + length);
            // A record that lies about the length does not make a cut file whole.
            SegmentMeta shorter =
                    new SegmentMeta(
                            ID,
                            length,
                            meta.footerCrc(),
                            meta.documentCount(),
                            meta.schemaVersion());
            assertCorrupt(shorter, "length " + length);
        }
        assertCorrupt(meta, Arrays.copyOf(intact, intact.length + 1), "a byte more");
    }

    @Test
    void damageInAFileOfManyBlocksIsFound() throws IOException {
        SegmentMeta meta = write(ID, 20_000);
        byte[] intact = Files.readAllBytes(file);
        assertTrue(intact.length > 3 * SegmentLayout.BLOCK_BYTES, "length " + intact.length);
        Seeded.repeat(
                50,
                random -> {
                    byte[] damaged = intact.clone();
                    damage(damaged, random);
                    if (!Arrays.equals(damaged, intact)) {
                        assertCorrupt(meta, damaged, "damage");
                    }
                });
    }

    @Test
    void aFileOfAnotherSegmentIsNotTaken() throws IOException {
        SegmentMeta meta = write(ID, 12);
        SegmentId otherId = new SegmentId("01JD0000000000000000000001");
        SegmentMeta other = write(otherId, 12);
        Files.copy(folder.resolve(otherId.fileName()), file, StandardCopyOption.REPLACE_EXISTING);
        assertThrows(Corrupt.class, () -> SegmentReader.open(directory, meta));
        // Even when the commit record was swapped with it.
        SegmentMeta swapped = new SegmentMeta(ID, other.lengthBytes(), other.footerCrc(), 12, 1);
        assertThrows(Corrupt.class, () -> SegmentReader.open(directory, swapped));
    }

    @Test
    void factsThatDifferFromTheCommitRecordAreFound() throws IOException {
        SegmentMeta meta = write(ID, 12);
        long length = meta.lengthBytes();
        int crc = meta.footerCrc();
        for (SegmentMeta wrong :
                new SegmentMeta[] {
                    new SegmentMeta(ID, length, crc, 13, 1),
                    new SegmentMeta(ID, length, crc, 12, 2),
                    new SegmentMeta(ID, length, crc + 1, 12, 1),
                    new SegmentMeta(ID, length + 1, crc, 12, 1)
                }) {
            assertThrows(Corrupt.class, () -> SegmentReader.open(directory, wrong));
        }
    }

    @Test
    void aMissingFileIsMissingNotCorrupt() throws IOException {
        SegmentMeta meta = write(ID, 1);
        Files.delete(file);
        assertThrows(NoSuchFileException.class, () -> SegmentReader.open(directory, meta));
    }

    private static void damage(byte[] bytes, RandomGenerator random) {
        int at = random.nextInt(bytes.length);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(300));
        switch (random.nextInt(3)) {
            case 0 -> bytes[at] ^= (byte) (1 + random.nextInt(255));
            case 1 -> Arrays.fill(bytes, at, end, (byte) 0);
            default -> {
                int from = random.nextInt(bytes.length - (end - at));
                System.arraycopy(bytes, from, bytes, at, end - at);
            }
        }
    }

    private void assertCorrupt(SegmentMeta meta, byte[] damaged, String what) throws IOException {
        Files.write(file, damaged);
        assertCorrupt(meta, what);
    }

    private void put(int at, int value) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) value}), at);
        }
    }

    private void assertCorrupt(SegmentMeta meta, String what) {
        Corrupt e = assertThrows(Corrupt.class, () -> SegmentReader.open(directory, meta), what);
        assertTrue(e.toString().contains(ID.ulid()), e.toString());
    }

    private SegmentMeta write(SegmentId id, int documents) throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        for (int i = 0; i < documents; i++) {
            Value.Obj document =
                    new Value.Obj(
                            Map.of(
                                    "id", Value.of(i),
                                    "tag", Value.of("tag " + i % 7),
                                    "title", Value.of("the same words and number " + i)));
            builder.add(DocumentKey.of(i), i, builder.analyze(Document.of(document)));
        }
        return builder.write(directory, id);
    }
}
