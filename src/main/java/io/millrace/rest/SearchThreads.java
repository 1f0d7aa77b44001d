package io.millrace.rest;

import io.millrace.MillraceException.Unavailable;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The threads that searches run on, and nothing else: however many searches are asked for, and
/// however heavy they are, requests of other kinds, health checks and indexing have threads left.
/// May be shared between threads.
public final class SearchThreads implements AutoCloseable {
    private final ThreadPoolExecutor threads;
    private final int waitingMax;

    /// @param count of threads
    /// @param waitingMax searches that wait for a thread; beyond, they are refused
    public SearchThreads(ThreadFactory factory, int count, int waitingMax) {
        if (count < 1 || waitingMax < 1) {
            throw new IllegalArgumentException(
                    "millrace.search.threads %d, millrace.search.waiting-max %d, expected at least 1 of each"
                            .formatted(count, waitingMax));
        }
        this.waitingMax = waitingMax;
        this.threads =
                new ThreadPoolExecutor(
                        count,
                        count,
                        0,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(waitingMax),
                        factory);
    }

    /// Runs a search on one of the threads; fails with [Unavailable] when too many wait. One that
    /// nobody waits for any more, as when the connection was closed, gives its place to others.
    ///
    /// @param ended is called when the search is over or nobody waits for its answer any more
    <T> Uni<T> run(Supplier<T> search, Runnable ended) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    Search<T> waiting = new Search<>(search, emitter);
                    emitter.onTermination(() -> {
                        threads.remove(waiting);
                        ended.run();
                    });
                    try {
                        threads.execute(waiting);
                    } catch (RejectedExecutionException e) {
                        emitter.fail(
                                threads.isShutdown()
                                        ? stopping()
                                        : new Unavailable(
                                                "%d searches wait for a thread already, expected fewer (millrace.search.waiting-max)"
                                                        .formatted(waitingMax)));
                    }
                });
    }

    private static Unavailable stopping() {
        return new Unavailable("the node is stopping");
    }

    private record Search<T>(Supplier<T> search, UniEmitter<? super T> emitter)
            implements Runnable {
        @Override
        public void run() {
            try {
                emitter.complete(search.get());
            } catch (RuntimeException | Error e) {
                emitter.fail(e);
            }
        }
    }

    /// Searches that wait are refused. Those that run end by themselves: an interrupt would close
    /// the files they read for everybody.
    @Override
    public void close() {
        threads.shutdown();
        List<Runnable> waiting = new ArrayList<>();
        threads.getQueue().drainTo(waiting);
        for (Runnable each : waiting) {
            if (each instanceof Search<?> search) {
                search.emitter().fail(stopping());
            }
        }
    }
}
