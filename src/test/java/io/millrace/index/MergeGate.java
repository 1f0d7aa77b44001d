package io.millrace.index;

import io.millrace.testing.Awaiting;
import java.util.function.Consumer;

/// Holds a thread of an index at a call to its folder: a probe of
/// [io.millrace.testing.FaultDirectory]. Opened again, it lets everybody through.
final class MergeGate implements Consumer<String> {

    // Guarded by this.
    private String thread = "";
    private String first = "";
    private String call = "";
    private boolean closed;
    private boolean seenFirst;
    private boolean arrived;

    /// Holds the first thread of that name that makes such a call. Both are beginnings.
    synchronized void hold(String threadName, String wanted) {
        holdAfter(threadName, "", wanted);
    }

    /// The same, but not before it made another call.
    synchronized void holdAfter(String threadName, String earlier, String wanted) {
        thread = threadName;
        first = earlier;
        call = wanted;
        closed = true;
        seenFirst = earlier.isEmpty();
        arrived = false;
    }

    @Override
    public synchronized void accept(String made) {
        if (!closed || arrived || !Thread.currentThread().getName().startsWith(thread)) {
            return;
        }
        if (!seenFirst) {
            seenFirst = made.startsWith(first);
            return;
        }
        if (!made.startsWith(call)) {
            return;
        }
        arrived = true;
        while (closed) {
            try {
                wait();
            } catch (InterruptedException e) {
                throw new AssertionError("held thread interrupted at " + made, e);
            }
        }
    }

    void awaitArrival() {
        Awaiting.that("a thread is at the gate", this::hasArrived);
    }

    synchronized boolean hasArrived() {
        return arrived;
    }

    synchronized void open() {
        closed = false;
        notifyAll();
    }
}
