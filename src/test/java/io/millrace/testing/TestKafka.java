package io.millrace.testing;

import io.millrace.node.dev.EmbeddedKafka;
import io.millrace.node.dev.ServerOrigin;
import java.nio.file.Path;

/// One real broker for all tests of a JVM, started by the first that asks, ended with the JVM.
///
/// Tests share it, so each uses topics and groups of its own names. Topics are not created by
/// themselves: a test creates what it needs.
public final class TestKafka {
    private static final Path JARS = Path.of("target", "kafka-broker");
    private static final Path HOMES = Path.of("target", "test-kafka");

    private TestKafka() {}

    /// Starts the broker when it does not run yet, and comes back when it answers.
    public static String bootstrapServers() {
        return Running.BROKER.bootstrapServers();
    }

    /// Started once: a second class loader of this JVM finds it running in the same home folder.
    private static final class Running {
        static final EmbeddedKafka BROKER = start();

        private static EmbeddedKafka start() {
            var home = ServerHomes.under(HOMES, left -> EmbeddedKafka.endLeftover(JARS, left));
            var broker = EmbeddedKafka.start(JARS, home, 0);
            if (broker.origin() == ServerOrigin.STARTED) {
                Runtime.getRuntime()
                        .addShutdownHook(
                                new Thread(() -> {
                                    broker.stop();
                                    ServerHomes.delete(home);
                                }));
            }
            return broker;
        }
    }
}
