package io.millrace.mutants;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// The engine's tests are only as good as what they notice: each mutant leaves out, swaps or
/// loosens one step of a protocol, and at least one of its tests must fail. Profile `mutants`.
class MutantsTest {
    private static final Path MUTANTS = Path.of("src/test/resources/mutants");
    private static final Path WORK = Path.of("target/mutants");

    /// A mutant that makes a test wait for ever is noticed too.
    private static final long MINUTES_MAX = 4;

    private static final String MUTANT_ONLY = System.getProperty("mutant", "");

    private static final int MUTANTS_MIN = 40;

    /// Cheap, so it belongs to every build: a mutant whose lines or tests are gone proves nothing.
    @Test
    void everyMutantStillFitsTheSource() throws IOException {
        List<Mutant> mutants = mutants();
        assertTrue(mutants.size() >= MUTANTS_MIN, () -> "only " + mutants.size() + " mutants");
        for (Mutant mutant : mutants) {
            mutant.mutated();
            mutant.tests().forEach(test -> assertTrue(exists(test), () -> mutant + ": " + test));
        }
    }

    private static boolean exists(String test) {
        String className = test.replaceFirst("#.*", "");
        try {
            Class<?> found = Class.forName(className);
            String method = test.substring(className.length()).replaceFirst("#([^(]*).*", "$1");
            return method.isEmpty()
                    || Arrays.stream(found.getDeclaredMethods())
                            .anyMatch(declared -> declared.getName().equals(method));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    @TestFactory
    @Tag("mutants")
    Stream<DynamicTest> everyMutantIsNoticed() throws IOException {
        return mutants().stream()
                .filter(mutant -> mutant.name().contains(MUTANT_ONLY))
                .map(mutant -> DynamicTest.dynamicTest(mutant.toString(), () -> check(mutant)));
    }

    private static void check(Mutant mutant) throws Exception {
        Path classes = Files.createDirectories(WORK.resolve(mutant.name()).resolve("classes"));
        Path log = WORK.resolve(mutant.name()).resolve("tests.log");
        compile(mutant, classes);
        long start = System.nanoTime();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "-XX:+UseSerialGC",
                        "-Xmx1g",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                        "-cp",
                        classes + File.pathSeparator + System.getProperty("java.class.path"),
                        MutantProcess.class.getName()));
        command.addAll(mutant.tests());
        Process tests =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        boolean ended = tests.waitFor(MINUTES_MAX, TimeUnit.MINUTES);
        String outcome;
        if (!ended) {
            tests.destroyForcibly();
            outcome = "the tests hang";
        } else {
            switch (tests.exitValue()) {
                case MutantProcess.ALL_GREEN -> fail("nobody noticed " + mutant + "; see " + log);
                case MutantProcess.NOTHING_RAN -> fail("no test ran; see " + log);
                default -> {}
            }
            assertEquals(MutantProcess.NOTICED, tests.exitValue(), () -> "see " + log);
            outcome = noticed(log);
        }
        System.out.printf(
                "mutant %-40s %5.1f s  %s%n",
                mutant.name(), (System.nanoTime() - start) / 1e9, outcome);
    }

    private static String noticed(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith("noticed by ")).findFirst().orElse("");
        }
    }

    private static void compile(Mutant mutant, Path classes) throws IOException {
        Path source = WORK.resolve(mutant.name()).resolve("source").resolve(mutant.file());
        Files.createDirectories(source.getParent());
        Files.writeString(source, mutant.mutated());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            boolean compiled =
                    compiler.getTask(
                                    messages,
                                    files,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-nowarn",
                                            "-d",
                                            classes.toString(),
                                            "-cp",
                                            System.getProperty("java.class.path")),
                                    null,
                                    files.getJavaFileObjects(source))
                            .call();
            assertTrue(compiled, () -> "mutant " + mutant.name() + ": " + messages);
        }
    }

    private static List<Mutant> mutants() throws IOException {
        try (Stream<Path> paths = Files.list(MUTANTS)) {
            List<Mutant> mutants = new ArrayList<>();
            for (Path path : paths.sorted().toList()) {
                mutants.add(Mutant.read(path));
            }
            return mutants;
        }
    }
}
