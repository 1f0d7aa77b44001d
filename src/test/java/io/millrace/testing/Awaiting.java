package io.millrace.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for a condition of a system that moves by itself.
public final class Awaiting {
    private static final Duration AT_MOST = Duration.ofSeconds(60);
    private static final Duration BETWEEN = Duration.ofMillis(20);

    private Awaiting() {}

    /// @param what what is waited for, as the failure says it
    public static void that(String what, BooleanSupplier condition) {
        that(() -> what, condition);
    }

    /// @param what what is waited for, and how it stands when it is waited for no longer
    public static void that(Supplier<String> what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + AT_MOST.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + AT_MOST.toSeconds() + " s: " + what.get());
            }
            LockSupport.parkNanos(BETWEEN.toNanos());
        }
    }
}
