package io.millrace.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MmapDirectoryTest {
    @TempDir Path folder;
    private Directory directory;

    @BeforeEach
    void openFolder() throws IOException {
        directory = MmapDirectory.open(folder.resolve("a/b"));
    }

    @Test
    void whatWasWrittenIsReadAndMapped() throws IOException {
        byte[] bytes = new byte[700_000];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (i * 31);
        }

        write("s-1.seg", bytes);

        ByteBuffer read = ByteBuffer.allocate(bytes.length - 5);
        try (FileInput input = directory.open("s-1.seg")) {
            assertEquals(bytes.length, input.length());
            input.readFully(5, read);
            assertThrows(
                    EOFException.class,
                    () -> input.readFully(bytes.length - 3, ByteBuffer.allocate(4)));
        }
        assertEquals(ByteBuffer.wrap(bytes, 5, bytes.length - 5), read.flip());
        MappedFile mapped = directory.map("s-1.seg");
        assertEquals(bytes.length, mapped.memory().byteSize());
        assertEquals(bytes[4711], mapped.memory().get(ValueLayout.JAVA_BYTE, 4711));
        mapped.close();
        assertThrows(
                IllegalStateException.class,
                () -> mapped.memory().get(ValueLayout.JAVA_BYTE, 4711));
    }

    //
    @Test
    void readsBeyondTheEndAreRefused() throws IOException {
        write("x", new byte[100]);
        try (FileInput input = directory.open("x")) {
            for (long position : new long[] {99, 100, 1L << 40}) {
                assertThrows(
                        EOFException.class,
                        () -> input.readFully(position, ByteBuffer.allocate(2)),
                        "at " + position);
            }
            assertThrows(
                    IllegalArgumentException.class,
                    () -> input.readFully(-1, ByteBuffer.allocate(1)));
        }
        MappedFile mapped = directory.map("x");
        try {
            for (long position : new long[] {-1, 93, 100, 1L << 40}) {
                assertThrows(
                        IndexOutOfBoundsException.class,
                        () -> mapped.memory().get(ValueLayout.JAVA_LONG_UNALIGNED, position),
                        "at " + position);
            }
            assertThrows(IndexOutOfBoundsException.class, () -> mapped.memory().asSlice(90, 11));
        } finally {
            mapped.close();
        }
    }

    // a name that is taken is refused, never written over.
    @Test
    void namesAreTakenOnce() throws IOException {
        write("c-1.pending", new byte[] {1});
        directory.link("c-1.commit", "c-1.pending");

        assertThrows(FileAlreadyExistsException.class, () -> directory.create("c-1.pending"));
        assertThrows(
                FileAlreadyExistsException.class,
                () -> directory.link("c-1.commit", "c-1.pending"));

        directory.delete("c-1.pending");
        directory.force();
        assertEquals(List.of("c-1.commit"), directory.list());
        assertThrows(NoSuchFileException.class, () -> directory.delete("c-1.pending"));
        assertThrows(NoSuchFileException.class, () -> directory.open("c-1.pending"));
    }

    @Test
    void namesCannotLeaveTheFolder() {
        for (String name :
                List.of("", ".", "..", "../x", "a/b", ".hidden", "a\0b", "x".repeat(201))) {
            assertThrows(MillraceException.Bug.class, () -> directory.create(name), name);
        }
    }

    @Test
    void foldersAndFilesAreListedApart() throws IOException {
        Directory inner = directory.folder("quakes");
        directory.folder("quakes");
        write("x", new byte[3]);

        assertEquals(List.of("quakes"), directory.folders());
        assertEquals(List.of("x"), directory.list());
        assertEquals(List.of(), inner.list());
    }

    @Test
    void theLockIsHeldOnce() throws IOException {
        Directory again = MmapDirectory.open(folder.resolve("a/../a/b"));

        try (DirectoryLock lock = directory.lock()) {
            assertThrows(MillraceException.Fenced.class, again::lock);
            lock.close();
            again.lock().close();
        }
    }

    @Test
    void aFileCutWhileBeingWrittenIsNotForced() throws IOException {
        try (FileOutput output = directory.create("x")) {
            output.write(ByteBuffer.allocate(10));
            Files.write(folder.resolve("a/b/x"), new byte[3]);

            assertThrows(DurabilityLost.class, output::force);
        }
    }

    private void write(String name, byte[] bytes) throws IOException {
        try (FileOutput output = directory.create(name)) {
            output.write(ByteBuffer.wrap(bytes));
            output.force();
        }
    }
}
