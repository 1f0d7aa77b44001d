package io.millrace.rest;

import io.millrace.MillraceException.Unavailable;
import io.smallrye.mutiny.Uni;
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

    /// Runs a search on one of the threads; fails with [Unavailable] when too many wait.
    ///
    /// @param ended is called when the search is over or nobody waits for its answer any more
    <T> Uni<T> run(Supplier<T> search, Runnable ended) {
        return Uni.createFrom()
                .emitter(emitter -> {
                    emitter.onTermination(ended);
                    try {
                        threads.execute(() -> {
                            try {
                                emitter.complete(search.get());
                            } catch (RuntimeException | Error e) {
                                emitter.fail(e);
                            }
                        });
                    } catch (RejectedExecutionException e) {
                        emitter.fail(
                                new Unavailable(
                                        "%d searches wait for a thread already, expected fewer (millrace.search.waiting-max)"
                                                .formatted(waitingMax)));
                    }
                });
    }

    /// Searches that wait are not answered. Those that run end by themselves: an interrupt would
    /// close the files they read for everybody.
    @Override
    public void close() {
        threads.shutdown();
        threads.getQueue().clear();
    }
}
