package io.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What holds for the source text and cannot be seen in classes.
class TidyTest {
    private static final int LINES_MAX = 500;

    @Test
    void noFileIsTooLongToReadAtOnce() throws IOException {
        var tooLong =
                javaFiles().stream()
                        .filter(file -> lines(file).size() > LINES_MAX)
                        .map(file -> "%s has %d lines".formatted(file, lines(file).size()))
                        .toList();
        assertEquals(List.of(), tooLong);
    }

    @Test
    void nothingIsLeftForLater() throws IOException {
        // Put together, so that this file does not find itself.
        var marks = List.of("TO" + "DO", "FIX" + "ME", "XX" + "X:");
        var found =
                javaFiles().stream()
                        .filter(file ->
                                lines(file).stream()
                                        .anyMatch(line -> marks.stream().anyMatch(line::contains)))
                        .toList();
        assertEquals(List.of(), found);
    }

    private static List<Path> javaFiles() throws IOException {
        try (var paths = Files.walk(Path.of("src"))) {
            var files = paths.filter(path -> path.toString().endsWith(".java")).toList();
            assertTrue(files.size() > 100, "run from the top of the project");
            return files;
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
