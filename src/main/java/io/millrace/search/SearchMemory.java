package io.millrace.search;

import java.util.ArrayDeque;
import java.util.Deque;

/// What searches that are over worked on, for those that follow: most are so short that making and
/// clearing it anew would be a good part of them. What was used last is handed out first, as it is
/// still in the processor's caches. May be shared between threads.
///
/// Heap: 9 MiB at most. Where more than 16 searches run at a time, the others make their own.
public final class SearchMemory {
    private static final int KEPT_MAX = 16;

    private final Deque<Windows> kept = new ArrayDeque<>(KEPT_MAX);

    /// For one search.
    Windows take() {
        synchronized (kept) {
            Windows last = kept.pollFirst();
            if (last != null) {
                return last;
            }
        }
        return new Windows();
    }

    /// After a search that came to its end; what another one left is not fit for use.
    void giveBack(Windows windows) {
        windows.forget();
        synchronized (kept) {
            if (kept.size() < KEPT_MAX) {
                kept.addFirst(windows);
            }
        }
    }
}
