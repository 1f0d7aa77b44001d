package io.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// The page that says how each defect of earlier systems is kept out says what is true.
class KnownDefectsTest {
    private static final Path PAGE = Path.of("src/docs/known-defects.md");
    private static final Pattern ROW = Pattern.compile("\\| X-([0-9]+) \\|(.*)\\|(.*)\\|");
    private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*(?:Test|IT))\\.(\\w+)`");
    private static final Pattern REASON = Pattern.compile("\\b(cannot occur|not built|open):");
    private static final int NEWEST = 113;

    @Test
    void everyDefectStandsOnceInTheOrderOfItsNumber() throws IOException {
        List<Integer> expected =
                IntStream.rangeClosed(1, NEWEST)
                        .filter(id -> id <= 5 || id >= 10)
                        .filter(id -> id <= 33 || id >= 40)
                        .filter(id -> id <= 62 || id >= 70)
                        .boxed()
                        .toList();
        assertEquals(expected, rows().stream().map(Row::id).sorted().toList());
    }

    @Test
    void everyDefectHasATestOrAReason() throws IOException {
        List<String> neither =
                rows().stream()
                        .filter(row -> tests(row).isEmpty() && !REASON.matcher(row.here).find())
                        .map(row -> "X-" + row.id)
                        .toList();
        assertEquals(List.of(), neither);
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = testSources();
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (Row row : rows()) {
            for (String[] test : tests(row)) {
                String source = sources.getOrDefault(test[0], "");
                if (!Pattern.compile("\\bvoid " + test[1] + "\\(").matcher(source).find()) {
                    missing.add("X-%d: %s.%s".formatted(row.id, test[0], test[1]));
                } else {
                    found++;
                }
            }
        }
        assertEquals(List.of(), missing);
        assertTrue(found > 50, found + " tests are named");
    }

    private record Row(int id, String here) {}

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(new Row(Integer.parseInt(row.group(1)), row.group(3)));
            }
        }
        return rows;
    }

    private static List<String[]> tests(Row row) {
        return TEST.matcher(row.here)
                .results()
                .map(found -> new String[] {found.group(1), found.group(2)})
                .toList();
    }

    private static Map<String, String> testSources() throws IOException {
        try (var paths = Files.walk(Path.of("src/test/java"))) {
            return paths.filter(path -> path.toString().matches(".*(Test|IT)\\.java"))
                    .collect(
                            Collectors.toMap(
                                    path -> String.valueOf(path.getFileName()).replace(".java", ""),
                                    KnownDefectsTest::read));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
