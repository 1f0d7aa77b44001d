package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
    private static final Path PROGRAMS = Path.of("target", "postgres-server");

    @TempDir Path home;

    @Test
    void rowsSurviveAStopAndACrash() {
        var first = TestPostgres.start(home, Map.of());
        assertEquals(ServerOrigin.STARTED, first.origin());
        TestPostgres.database(first).execute("CREATE TABLE word (w text)");
        first.stop();

        var second = TestPostgres.start(home, Map.of());
        assertNotEquals(first.pid(), second.pid());
        TestPostgres.database(second).execute("INSERT INTO word VALUES ('kept')");
        second.kill();

        var third = TestPostgres.start(home, Map.of());
        try {
            assertEquals("kept", TestPostgres.database(third).value("SELECT w FROM word"));
            assertEquals("logical", TestPostgres.database(third).value("SHOW wal_level"));
        } finally {
            third.stop();
        }
    }

    @Test
    void aStopDoesNotWaitForItsClients() throws Exception {
        var server = TestPostgres.start(home, Map.of());
        try (var connection = server.database("postgres").connect()) {
            server.stop();
            assertFalse(connection.isValid(1));
        }
        assertTrue(
                Files.readString(home.resolve("postgres.log"))
                        .contains("received fast shutdown request"));
    }

    @Test
    void aRunningServerIsAdoptedAndATakenPortAvoided() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var first = EmbeddedPostgres.start(PROGRAMS, home, taken.getLocalPort(), Map.of());
            try {
                assertNotEquals(taken.getLocalPort(), first.port());

                var second = EmbeddedPostgres.start(PROGRAMS, home, taken.getLocalPort(), Map.of());

                assertEquals(ServerOrigin.ADOPTED, second.origin());
                assertEquals(first.pid(), second.pid());
                assertEquals(first.port(), second.port());
            } finally {
                first.stop();
            }
        }
    }

    @Test
    void whatAStartThatWasCutOffLeftBehindDoesNoHarm() throws Exception {
        Files.createDirectories(home.resolve("data.pending/base"));
        var programs = Files.createDirectory(home.resolve("programs"));
        try (var jars = Files.list(PROGRAMS)) {
            for (var jar : jars.filter(Files::isRegularFile).toList()) {
                Files.createSymbolicLink(programs.resolve(jar.getFileName()), jar.toAbsolutePath());
                var half = jar.getFileName().toString().replace(".jar", "");
                Files.createDirectories(programs.resolve(half).resolve("bin/initdb"));
            }
        }

        var server = EmbeddedPostgres.start(programs, home, 0, Map.of());
        server.stop();

        assertEquals(ServerOrigin.STARTED, server.origin());
    }

    @Test
    void aStartThatFailsSaysWhatTheServerSaid() {
        var failure =
                assertThrows(
                        MillraceException.Unavailable.class,
                        () -> TestPostgres.start(home, Map.of("wal_level", "none")));
        assertTrue(
                String.valueOf(failure.getMessage()).contains("wal_level"), failure.getMessage());

        var missing =
                assertThrows(
                        MillraceException.Unavailable.class,
                        () -> EmbeddedPostgres.start(home, home.resolve("h"), 0, Map.of()));
        assertTrue(String.valueOf(missing.getMessage()).contains("./mvnw"), missing.getMessage());
    }

    @Test
    void everyTestHasAnEmptyDatabaseOfItsOwn() {
        TestDatabase one = TestPostgres.database("own");
        TestDatabase other = TestPostgres.database("own");
        one.transaction("CREATE TABLE t (n int)", "INSERT INTO t VALUES (1), (NULL)");

        assertEquals("2", one.value("SELECT count(*) FROM t"));
        assertEquals("0", other.value("SELECT count(*) FROM pg_tables WHERE tablename = 't'"));
    }
}
