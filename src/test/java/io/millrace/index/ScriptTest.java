package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Plays the scripts of `src/test/resources/scripts/index`: lines that start with `>` are commands,
/// what follows is what the index answered. `-Dscripts.record=true` writes the answers anew; the
/// diff is the review.
@ExtendWith(SilentEngine.class)
class ScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/scripts/index");

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
