package io.millrace.testing;

import io.millrace.node.dev.EmbeddedPostgres;
import io.millrace.node.dev.ServerOrigin;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/// One real PostgreSQL server for all tests of a JVM, started by the first that asks, ended with
/// the JVM. `wal_level` is logical; there is one user, `postgres`, who may do everything.
///
/// Tests share it, so each takes a database of its own with [#database]. Publications and tables
/// belong to a database; names of slots, users and settings belong to the server. A test that stops
/// its server, or wants other settings, starts one of its own with [#start].
///
/// `-Dtest.postgres=<folder>` names other programs than those of the build: an installation's `bin`
/// folder, to test against another version.
public final class TestPostgres {
    private static final Path PROGRAMS =
            Path.of(System.getProperty("test.postgres", "target/postgres-server"));
    private static final Path HOMES = Path.of("target", "test-postgres");

    /// Nothing here has to outlive the machine.
    private static final Map<String, String> FAST =
            Map.of(
                    "fsync", "off",
                    "full_page_writes", "off",
                    "max_wal_senders", "64",
                    "max_replication_slots", "64",
                    "max_connections", "200");

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    /// A new, empty database.
    ///
    /// @param prefix start of its name: lower-case letters, digits and underscores
    public static TestDatabase database(String prefix) {
        // Another class loader of this JVM counts for itself.
        String name =
                "%s_%x_%d"
                        .formatted(
                                prefix,
                                System.identityHashCode(TestPostgres.class),
                                DATABASES.incrementAndGet());
        return TestDatabase.create(Running.SERVER.database("postgres"), name);
    }

    /// The port of the shared server.
    public static int port() {
        return Running.SERVER.port();
    }

    /// A server of the caller's own, who stops it.
    ///
    /// @param home folder of this server alone, such as a `@TempDir`; a later start finds the data
    public static EmbeddedPostgres start(Path home, Map<String, String> settings) {
        Map<String, String> all = new HashMap<>(FAST);
        all.putAll(settings);
        return EmbeddedPostgres.start(PROGRAMS, home, 0, all);
    }

    /// The database `postgres` of a server, with the comforts of a test.
    public static TestDatabase database(EmbeddedPostgres server) {
        return new TestDatabase(server.database("postgres"));
    }

    /// Started once: a second class loader of this JVM finds it running in the same home folder.
    private static final class Running {
        static final EmbeddedPostgres SERVER = start();

        private static EmbeddedPostgres start() {
            var home =
                    ServerHomes.under(HOMES, left -> EmbeddedPostgres.endLeftover(PROGRAMS, left));
            var server = TestPostgres.start(home, Map.of());
            if (server.origin() == ServerOrigin.STARTED) {
                Runtime.getRuntime()
                        .addShutdownHook(
                                new Thread(() -> {
                                    server.stop();
                                    ServerHomes.delete(home);
                                }));
            }
            return server;
        }
    }
}
