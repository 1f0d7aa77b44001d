package io.millrace.node.dev;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Ends a child process when the JVM ends. Holds and calls JDK types only: see
/// [EmbeddedKafka#stopWithJvm].
final class StopHook implements Runnable {
    private static final long BUSY_MILLIS_MAX = 15_000;
    private static final long STOP_MILLIS_MAX = 10_000;
    private static final long POLL_MILLIS = 20;

    private final ProcessHandle process;
    private final String busyProperty;

    StopHook(ProcessHandle process, String busyProperty) {
        this.process = process;
        this.busyProperty = busyProperty;
    }

    @Override
    public void run() {
        try {
            for (long waited = 0;
                    waited < BUSY_MILLIS_MAX && Boolean.getBoolean(busyProperty);
                    waited += POLL_MILLIS) {
                Thread.sleep(POLL_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        end(process, STOP_MILLIS_MAX);
    }

    static void end(ProcessHandle process, long gracefulMillisMax) {
        process.destroy();
        try {
            process.onExit().get(gracefulMillisMax, TimeUnit.MILLISECONDS);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException | ExecutionException e) {
            // It had its chance; what it has not closed by now is replayed at its next start.
        }
        process.destroyForcibly();
    }
}
