package io.millrace.testing;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Consumer;

/// The home folders of the servers that test JVMs start, one per JVM, named by its process number.
final class ServerHomes {
    private ServerHomes() {}

    /// The home of this JVM's server. Those of JVMs that were killed are removed, by one JVM at a
    /// time.
    ///
    /// @param endLeftover ends the server of such a home when it still runs
    static Path under(Path homes, Consumer<Path> endLeftover) {
        try {
            Files.createDirectories(homes);
            try (var mark = FileChannel.open(lockOf(homes), CREATE, WRITE);
                    var _ = mark.lock()) {
                removeLeftovers(homes, endLeftover);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return homes.resolve(Long.toString(ProcessHandle.current().pid()));
    }

    private static Path lockOf(Path homes) {
        return homes.resolveSibling(homes.getFileName() + ".lock");
    }

    private static void removeLeftovers(Path homes, Consumer<Path> endLeftover) throws IOException {
        try (var found = Files.list(homes)) {
            for (var home : found.toList()) {
                long jvm = Long.parseLong(home.getFileName().toString());
                if (ProcessHandle.of(jvm).filter(ProcessHandle::isAlive).isEmpty()) {
                    endLeftover.accept(home);
                    delete(home);
                }
            }
        }
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var paths = Files.walk(folder)) {
            for (var path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
