package io.millrace.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/// Runs parts of a test on all processors; what they share may be used by any thread. With `-Dseed`
/// they run one after the other, so that what a seed brought about comes again.
public final class SideBySide {

    /// One part, told by its number.
    @FunctionalInterface
    public interface Part {
        void run(int number) throws Exception;
    }

    private SideBySide() {}

    /// Runs the parts 0 to `count` - 1, as many at a time as there are processors. The first
    /// failure ends all.
    public static void run(int count, Part part) {
        AtomicInteger next = new AtomicInteger();
        List<Callable<Void>> players = new ArrayList<>();
        int atOnce =
                System.getProperty(Seeded.PROPERTY) != null
                        ? 1
                        : Runtime.getRuntime().availableProcessors();
        for (int i = 0; i < atOnce; i++) {
            players.add(() -> {
                try {
                    for (int number = next.getAndIncrement();
                            number < count;
                            number = next.getAndIncrement()) {
                        part.run(number);
                    }
                } finally {
                    next.set(count);
                }
                return null;
            });
        }
        try (ExecutorService threads = Executors.newFixedThreadPool(players.size())) {
            for (Future<Void> player : threads.invokeAll(players)) {
                player.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e.getMessage(), e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
