package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.testing.SideBySide;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.util.Counter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.RoaringBitmap;

/// Kills processes that commit to real files, at a random commit and a random moment within it: two
/// at a time, each over a folder of its own.
class ProcessKillTest {
    private static final int KILLS = Integer.getInteger("kills", 100);
    private static final int FOLDERS = 2;

    // R5
    @Test
    void whatWasSaidToBeCommittedSurvivesTheProcess(@TempDir Path folder) throws Exception {
        // What the process loads is kept, linked, so that the others start in a third of the time.
        String classPath = classPath(folder);
        Path archive = folder.resolve("classes.aot");
        Process first =
                start(
                        folder.resolve("errors.log"),
                        classPath,
                        "-XX:AOTCacheOutput=" + archive,
                        folder.resolve("first").toString(),
                        "10");
        first.getInputStream().readAllBytes();
        assertTrue(first.waitFor(120, TimeUnit.SECONDS));
        SideBySide.run(
                FOLDERS,
                number -> {
                    Path own = Files.createDirectory(folder.resolve("of-" + number));
                    Path log = own.resolve("errors.log");
                    Path files = own.resolve("index");
                    kill(
                            (KILLS + number) / FOLDERS,
                            log,
                            files,
                            () ->
                                    start(
                                            log,
                                            classPath,
                                            "-XX:AOTCache=" + archive,
                                            files.toString()));
                });
    }

    /// Kills one process after the other over the same files.
    private static void kill(int kills, Path log, Path files, Callable<Process> next)
            throws Exception {
        RandomGenerator random = RandomGenerator.getDefault();
        Directory directory = MmapDirectory.open(files);
        long generation = 0;
        for (int kill = 0; kill < kills; kill++) {
            Process process = next.call();
            String said = "";
            int commits = 1 + random.nextInt(8);
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8))) {
                for (int i = 0; i < commits; i++) {
                    said = next(lines, said, log);
                }
                assertThrows(
                        MillraceException.Fenced.class,
                        () -> KilledProcess.scenario().open(directory));
                busyFor(random.nextLong(3_000_000));
                // Through the handle, which leaves what the process said to be read.
                process.toHandle().destroyForcibly();
                assertTrue(process.waitFor(30, TimeUnit.SECONDS));
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    said = line.startsWith("committed ") ? line : said;
                }
            } finally {
                process.toHandle().destroyForcibly();
            }
            long acknowledged = Long.parseLong(said.split(" ")[1]);
            assertTrue(acknowledged > generation);
            try (Index index = KilledProcess.scenario().open(directory)) {
                generation = index.newestCommit().generation();
                assertTrue(generation >= acknowledged, generation + " after " + said);
                assertTrue(unsaid(index, acknowledged) <= 1, generation + " after " + said);
                assertEquals(
                        KilledProcess.model(KilledProcess.position(index)),
                        IndexScenario.documents(index));
            }
        }
    }

    /// Commits that the process made and did not come to tell. It tells nothing of merges.
    private static long unsaid(Index index, long acknowledged) {
        return index.commits(Integer.MAX_VALUE).stream()
                .filter(commit -> commit.generation() > acknowledged)
                .filter(commit -> commit.kind() != CommitKind.MERGE)
                .count();
    }

    /// The few places that the process loads from. The archive of classes takes jars only.
    private static String classPath(Path folder) throws Exception {
        List<String> places = new ArrayList<>();
        for (Class<?> loaded :
                List.of(
                        KilledProcess.class,
                        Index.class,
                        RoaringBitmap.class,
                        Zstd.class,
                        Counter.class,
                        EnglishAnalyzer.class)) {
            Path place =
                    Path.of(loaded.getProtectionDomain().getCodeSource().getLocation().toURI());
            places.add(
                    Files.isDirectory(place)
                            ? jar(place, folder.resolve(places.size() + ".jar")).toString()
                            : place.toString());
        }
        return String.join(File.pathSeparator, places);
    }

    private static Path jar(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
                String name = classes.relativize(file).toString().replace(File.separatorChar, '/');
                out.putNextEntry(new ZipEntry(name));
                Files.copy(file, out);
            }
        }
        return jar;
    }

    private static Process start(Path log, String classPath, String archive, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                // Who lives for some commits does not live to see code compiled.
                                "-XX:CompileThresholdScaling=20",
                                "-Xmx128m",
                                "-Xlog:disable",
                                archive,
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                classPath,
                                KilledProcess.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectError(log.toFile()).start();
    }

    private static String next(BufferedReader lines, String said, Path log) throws Exception {
        while (true) {
            String line = lines.readLine();
            assertTrue(
                    line != null,
                    () -> {
                        try {
                            return "the process ended by itself after '%s': %s"
                                    .formatted(said, Files.readString(log));
                        } catch (IOException e) {
                            return e.toString();
                        }
                    });
            if (line.startsWith("committed ")) {
                return line;
            }
        }
    }

    /// A moment somewhere within the next commit; it need not be exact.
    private static void busyFor(long nanos) {
        long end = System.nanoTime() + nanos;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }
}
