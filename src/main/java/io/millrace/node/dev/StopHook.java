package io.millrace.node.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Ends a child process when the JVM ends. Holds and calls JDK types only: see
/// [ChildServer#stopWithJvm].
final class StopHook implements Runnable {
    private static final long BUSY_MILLIS_MAX = 15_000;
    private static final long STOP_MILLIS_MAX = 10_000;
    private static final long POLL_MILLIS = 20;

    private final ProcessHandle process;
    private final List<String> stopCommand;
    private final Path note;
    private final String busyProperty;

    /// @param stopCommand asks the process to end; empty when its signal does
    /// @param note file that says where the process runs, removed with it
    StopHook(ProcessHandle process, List<String> stopCommand, Path note, String busyProperty) {
        this.process = process;
        this.stopCommand = stopCommand;
        this.note = note;
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
        end(process, stopCommand, STOP_MILLIS_MAX);
        try {
            Files.deleteIfExists(note);
        } catch (IOException e) {
            // A note about a process that is gone does no harm: the next start sees that.
        }
    }

    static void end(ProcessHandle process, List<String> stopCommand, long gracefulMillisMax) {
        if (!process.isAlive()) {
            return;
        }
        if (stopCommand.isEmpty() || !asked(stopCommand)) {
            process.destroy();
        }
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

    private static boolean asked(List<String> stopCommand) {
        try {
            new ProcessBuilder(stopCommand)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
