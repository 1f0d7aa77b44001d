package io.millrace.node.dev;

import io.millrace.MillraceException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;

/// Waits until a broker does not only listen but answers.
final class Readiness {
    private static final long POLL_MILLIS = 50;
    private static final int REQUEST_MILLIS_MAX = 5_000;

    private Readiness() {}

    /// False when the process ended or the time is over.
    static boolean reached(int port, ProcessHandle process, Duration timeMax) {
        long deadlineNanos = System.nanoTime() + timeMax.toNanos();
        try {
            // The cheap question first: a client that is refused warns into the log each time.
            while (!Ports.isOpen(port)) {
                if (!process.isAlive() || System.nanoTime() > deadlineNanos) {
                    return false;
                }
                Thread.sleep(POLL_MILLIS);
            }
            return answers(port, deadlineNanos);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    static void await(int port, ProcessHandle process, Duration timeMax) {
        if (!reached(port, process, timeMax)) {
            throw new MillraceException.Unavailable(
                    "kafka broker of another JVM (pid %d) does not answer at 127.0.0.1:%d"
                            .formatted(process.pid(), port));
        }
    }

    static MillraceException.Unavailable interrupted(InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new MillraceException.Unavailable("interrupted while kafka started", cause);
    }

    private static boolean answers(int port, long deadlineNanos) throws InterruptedException {
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
}
