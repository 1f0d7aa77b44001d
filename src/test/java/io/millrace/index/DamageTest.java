package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.testing.FaultDirectory;
import io.millrace.testing.Seeded;
import io.millrace.testing.SilentEngine;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever a store does to the bytes of a file that a generation needs, opening it or reading the
/// rejects says so: no answer from damaged bytes.
@ExtendWith(SilentEngine.class)
class DamageTest {
    private static final int SECTOR_BYTES = 512;
    private static final int DAMAGES = 5_000;

    static List<CrashScenario> scenarios() {
        return List.of(CrashScenario.USUAL, CrashScenario.LARGE_FILES);
    }

    /// R14. X-23: no structure is used before its checksum was compared.
    @ParameterizedTest
    @MethodSource("scenarios")
    void everyByteOfEveryFileCounts(CrashScenario scenario) throws IOException {
        FaultDirectory whole = played(scenario);
        int damaged = 0;
        for (String name : whole.list()) {
            FaultDirectory missing = whole.moment().forOneThread();
            missing.uproot(name);
            assertThrows(MillraceException.Corrupt.class, () -> openAndReadAll(missing), name);
            for (int offset = 0; offset < whole.length(name); offset++) {
                FaultDirectory disk = whole.moment().forOneThread();
                disk.damage(name, offset);
                assertCorrupt(disk, name + " at " + offset);
                damaged++;
            }
        }
        System.out.printf("R14: %s: %d bytes%n", scenario, damaged);
    }

    /// R15.
    @ParameterizedTest
    @MethodSource("scenarios")
    void cutZeroedMixedUpAndStaleFilesAreFound(CrashScenario scenario) throws IOException {
        FaultDirectory whole = played(scenario);
        FaultDirectory older = played(scenario);
        List<String> names = whole.list();
        Seeded.repeat(
                DAMAGES,
                random -> {
                    String name = names.get(random.nextInt(names.size()));
                    byte[] intact = whole.content(name);
                    byte[] damaged = intact.clone();
                    switch (random.nextInt(5)) {
                        case 0 -> damaged = Arrays.copyOf(intact, random.nextInt(intact.length));
                        case 1 -> zeroSector(damaged, random);
                        case 2 -> swapSectors(damaged, random);
                        case 3 -> damaged = anotherOf(whole, name, random);
                        default -> damaged = anotherOf(older, name, random);
                    }
                    if (!Arrays.equals(damaged, intact)) {
                        FaultDirectory disk = whole.moment().forOneThread();
                        disk.plant(name, damaged);
                        assertCorrupt(disk, name);
                    }
                });
    }

    private static void zeroSector(byte[] bytes, RandomGenerator random) {
        int from = random.nextInt(bytes.length / SECTOR_BYTES + 1) * SECTOR_BYTES;
        Arrays.fill(bytes, from, Math.min(bytes.length, from + SECTOR_BYTES), (byte) 0);
    }

    /// Sectors, or pieces of a file that has only one.
    private static void swapSectors(byte[] bytes, RandomGenerator random) {
        int length = bytes.length >= 2 * SECTOR_BYTES ? SECTOR_BYTES : bytes.length / 4;
        int one = random.nextInt(bytes.length / length) * length;
        int other = random.nextInt(bytes.length / length) * length;
        byte[] held = Arrays.copyOfRange(bytes, one, one + length);
        System.arraycopy(bytes, other, bytes, one, length);
        System.arraycopy(held, 0, bytes, other, length);
    }

    private static byte[] anotherOf(FaultDirectory disk, String name, RandomGenerator random)
            throws IOException {
        String kind = name.substring(name.indexOf('.'));
        List<String> alike = disk.list().stream().filter(it -> it.endsWith(kind)).toList();
        return disk.content(alike.get(random.nextInt(alike.size())));
    }

    private static FaultDirectory played(CrashScenario scenario) {
        FaultDirectory disk = new FaultDirectory();
        CrashRun run = new CrashRun(scenario, disk);
        run.untilFailure();
        assertEquals(true, run.isComplete());
        return disk;
    }

    private static void assertCorrupt(FaultDirectory disk, String what) {
        assertThrows(MillraceException.Corrupt.class, () -> openAndReadAll(disk), what);
        assertEquals(0, disk.openMaps(), what);
        assertEquals(0, disk.openFiles(), what);
    }

    /// Rejects are read when somebody asks for them.
    private static void openAndReadAll(FaultDirectory disk) throws IOException {
        Generation found = CrashScenario.USUAL.index().recovery(disk).open().newest();
        try {
            CommitFiles records = new CommitFiles(disk);
            for (long generation = found.record().keptFrom();
                    generation <= found.number();
                    generation++) {
                for (RejectsMeta rejects : records.read(generation).record().rejects()) {
                    RejectsReader.scan(disk, rejects, _ -> {});
                }
            }
        } catch (NoSuchFileException e) {
            throw new MillraceException.Corrupt("no " + e.getFile(), e);
        } finally {
            found.views().forEach(view -> view.reader().close());
        }
    }
}
