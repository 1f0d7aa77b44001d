package io.millrace.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.function.Consumer;

/// The home folders of the servers that test JVMs start, one per JVM, named by its process number.
final class ServerHomes {
    private ServerHomes() {}

    /// The home of this JVM's server. Those of JVMs that were killed are removed.
    ///
    /// @param endLeftover ends the server of such a home when it still runs
    static Path under(Path homes, Consumer<Path> endLeftover) {
        if (Files.isDirectory(homes)) {
            try (var found = Files.list(homes)) {
                for (var home : found.toList()) {
                    long jvm = Long.parseLong(home.getFileName().toString());
                    if (ProcessHandle.of(jvm).filter(ProcessHandle::isAlive).isEmpty()) {
                        endLeftover.accept(home);
                        delete(home);
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return homes.resolve(Long.toString(ProcessHandle.current().pid()));
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
