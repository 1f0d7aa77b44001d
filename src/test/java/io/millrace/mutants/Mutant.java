package io.millrace.mutants;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One wrong version of one source file.
///
/// ```
/// # why it is wrong
/// file io/millrace/index/DraftWriter.java
/// tests io.millrace.index.CrashTest io.millrace.index.IndexModelTest
/// -lines as they stand in the file
/// +lines that replace them
/// ```
///
/// - lines: what is replaced; stands in the file exactly once
/// - tests: those that should notice, the likeliest first; classes, or one method (`Class#method`,
///   with the types of its parameters in brackets if it has any)
record Mutant(
        String name,
        String why,
        String file,
        List<String> tests,
        List<String> lines,
        List<String> replacement) {

    private static final Path SOURCES = Path.of("src/main/java");

    static Mutant read(Path path) throws IOException {
        List<String> why = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        List<String> replacement = new ArrayList<>();
        String file = "";
        List<String> tests = List.of();
        for (String line : Files.readAllLines(path)) {
            if (line.startsWith("#")) {
                why.add(line.substring(1).strip());
            } else if (line.startsWith("file ")) {
                file = line.substring("file ".length()).strip();
            } else if (line.startsWith("tests ")) {
                tests = List.of(line.substring("tests ".length()).strip().split("\\s+"));
            } else if (line.startsWith("-")) {
                lines.add(line.substring(1));
            } else if (line.startsWith("+")) {
                replacement.add(line.substring(1));
            } else if (!line.isBlank()) {
                throw new IOException("%s: '%s' is no part of a mutant".formatted(path, line));
            }
        }
        if (why.isEmpty() || file.isEmpty() || tests.isEmpty() || lines.isEmpty()) {
            throw new IOException(path + ": expected #, file, tests and - lines");
        }
        String name = path.getFileName().toString().replace(".mutant", "");
        return new Mutant(name, String.join(" ", why), file, tests, lines, replacement);
    }

    /// The text of the file with the mutation.
    ///
    /// @throws IOException when the lines do not stand there exactly once: the code has moved on
    String mutated() throws IOException {
        List<String> source = Files.readAllLines(SOURCES.resolve(file));
        List<Integer> places = new ArrayList<>();
        for (int start = 0; start + lines.size() <= source.size(); start++) {
            if (matches(source.subList(start, start + lines.size()))) {
                places.add(start);
            }
        }
        if (places.size() != 1) {
            throw new IOException(
                    "mutant %s: its lines stand %d times in %s, expected once"
                            .formatted(name, places.size(), file));
        }
        int place = places.getFirst();
        List<String> mutated = new ArrayList<>(source.subList(0, place));
        mutated.addAll(replacement);
        mutated.addAll(source.subList(place + lines.size(), source.size()));
        return String.join("\n", mutated) + "\n";
    }

    /// Indentation may change with the formatter; the rest may not.
    private boolean matches(List<String> candidate) {
        for (int i = 0; i < lines.size(); i++) {
            if (!candidate.get(i).strip().equals(lines.get(i).strip())) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return name + ": " + why;
    }
}
