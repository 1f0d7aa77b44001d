package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.Corrupt;
import io.millrace.directory.MmapDirectory;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

final class DeleteVectorFileTest {
    @TempDir Path folder;
    private MmapDirectory directory;

    @BeforeEach
    void openFolder() throws IOException {
        directory = MmapDirectory.open(folder);
    }

    @Test
    void vectorsAreReadBackAsWritten() {
        Seeded.repeat(
                30,
                random -> {
                    SortedMap<SegmentId, ImmutableRoaringBitmap> vectors =
                            randomVectors(random, 1 << 20);
                    String name = "d-" + Ulids.next(random).ulid() + ".dv";
                    DeleteVectorMeta meta = DeleteVectorFile.write(directory, name, vectors);
                    assertEquals(vectors, DeleteVectorFile.read(directory, meta));
                });
    }

    @Test
    void everyFlippedByteAndTruncationIsFound() {
        Seeded.repeat(
                2,
                random -> {
                    String name = "d-" + Ulids.next(random).ulid() + ".dv";
                    DeleteVectorMeta meta =
                            DeleteVectorFile.write(directory, name, randomVectors(random, 500));
                    Path file = folder.resolve(name);
                    byte[] intact = Files.readAllBytes(file);
                    for (int i = 0; i < intact.length; i++) {
                        byte[] damaged = intact.clone();
                        damaged[i] ^= (byte) (1 + random.nextInt(255));
                        assertCorrupt(meta, file, damaged);
                        byte[] cut = Arrays.copyOf(intact, i);
                        assertCorrupt(meta, file, cut);
                        assertCorrupt(new DeleteVectorMeta(name, i, meta.crc()), file, cut);
                    }
                });
    }

    @Test
    void aWholeFileOfOtherVectorsIsNotTaken() {
        Seeded.once(random -> {
            SegmentId segment = Ulids.next(random);
            DeleteVectorMeta meant = write("d-meant.dv", segment, 1);
            DeleteVectorMeta other = write("d-other.dv", segment, 2);
            assertEquals(meant.lengthBytes(), other.lengthBytes());
            assertCorrupt(
                    meant,
                    folder.resolve(meant.name()),
                    Files.readAllBytes(folder.resolve(other.name())));
        });
    }

    private DeleteVectorMeta write(String name, SegmentId segment, int document)
            throws IOException {
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        vectors.put(segment, MutableRoaringBitmap.bitmapOf(document));
        return DeleteVectorFile.write(directory, name, vectors);
    }

    @Test
    void aMissingFileIsMissingNotCorrupt() {
        assertThrows(
                NoSuchFileException.class,
                () -> DeleteVectorFile.read(directory, new DeleteVectorMeta("d-x.dv", 100, 0)));
    }

    private void assertCorrupt(DeleteVectorMeta meta, Path file, byte[] damaged)
            throws IOException {
        Files.write(file, damaged);
        assertThrows(Corrupt.class, () -> DeleteVectorFile.read(directory, meta));
    }

    private static SortedMap<SegmentId, ImmutableRoaringBitmap> randomVectors(
            RandomGenerator random, int documents) {
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            MutableRoaringBitmap deleted = new MutableRoaringBitmap();
            for (int j = random.nextInt(400); j > 0; j--) {
                deleted.add(random.nextInt(documents));
            }
            vectors.put(Ulids.next(random), deleted);
        }
        return vectors;
    }
}
