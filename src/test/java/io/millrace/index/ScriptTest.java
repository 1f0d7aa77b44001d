package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plays the scripts of `src/test/resources/scripts/index`: lines that start with `>` are commands,
/// what follows is what the index answered. `-Dscripts.record=true` writes the answers anew; the
/// diff is the review.
class ScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/scripts/index");
    private static final Logger LOG = Logger.getLogger("io.millrace.index");

    @BeforeEach
    void beQuiet() {
        LOG.setLevel(Level.OFF);
    }

    @AfterEach
    void speakAgain() {
        LOG.setLevel(null);
    }

    static Stream<String> scripts() throws IOException {
        try (Stream<Path> files = Files.list(SCRIPTS)) {
            return files.map(file -> String.valueOf(file.getFileName())).sorted().toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void theIndexAnswersAsRecorded(String script) throws IOException {
        Path file = SCRIPTS.resolve(script);
        String recorded = Files.readString(file);

        String played = play(recorded);

        if (Boolean.getBoolean("scripts.record")) {
            Files.writeString(file, played);
        } else {
            assertEquals(recorded, played);
        }
        assertTrue(played.contains("\n> "), "script without commands");
    }

    private static String play(String recorded) {
        StringBuilder played = new StringBuilder();
        try (ScriptRunner runner = new ScriptRunner()) {
            recorded.lines()
                    .filter(line -> line.isEmpty() || line.startsWith("#") || line.startsWith(">"))
                    .forEach(line -> {
                        played.append(line).append('\n');
                        if (line.startsWith("> ")) {
                            runner.run(line.substring(2))
                                    .forEach(answer ->
                                            played.append("  ").append(answer).append('\n'));
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return played.toString();
    }
}
