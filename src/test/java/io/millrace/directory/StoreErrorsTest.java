package io.millrace.directory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class StoreErrorsTest {
    private static final int ENOSPC = 28;
    private static final int EIO = 5;

    /// Whatever language this process speaks: what the JDK reports is what the C library says.
    @Test
    void whatTheSystemSaysOfAFullDeviceIsRecognized() throws Throwable {
        IOException full;
        try (FileChannel device =
                FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)) {
            full =
                    assertThrows(
                            IOException.class, () -> device.write(ByteBuffer.wrap(new byte[] {1})));
        }

        assertEquals(StoreErrors.textOf(ENOSPC), full.getMessage());
        assertTrue(StoreErrors.isFull(full));
        assertTrue(StoreErrors.isFull(new IOException("write /x: " + full.getMessage())));
        assertFalse(StoreErrors.isFull(new IOException(StoreErrors.textOf(EIO))));
    }
}
