package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A server that runs as a child process of this JVM, and the file that tells a later start where.
///
/// A start finds that note first: a server that still answers is taken over (a live reload, or a
/// JVM that was killed), anything else that is left of it is ended.
///
/// - Units: ports are TCP ports of 127.0.0.1; nothing listens elsewhere.
/// - Errors: [MillraceException.Unavailable] with the end of the server's log when it does not come
///   up.
///
/// Immutable; the process ends with [#stop], or with this JVM once [#stopWithJvm] was called.
final class ChildServer {
    private static final Duration START_TIME_MAX = Duration.ofSeconds(60);
    private static final Duration ADOPT_TIME_MAX = Duration.ofSeconds(10);
    private static final Duration STOP_TIME_MAX = Duration.ofSeconds(10);
    private static final int ATTEMPTS_MAX = 3;
    private static final int LOG_LINES = 20;

    private final ServerProgram program;
    private final ServerNote note;
    private final ProcessHandle process;
    private final ServerOrigin origin;

    private ChildServer(
            ServerProgram program, ServerNote note, ProcessHandle process, ServerOrigin origin) {
        this.program = program;
        this.note = note;
        this.process = process;
        this.origin = origin;
    }

    /// Comes back when the server answers requests.
    ///
    /// @param preferredPort port to listen on, or 0 for any; when it is taken, another one is used
    static ChildServer start(ServerProgram program, int preferredPort) {
        try {
            Files.createDirectories(program.home());
            var running = adopt(program, preferredPort);
            return running.isPresent() ? running.get() : launch(program, preferredPort);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "%s in %s could not be started: %s"
                            .formatted(program.name(), program.home(), e.getMessage()),
                    e);
        }
    }

    /// Ends what a JVM that died left running; nothing happens when there is nothing, or when the
    /// JVM that started it is alive.
    static void endLeftover(ServerProgram program) {
        ServerNote.read(program.home(), program.argument())
                .filter(note -> !note.ownerIsAlive())
                .flatMap(ServerNote::process)
                .ifPresent(process -> end(program, process));
    }

    int port() {
        return note.port();
    }

    long pid() {
        return note.pid();
    }

    ServerOrigin origin() {
        return origin;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /// Ends the server, or leaves it alone when it is borrowed.
    void stop() {
        if (origin != ServerOrigin.BORROWED) {
            end(program, process);
        }
    }

    /// Ends the server as a crash would.
    void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    /// Ends the server when this JVM ends, but not before the application has let go of it: all
    /// shutdown hooks run at once, and a server gone first would cost the last events.
    ///
    /// Only JDK types are used inside the hook. It outlives a live reload, when the class loader of
    /// this class is closed and cannot load anything any more.
    ///
    /// @param busyProperty system property that the application sets to `true` while it uses the
    ///   server
    void stopWithJvm(String busyProperty) {
        if (origin == ServerOrigin.BORROWED) {
            return;
        }
        var hookProperty = "io.millrace.dev.%s.hook".formatted(program.name());
        var pid = Long.toString(note.pid());
        if (pid.equals(System.getProperty(hookProperty))) {
            return;
        }
        System.setProperty(hookProperty, pid);
        var hook = new StopHook(process, program.stopCommand(), note.file(), busyProperty);
        Runtime.getRuntime().addShutdownHook(new Thread(hook, program.name() + "-stop"));
    }

    private static Optional<ChildServer> adopt(ServerProgram program, int preferredPort)
            throws IOException {
        var found = ServerNote.read(program.home(), program.argument());
        var process = found.flatMap(ServerNote::process);
        if (found.isEmpty() || process.isEmpty()) {
            return Optional.empty();
        }
        var note = found.get();
        boolean portWanted =
                preferredPort == 0
                        || note.port() == preferredPort
                        || note.preferredPort() == preferredPort;
        if (note.ownerIsAlive() && !note.isOwnedByThisJvm()) {
            if (!program.reached(note.port(), process.get(), START_TIME_MAX)) {
                throw new MillraceException.Unavailable(
                        "%s of another JVM (pid %d) does not answer at 127.0.0.1:%d"
                                .formatted(program.name(), note.pid(), note.port()));
            }
            return Optional.of(
                    new ChildServer(program, note, process.get(), ServerOrigin.BORROWED));
        }
        if (portWanted && program.reached(note.port(), process.get(), ADOPT_TIME_MAX)) {
            var owned = note.ownedByThisJvm();
            owned.write();
            return Optional.of(
                    new ChildServer(program, owned, process.get(), ServerOrigin.ADOPTED));
        }
        end(program, process.get());
        return Optional.empty();
    }

    private static ChildServer launch(ServerProgram program, int preferredPort) throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = Ports.freeOrOther(preferredPort);
            var process = program.prepare(port).start().toHandle();
            var note =
                    ServerNote.of(program.home(), process, port, preferredPort, program.argument());
            note.write();
            if (program.reached(port, process, START_TIME_MAX)) {
                return new ChildServer(program, note, process, ServerOrigin.STARTED);
            }
            end(program, process);
            // Somebody may have taken a port between the choice and the bind: choose again.
            var logEnd = logEnd(program.log());
            if (attempt == ATTEMPTS_MAX || !program.mayStartAgain(logEnd)) {
                throw new MillraceException.Unavailable(
                        "%s did not answer at 127.0.0.1:%d within %d s (if its data is damaged, delete %s), end of %s:%n%s"
                                .formatted(
                                        program.name(),
                                        port,
                                        START_TIME_MAX.toSeconds(),
                                        program.data(),
                                        program.log(),
                                        logEnd));
            }
        }
    }

    /// The start of a command line whose process shall be in a session of its own: Ctrl-C goes to
    /// every process of a terminal's foreground group, and must reach the application first. Empty
    /// where the system cannot do that.
    static List<String> ownSession() {
        var command = new ArrayList<String>();
        var setsid = Path.of("/usr/bin/setsid");
        if (Files.isExecutable(setsid)) {
            // Replaces itself by the server, so the process keeps its number.
            command.add(setsid.toString());
        }
        return command;
    }

    /// Runs a command that prepares something, with its output in the server's log.
    ///
    /// @throws IOException with the end of that log when the command fails
    static void run(ProcessBuilder command, String what, Path log) throws IOException {
        var process = command.start();
        try {
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IOException(
                        "%s ended with exit code %d:%n%s".formatted(what, exitCode, logEnd(log)));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw Readiness.interrupted(e);
        }
    }

    /// A server gets the chance to close its files, then none.
    private static void end(ServerProgram program, ProcessHandle process) {
        StopHook.end(process, program.stopCommand(), STOP_TIME_MAX.toMillis());
    }

    private static String logEnd(Path log) throws IOException {
        if (!Files.exists(log)) {
            return "(no log)";
        }
        // The log may end in the middle of a character, so it is not read as strict UTF-8.
        var lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        return String.join(
                System.lineSeparator(),
                lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }
}
