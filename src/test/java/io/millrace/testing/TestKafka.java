package io.millrace.testing;

import io.millrace.node.dev.EmbeddedKafka;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// One real broker for all tests of a JVM, started by the first that asks, ended with the JVM.
///
/// Tests share it, so each uses topics and groups of its own names. Topics are not created by
/// themselves: a test creates what it needs.
public final class TestKafka {
    private static final Path BROKERS = Path.of("target", "test-kafka");

    private TestKafka() {}

    /// Starts the broker when it does not run yet, and comes back when it answers.
    public static String bootstrapServers() {
        return Running.BROKER.bootstrapServers();
    }

    /// Started once: a second class loader of this JVM finds it running in the same home folder.
    private static final class Running {
        static final EmbeddedKafka BROKER = start();

        private static EmbeddedKafka start() {
            sweep();
            var home = BROKERS.resolve(Long.toString(ProcessHandle.current().pid()));
            var broker = EmbeddedKafka.start(Path.of("target", "kafka-broker"), home, 0);
            if (broker.origin() == EmbeddedKafka.Origin.STARTED) {
                Runtime.getRuntime().addShutdownHook(new Thread(() -> remove(broker, home)));
            }
            return broker;
        }
    }

    private static void remove(EmbeddedKafka broker, Path home) {
        broker.stop();
        delete(home);
    }

    /// Ends and removes the brokers of test JVMs that were killed.
    private static void sweep() {
        if (!Files.isDirectory(BROKERS)) {
            return;
        }
        try (var homes = Files.list(BROKERS)) {
            for (var home : homes.toList()) {
                long jvm = Long.parseLong(home.getFileName().toString());
                if (ProcessHandle.of(jvm).filter(ProcessHandle::isAlive).isEmpty()) {
                    EmbeddedKafka.endLeftover(home);
                    delete(home);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path folder) {
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
