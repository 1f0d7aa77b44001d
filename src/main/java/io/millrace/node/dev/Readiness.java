package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// Waits until a server does not only listen but answers.
final class Readiness {
    private static final long POLL_MILLIS = 50;
    private static final int REQUEST_MILLIS_MAX = 5_000;

    private Readiness() {}

    /// False when the process ended or the time is over.
    static boolean ofKafka(int port, ProcessHandle process, Duration timeMax) {
        return reached(port, process, timeMax, Readiness::brokerAnswers);
    }

    /// False when the process ended or the time is over.
    static boolean ofPostgres(int port, ProcessHandle process, Duration timeMax) {
        return reached(port, process, timeMax, Readiness::databaseAnswers);
    }

    private static boolean reached(
            int port, ProcessHandle process, Duration timeMax, Question question) {
        long deadlineNanos = System.nanoTime() + timeMax.toNanos();
        try {
            // The cheap question first: a client that is refused warns into the log each time.
            while (!Ports.isOpen(port)) {
                if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
                    return false;
                }
                Thread.sleep(POLL_MILLIS);
            }
            // Whoever answers at the port may be somebody else who took it first.
            return question.isAnswered(port, process, deadlineNanos) && process.isAlive();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static MillraceException.Unavailable interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new MillraceException.Unavailable("interrupted while a server started", cause);
    }

    private static boolean brokerAnswers(int port, ProcessHandle process, long deadlineNanos)
            throws InterruptedException {
        Map<String, Object> config =
                Map.of(
                        AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                        "127.0.0.1:" + port,
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        REQUEST_MILLIS_MAX,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        REQUEST_MILLIS_MAX);
        try (var admin = Admin.create(config)) {
            while (System.nanoTime() < deadlineNanos) {
                try {
                    var nodes = admin.describeCluster().nodes();
                    if (!nodes.get(REQUEST_MILLIS_MAX, TimeUnit.MILLISECONDS).isEmpty()) {
                        return true;
                    }
                } catch (ExecutionException | TimeoutException e) {
                    // Not yet: it listens before it has joined its own quorum.
                }
                Thread.sleep(POLL_MILLIS);
            }
            return false;
        }
    }

    private static boolean databaseAnswers(int port, ProcessHandle process, long deadlineNanos)
            throws InterruptedException {
        while (process.isAlive() && System.nanoTime() < deadlineNanos) {
            try (var connection = DevDatabase.at(port, "postgres").connect();
                    var statement = connection.createStatement()) {
                return statement.execute("SELECT 1");
            } catch (SQLException e) {
                // Not yet: it listens before it has replayed its log.
            }
            Thread.sleep(POLL_MILLIS);
        }
        return false;
    }

    /// Asked again and again until the answer is there or the time is over.
    private interface Question {
        boolean isAnswered(int port, ProcessHandle process, long deadlineNanos)
                throws InterruptedException;
    }
}
