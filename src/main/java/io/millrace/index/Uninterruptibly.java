package io.millrace.index;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/// Waits for work that ends by itself. An interrupt does not cut the wait short, since the work
/// would go on and its outcome be unknown; the flag is kept for the caller.
final class Uninterruptibly {
    private Uninterruptibly() {}

    static <T> T get(Future<T> future) throws ExecutionException {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    static void join(Thread thread) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    thread.join();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            restore(interrupted);
        }
    }

    private static void restore(boolean interrupted) {
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
