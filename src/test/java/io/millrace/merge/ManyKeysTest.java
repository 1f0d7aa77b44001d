package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Many keys, many times more bytes than heap. Profile `soak` takes ten million in 512 MiB, which a
/// map of them would not fit.
final class ManyKeysTest {
    private static final boolean IS_SOAK = Integer.getInteger("soak.factor", 1) > 1;
    private static final long KEYS = IS_SOAK ? 10_000_000 : 200_000;
    private static final String HEAP = IS_SOAK ? "-Xmx512m" : "-Xmx20m";

    @Test
    void everyKeyIsFoundAndEveryMergeFitsWhateverTheHeap(@TempDir Path folder) throws Exception {
        Process process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                HEAP,
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ManyKeysProcess.class.getName(),
                                folder.toString(),
                                Long.toString(KEYS))
                        .redirectErrorStream(true)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        System.out.print(said);
        assertTrue(said.contains("1 segments: "), said);
    }
}
