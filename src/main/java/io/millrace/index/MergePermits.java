package io.millrace.index;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// How many merges run at once in the whole process. Taking one and counting it is one step. Shared
/// by all indexes; guarded by itself.
public final class MergePermits {
    private final int count;

    // Guarded by this.
    private int taken;
    private final Set<Runnable> waiting = new LinkedHashSet<>();

    public MergePermits(int count) {
        if (count < 1) {
            throw new IllegalArgumentException(
                    "merge permits of " + count + ", expected 1 or more");
        }
        this.count = count;
    }

    /// @param onFree called once, on the thread that gives a permit back, if there is none now; the
    ///   same object is kept once. It must not block
    synchronized boolean tryTake(Runnable onFree) {
        if (taken == count) {
            waiting.add(onFree);
            return false;
        }
        taken++;
        return true;
    }

    void giveBack() {
        List<Runnable> woken;
        synchronized (this) {
            taken--;
            woken = List.copyOf(waiting);
            waiting.clear();
        }
        woken.forEach(Runnable::run);
    }

    /// Whoever waits does not want one any more.
    synchronized void forget(Runnable onFree) {
        waiting.remove(onFree);
    }

    synchronized int takenCount() {
        return taken;
    }
}
