package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.TestPostgres;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/// A transaction that does not fit in memory, and many that are nothing. Profile `soak` takes 1 GB
/// and a million.
class LargeTransactionTest {
    private static final boolean IS_SOAK = Integer.getInteger("soak.factor", 1) > 1;
    private static final int MEGABYTES = IS_SOAK ? 1_000 : 100;
    private static final int TINY = IS_SOAK ? 1_000_000 : 3_000;
    private static final String HEAP = IS_SOAK ? "-Xmx512m" : "-Xmx40m";

    @Test
    void aTransactionLargerThanTheHeapComesInPartsAndAsOne() throws Exception {
        try (var source =
                FollowedSource.of("large", "CREATE TABLE t (id int PRIMARY KEY, body text)")) {
            // Given
            long from = source.lsn();

            // When
            source.database.execute(
                    "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(1, %d) i"
                            .formatted(MEGABYTES * 1000));
            Process process =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-XX:+UseSerialGC",
                                    HEAP,
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    LargeTransactionProcess.class.getName(),
                                    Integer.toString(source.database.at().port()),
                                    source.database.name(),
                                    source.settings.slot(),
                                    Lsn.text(from),
                                    Integer.toString(MEGABYTES * 1000))
                            .redirectErrorStream(true)
                            .start();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            // Then
            assertEquals(0, process.waitFor(), said);
            assertTrue(said.contains("rows in one transaction"), said);
            System.out.print(said);
        }
    }

    @Test
    void manyTinyTransactionsShareBatches() {
        try (var source =
                FollowedSource.of(
                        TestPostgres.database("tiny"),
                        "tiny",
                        WalReadOptions.DEFAULT,
                        "CREATE TABLE t (id int PRIMARY KEY)",
                        "CREATE PROCEDURE fill(n int) LANGUAGE plpgsql AS $$BEGIN FOR i IN 1..n"
                                + " LOOP INSERT INTO t VALUES (i); COMMIT; END LOOP; END$$")) {
            // Given
            var index = source.follow("t");

            // When
            source.database.execute(
                    "SET synchronous_commit = off", "CALL fill(%d)".formatted(TINY));

            // Then
            assertEquals(TINY, index.catchUp().size());
            assertEquals(0, index.parts());
        }
    }
}
