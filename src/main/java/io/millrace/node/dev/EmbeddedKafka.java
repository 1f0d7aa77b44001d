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
import org.apache.kafka.common.Uuid;

/// A real Kafka broker of one node, KRaft mode, as a child process of this JVM.
///
/// Its home folder holds everything it leaves behind: settings, data, log and the note that tells a
/// later start where it runs. A start finds that note first: a broker that still answers is taken
/// over (a live reload, or a JVM that was killed), anything else that is left of it is ended.
///
/// - Units: ports are TCP ports of 127.0.0.1; nothing listens elsewhere.
/// - Errors: [MillraceException.Unavailable] with the end of the broker's log when it does not come
///   up.
///
/// Immutable; the process ends with [#stop], or with this JVM once [#stopWithJvm] was called.
public final class EmbeddedKafka {
    private static final Duration START_TIME_MAX = Duration.ofSeconds(60);
    private static final Duration STOP_TIME_MAX = Duration.ofSeconds(10);
    private static final int ATTEMPTS_MAX = 3;

    /// How this start came by its broker.
    public enum Origin {
        /// A process of its own, started just now.
        STARTED,
        /// Running already, and this JVM ends it: after a live reload, or left by a JVM that died.
        ADOPTED,
        /// Running already for another JVM that is alive and will end it.
        BORROWED
    }

    private final BrokerNote note;
    private final ProcessHandle process;
    private final Origin origin;

    private EmbeddedKafka(BrokerNote note, ProcessHandle process, Origin origin) {
        this.note = note;
        this.process = process;
        this.origin = origin;
    }

    /// Comes back when the broker answers requests.
    ///
    /// @param jars folder with Kafka's class path, filled by the build
    /// @param home folder of this broker alone; created when missing
    /// @param preferredPort port to listen on, or 0 for any; when it is taken, another one is used
    public static EmbeddedKafka start(Path jars, Path home, int preferredPort) {
        var absoluteHome = home.toAbsolutePath().normalize();
        try {
            Files.createDirectories(absoluteHome);
            var running = adopt(absoluteHome, preferredPort);
            if (running.isPresent()) {
                return running.get();
            }
            return launch(BrokerCommand.of(jars, absoluteHome), absoluteHome, preferredPort);
        } catch (IOException e) {
            throw new MillraceException.Unavailable(
                    "kafka broker in " + absoluteHome + " could not be started: " + e.getMessage(),
                    e);
        }
    }

    /// Ends what a JVM that died left running in `home`; nothing happens when there is nothing, or
    /// when the JVM that started it is alive.
    public static void endLeftover(Path home) {
        var absoluteHome = home.toAbsolutePath().normalize();
        BrokerNote.read(absoluteHome)
                .filter(note -> !note.ownerIsAlive())
                .flatMap(BrokerNote::process)
                .ifPresent(EmbeddedKafka::end);
    }

    public String bootstrapServers() {
        return "127.0.0.1:" + note.port();
    }

    public int port() {
        return note.port();
    }

    public long pid() {
        return note.pid();
    }

    public Origin origin() {
        return origin;
    }

    /// Ends the broker, or leaves it alone when it is borrowed.
    public void stop() {
        if (origin != Origin.BORROWED) {
            end(process);
        }
    }

    /// Ends the broker when this JVM ends, but not before the application has let go of it: all
    /// shutdown hooks run at once, and a broker gone first would cost the last events.
    ///
    /// Only JDK types are used inside the hook. It outlives a live reload, when the class loader of
    /// this class is closed and cannot load anything any more.
    ///
    /// @param busyProperty system property that the application sets to `true` while it uses the
    ///   broker
    public void stopWithJvm(String busyProperty) {
        if (origin == Origin.BORROWED) {
            return;
        }
        var hookProperty = "io.millrace.dev.kafka.hook";
        var pid = Long.toString(note.pid());
        if (pid.equals(System.getProperty(hookProperty))) {
            return;
        }
        System.setProperty(hookProperty, pid);
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(new StopHook(process, note.file(), busyProperty), "kafka-stop"));
    }

    private static Optional<EmbeddedKafka> adopt(Path home, int preferredPort) throws IOException {
        var found = BrokerNote.read(home);
        var process = found.flatMap(BrokerNote::process);
        if (found.isEmpty() || process.isEmpty()) {
            return Optional.empty();
        }
        var note = found.get();
        boolean portWanted =
                preferredPort == 0
                        || note.port() == preferredPort
                        || note.preferredPort() == preferredPort;
        if (note.ownerIsAlive() && !note.isOwnedByThisJvm()) {
            Readiness.await(note.port(), process.get(), START_TIME_MAX);
            return Optional.of(new EmbeddedKafka(note, process.get(), Origin.BORROWED));
        }
        if (portWanted && Readiness.reached(note.port(), process.get(), Duration.ofSeconds(10))) {
            var owned = note.ownedByThisJvm();
            owned.write(home);
            return Optional.of(new EmbeddedKafka(owned, process.get(), Origin.ADOPTED));
        }
        end(process.get());
        return Optional.empty();
    }

    private static EmbeddedKafka launch(BrokerCommand command, Path home, int preferredPort)
            throws IOException {
        for (int attempt = 1; ; attempt++) {
            int port = Ports.freeOrOther(preferredPort);
            var settings = BrokerSettings.write(home, port, Ports.free());
            if (!Files.exists(BrokerSettings.data(home).resolve("meta.properties"))) {
                runFormat(command.format(settings, Uuid.randomUuid().toString()), home);
            }
            var process = command.server(settings).start();
            var note = BrokerNote.of(process.toHandle(), port, preferredPort, settings);
            note.write(home);
            if (Readiness.reached(port, process.toHandle(), START_TIME_MAX)) {
                return new EmbeddedKafka(note, process.toHandle(), Origin.STARTED);
            }
            end(process.toHandle());
            // Somebody may have taken a port between the choice and the bind: choose again.
            if (attempt == ATTEMPTS_MAX || !logEnd(home).contains("Address already in use")) {
                throw new MillraceException.Unavailable(
                        "kafka broker did not answer at 127.0.0.1:%d within %d s (if its data is damaged, delete %s), end of %s:%n%s"
                                .formatted(
                                        port,
                                        START_TIME_MAX.toSeconds(),
                                        BrokerSettings.data(home),
                                        BrokerCommand.log(home),
                                        logEnd(home)));
            }
        }
    }

    private static void runFormat(ProcessBuilder format, Path home) throws IOException {
        var process = format.start();
        try {
            int exitCode = process.waitFor();
            if (exitCode != 0) {
                throw new IOException(
                        "format of %s ended with exit code %d:%n%s"
                                .formatted(BrokerSettings.data(home), exitCode, logEnd(home)));
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            throw Readiness.interrupted(e);
        }
    }

    /// A broker gets the chance to close its files, then none.
    private static void end(ProcessHandle process) {
        StopHook.end(process, STOP_TIME_MAX.toMillis());
    }

    private static String logEnd(Path home) throws IOException {
        var log = BrokerCommand.log(home);
        if (!Files.exists(log)) {
            return "(no log)";
        }
        // The log may end in the middle of a character, so it is not read as strict UTF-8.
        var lines = new String(Files.readAllBytes(log), StandardCharsets.UTF_8).lines().toList();
        List<String> last =
                new ArrayList<>(lines.subList(Math.max(0, lines.size() - 20), lines.size()));
        return String.join(System.lineSeparator(), last);
    }
}
