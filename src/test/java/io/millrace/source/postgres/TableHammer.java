package io.millrace.source.postgres;

import io.millrace.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Writes to `t (a text, b int, n int, large text)` without a pause: inserts, updates that leave
/// the large column alone and ones that do not, moves to other keys, deletions, several in a
/// transaction.
final class TableHammer {
    private static final String UNIQUE_VIOLATION = "23505";

    private final TestDatabase database;
    private final SplittableRandom random;
    private final AtomicInteger transactions = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "hammer");
    private volatile boolean ending;
    private volatile @Nullable Throwable failure;

    TableHammer(TestDatabase database, long seed) {
        this.database = database;
        this.random = new SplittableRandom(seed);
    }

    void start() {
        thread.start();
    }

    /// Waits for the last transaction.
    void end() throws InterruptedException {
        ending = true;
        thread.join();
        Throwable reason = failure;
        if (reason != null) {
            throw new AssertionError(reason);
        }
    }

    int transactions() {
        return transactions.get();
    }

    private void run() {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!ending) {
                transact(connection, statement);
                transactions.incrementAndGet();
            }
        } catch (SQLException e) {
            failure = e;
        }
    }

    private void transact(Connection connection, Statement statement) throws SQLException {
        try {
            for (int left = 1 + random.nextInt(6); left > 0; left--) {
                statement.execute(sql());
            }
            if (random.nextInt(10) > 0) {
                connection.commit();
                return;
            }
        } catch (SQLException e) {
            // Two rows of one key: nothing came of the transaction.
            if (!UNIQUE_VIOLATION.equals(e.getSQLState())) {
                throw e;
            }
        }
        connection.rollback();
    }

    private String sql() {
        String some =
                "(a, b) IN (SELECT a, b FROM t OFFSET %d LIMIT %d)"
                        .formatted(random.nextInt(2_000), 1 + random.nextInt(3));
        return switch (random.nextInt(8)) {
            case 0, 1 ->
                    "INSERT INTO t VALUES ('%s', %d, 1, repeat('%c', %d)) ON CONFLICT DO NOTHING"
                            .formatted(letters(), number(), letter(), 10 + random.nextInt(4_000));
            case 2, 3 -> "UPDATE t SET n = n + 1 WHERE " + some;
            case 4 -> "UPDATE t SET large = repeat('%c', 2500) WHERE ".formatted(letter()) + some;
            // A key that moves takes its large column along: the log has it only if it is written.
            case 5 ->
                    ("UPDATE t SET b = b + 100000 + %d, large = large || '+' WHERE ctid = (SELECT ctid"
                                    + " FROM t OFFSET %d LIMIT 1)")
                            .formatted(
                                    transactions.get() * 7 + random.nextInt(7),
                                    random.nextInt(2_000));
            case 6 -> "DELETE FROM t WHERE " + some;
            default ->
                    ("UPDATE t SET a = '%s', large = large || '.' WHERE ctid = (SELECT ctid FROM t"
                                    + " OFFSET %d LIMIT 1) AND NOT EXISTS (SELECT 1 FROM t o WHERE o.a ="
                                    + " '%s')")
                            .formatted(
                                    "m" + transactions.get(),
                                    random.nextInt(2_000),
                                    "m" + transactions.get());
        };
    }

    private String letters() {
        return letter() + "" + letter();
    }

    private char letter() {
        return (char) (random.nextBoolean() ? 'a' + random.nextInt(26) : 'A' + random.nextInt(26));
    }

    private int number() {
        return random.nextInt(300);
    }
}
