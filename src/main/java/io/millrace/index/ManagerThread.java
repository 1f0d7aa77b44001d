package io.millrace.index;

import io.millrace.MillraceException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The one thread of a [SegmentManager]: runs calls one after the other, and between them what has
/// to be done now and then. Callers wait, so there are never more calls than callers.
///
/// A call that began is finished even if its caller was interrupted: a commit is never left half
/// done because somebody lost patience.
final class ManagerThread {
    private static final Logger LOG = System.getLogger(ManagerThread.class.getName());

    /// The chores wait for times of a clock that is handed in: they look at it this often at least.
    private static final long LOOK_MILLIS = 250;

    /// What is done between calls.
    interface Chores {
        /// Nanoseconds until they want to be run again; empty when only an event is a reason to.
        OptionalLong run();
    }

    private final Chores chores;
    private final Thread thread;

    // Guarded by this.
    private final Deque<FutureTask<?>> calls = new ArrayDeque<>();
    private boolean woken;
    private boolean stopping;

    ManagerThread(String name, ThreadFactory threads, Chores chores) {
        this.chores = chores;
        this.thread = threads.newThread(this::run);
        thread.setName(name);
    }

    void start() {
        thread.start();
    }

    /// Runs `call` on the thread and waits for it.
    ///
    /// @throws MillraceException.Unavailable when the thread has ended
    <T> T call(Callable<T> call) {
        return call(call, () -> {});
    }

    /// @param otherwise done on the caller's thread when the thread has ended, so that the call
    ///   will never run
    <T> T call(Callable<T> call, Runnable otherwise) {
        if (Thread.currentThread() == thread) {
            throw new MillraceException.Bug("the manager's thread waits for itself");
        }
        FutureTask<T> task = new FutureTask<>(call);
        if (!offer(task)) {
            otherwise.run();
            throw new MillraceException.Unavailable("the index is closed");
        }
        return result(task);
    }

    private synchronized boolean offer(FutureTask<?> task) {
        if (stopping) {
            return false;
        }
        calls.addLast(task);
        notifyAll();
        return true;
    }

    /// Has the chores run soon, without waiting for them.
    synchronized void wake() {
        woken = true;
        notifyAll();
    }

    /// Ends the thread after the calls it already has.
    void stop() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        Uninterruptibly.join(thread);
    }

    private void run() {
        OptionalLong again = OptionalLong.empty();
        while (true) {
            try {
                FutureTask<?> next = next(again);
                if (next != null) {
                    next.run();
                } else if (isDone()) {
                    return;
                }
                again = chores.run();
            } catch (RuntimeException | Error e) {
                // Callers wait for this thread, so nothing ends it early, or keeps it busy.
                again = OptionalLong.of(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
                FaultLog.log(LOG, Level.ERROR, () -> "chores failed thread=" + thread.getName(), e);
            }
        }
    }

    /// The shortest of what is there.
    static OptionalLong earliest(OptionalLong... waits) {
        return Arrays.stream(waits)
                .filter(OptionalLong::isPresent)
                .mapToLong(OptionalLong::getAsLong)
                .min();
    }

    /// False while there is a call, which may have come since [#next] found none.
    private synchronized boolean isDone() {
        return stopping && calls.isEmpty();
    }

    /// Null when there is no call, only chores or the end.
    private synchronized @Nullable FutureTask<?> next(OptionalLong againNanos) {
        try {
            while (calls.isEmpty() && !woken && !stopping) {
                if (againNanos.isPresent()) {
                    long millis = TimeUnit.NANOSECONDS.toMillis(againNanos.getAsLong()) + 1;
                    wait(Math.clamp(millis, 1, LOOK_MILLIS));
                    break;
                }
                wait();
            }
        } catch (InterruptedException e) {
            // Nobody who knows this thread interrupts it; the flag would break every file channel.
            LOG.log(Level.WARNING, () -> "interrupt ignored thread=" + thread.getName());
        }
        woken = false;
        return calls.pollFirst();
    }

    private static <T> T result(FutureTask<T> task) {
        try {
            return Uninterruptibly.get(task);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case MillraceException known -> throw known;
                case Error error -> throw error;
                case null, default ->
                        throw new MillraceException.Bug("manager call failed: " + e, e);
            }
        } catch (CancellationException e) {
            throw new MillraceException.Bug("manager call was cancelled", e);
        }
    }
}
