package io.millrace.node.dev;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/// The file `server.pid`: which process is the server of a home folder, where it listens, and which
/// JVM answers for it.
///
/// @param argument what stands on the server's command line and on no other; tells it from an
///   unrelated process that got the number of a server long gone
/// @param preferredPort port that was asked for when it was started, 0 for any
record ServerNote(
        Path file, long pid, int port, int preferredPort, long ownerPid, String argument) {
    private static final String FILE = "server.pid";

    static ServerNote of(
            Path home, ProcessHandle process, int port, int preferredPort, String argument) {
        return new ServerNote(
                home.resolve(FILE),
                process.pid(),
                port,
                preferredPort,
                ProcessHandle.current().pid(),
                argument);
    }

    /// Empty when there is no note or it cannot be read: then there is nothing to take over.
    static Optional<ServerNote> read(Path home, String argument) {
        var file = home.resolve(FILE);
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(
                    new ServerNote(
                            file,
                            Long.parseLong(properties.getProperty("pid", "")),
                            Integer.parseInt(properties.getProperty("port", "")),
                            Integer.parseInt(properties.getProperty("preferred-port", "")),
                            Long.parseLong(properties.getProperty("owner-pid", "")),
                            argument));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whole or not at all, so that a crash leaves no half note.
    void write() throws IOException {
        var text =
                "pid=%d%nport=%d%npreferred-port=%d%nowner-pid=%d%n"
                        .formatted(pid, port, preferredPort, ownerPid);
        var pending = file.resolveSibling(FILE + ".pending");
        Files.writeString(pending, text);
        Files.move(
                pending, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// The server itself while it is alive. A process with its number and another command line is
    /// not the server; where the system hides command lines, nothing is taken over.
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).filter(this::hasArgument);
    }

    boolean ownerIsAlive() {
        return ProcessHandle.of(ownerPid)
                .filter(ProcessHandle::isAlive)
                .flatMap(handle -> handle.info().command())
                .filter(command -> command.contains("java"))
                .isPresent();
    }

    boolean isOwnedByThisJvm() {
        return ownerPid == ProcessHandle.current().pid();
    }

    ServerNote ownedByThisJvm() {
        return new ServerNote(
                file, pid, port, preferredPort, ProcessHandle.current().pid(), argument);
    }

    private boolean hasArgument(ProcessHandle handle) {
        return handle.info()
                .arguments()
                .filter(arguments -> List.of(arguments).contains(argument))
                .isPresent();
    }
}
