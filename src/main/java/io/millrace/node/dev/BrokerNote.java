package io.millrace.node.dev;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/// The file `broker.pid`: which process is the broker of a home folder, where it listens, and which
/// JVM answers for it.
///
/// @param settings path of the broker's settings, on its command line; tells it from an unrelated
///   process that got the number of a broker long gone
/// @param preferredPort port that was asked for when it was started, 0 for any
record BrokerNote(long pid, int port, int preferredPort, long ownerPid, String settings) {
    private static final String FILE = "broker.pid";

    static BrokerNote of(ProcessHandle process, int port, int preferredPort, Path settings) {
        return new BrokerNote(
                process.pid(),
                port,
                preferredPort,
                ProcessHandle.current().pid(),
                settings.toString());
    }

    /// Empty when there is no note or it cannot be read: then there is nothing to take over.
    static Optional<BrokerNote> read(Path home) {
        var file = home.resolve(FILE);
        var properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(
                    new BrokerNote(
                            Long.parseLong(properties.getProperty("pid", "")),
                            Integer.parseInt(properties.getProperty("port", "")),
                            Integer.parseInt(properties.getProperty("preferred-port", "")),
                            Long.parseLong(properties.getProperty("owner-pid", "")),
                            BrokerSettings.file(home).toString()));
        } catch (IOException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /// Whole or not at all, so that a crash leaves no half note.
    void write(Path home) throws IOException {
        var text =
                "pid=%d%nport=%d%npreferred-port=%d%nowner-pid=%d%n"
                        .formatted(pid, port, preferredPort, ownerPid);
        var pending = home.resolve(FILE + ".pending");
        Files.writeString(pending, text);
        Files.move(
                pending,
                home.resolve(FILE),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    /// The broker itself while it is alive. A process with its number and another command line is
    /// not the broker; where the system hides command lines, nothing is taken over.
    Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(handle -> hasArgument(handle, settings));
    }

    Path file() {
        return Path.of(settings).resolveSibling(FILE);
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

    BrokerNote ownedByThisJvm() {
        return new BrokerNote(pid, port, preferredPort, ProcessHandle.current().pid(), settings);
    }

    private static boolean hasArgument(ProcessHandle handle, String argument) {
        return handle.info()
                .arguments()
                .filter(arguments -> List.of(arguments).contains(argument))
                .isPresent();
    }
}
