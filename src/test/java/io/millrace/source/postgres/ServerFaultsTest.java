package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Fenced;
import io.millrace.MillraceException.Unavailable;
import io.millrace.node.dev.EmbeddedPostgres;
import io.millrace.testing.Awaiting;
import io.millrace.testing.Seeded;
import io.millrace.testing.TestPostgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The server goes, and comes back with or without what an index needs.
class ServerFaultsTest {
    private static final String TABLE = "CREATE TABLE t (id int PRIMARY KEY, body text)";
    private static final int CUTS = 20 * Integer.getInteger("soak.factor", 1);

    @Test
    void aConnectionCutAnywhereLosesAndRepeatsNothing() throws Exception {
        // R22
        try (var direct = FollowedSource.of("cut", TABLE);
                var proxy = new CuttingProxy(direct.settings.port());
                var source = direct.with(settings -> FollowedSource.at(settings, proxy.port()))) {
            // Given
            var index = source.follow("t");
            Seeded.repeat(
                    1,
                    random -> {
                        for (int i = 0; i < CUTS; i++) {
                            // When: from the first bytes of the greeting to rows of a later batch
                            proxy.cutAfter(random.nextInt(1 << (6 + random.nextInt(12))));
                            direct.database.execute(
                                    "INSERT INTO t SELECT i, repeat('x', 200) FROM generate_series((SELECT count(*) FROM t) + 1, (SELECT count(*) FROM t) + %d) i"
                                            .formatted(1 + random.nextInt(120)));
                            long end = direct.lsn();
                            Awaiting.that(
                                    "cut, or read",
                                    () -> index.readsOn() && (proxy.hasCut() || index.isPast(end)));
                            proxy.cutAfter(Long.MAX_VALUE);
                            index.inStep();
                            if (random.nextBoolean()) {
                                index.commitIfWhole();
                            }
                        }
                    });

            // Then
            assertEquals(
                    direct.database.value("SELECT count(*) FROM t"),
                    Integer.toString(index.inStep().size()));
            assertEquals(List.of(), index.rejects());
        }
    }

    @Test
    void aServerThatCrashesIsReadOnAndOneThatDeletedItsLogIsNot(@TempDir Path home) {
        // R22, R23
        var limits = Map.of("max_slot_wal_keep_size", "1MB", "wal_keep_size", "0");
        EmbeddedPostgres server = TestPostgres.start(home, limits);
        try {
            var source =
                    FollowedSource.of(
                            TestPostgres.database(server), "server", FollowedSource.OPTIONS, TABLE);
            var index = source.follow("t");
            source.database.execute("INSERT INTO t VALUES (1, 'x')");
            index.catchUp().commit();

            // When
            server.kill();

            // Then
            var gone = assertInstanceOf(Unavailable.class, index.awaitFailure());
            assertTrue(
                    String.valueOf(gone.getMessage()).startsWith("database postgres on "),
                    gone::getMessage);
            index.readAgain();
            assertInstanceOf(Unavailable.class, index.awaitFailure());

            // When
            source.stop();
            server = TestPostgres.start(home, limits);
            source.moveTo(TestPostgres.database(server));
            index.goOn();
            source.database.execute("INSERT INTO t VALUES (2, 'x')");

            // Then
            assertEquals(2, index.inStep().size());
            index.commit();

            // When: more is written than the slot may hold back, while nobody reads
            source.stop();
            source.awaitFree();
            source.database.execute(
                    "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(3, 40000) i",
                    "SELECT pg_switch_wal()",
                    "CHECKPOINT");
            Awaiting.that(
                    "slot is lost",
                    () -> {
                        source.database.execute("CHECKPOINT");
                        return source.slot("wal_status").equals("lost");
                    });
            index.goOn();

            // Then
            var lost = assertInstanceOf(Fenced.class, index.awaitFailure());
            assertTrue(
                    String.valueOf(lost.getMessage()).contains("is lost (wal_removed)"),
                    lost::getMessage);
            assertTrue(
                    Objects.requireNonNull(lost.getMessage()).contains("max_slot_wal_keep_size"));
            source.stop();
        } finally {
            server.stop();
        }
    }
}
