package io.millrace.index;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Logging for threads that others wait for, and for what follows a commit point: even a message
/// may find no memory, and that must change nothing else.
final class FaultLog {
    private FaultLog() {}

    static void log(Logger log, Level level, Supplier<String> message, @Nullable Throwable cause) {
        try {
            log.log(level, message, cause);
        } catch (RuntimeException | Error e) {
            // There is nobody left to tell.
        }
    }
}
