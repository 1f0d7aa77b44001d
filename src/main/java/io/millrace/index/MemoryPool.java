package io.millrace.index;

import io.millrace.MillraceException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Heap for what is collected before it becomes a file, shared by the lanes of all indexes of a
/// process.
///
/// A lane reserves before it grows. When the pool fills up, the largest builder is asked to become
/// a segment; when it is full, lanes wait, in order, until others gave back. Nothing here touches a
/// builder: its lane sees that it is asked and does it. Guarded by itself.
///
/// A lane that waits gives back what it holds when it is asked to, and one that writes needs no
/// more until it is done, so somebody always goes on.
public final class MemoryPool {
    /// Above this much of the budget, in percent, the largest is asked.
    private static final int SOFT_PERCENT = 80;

    /// Reserved at a time, at least, so that not every document takes the lock.
    private static final long STEP_BYTES_MAX = 64 << 10;

    private final long budgetBytes;
    private final long stepBytes;

    // Guarded by this.
    private final List<Share> shares = new ArrayList<>();
    private final Deque<Share> waiting = new ArrayDeque<>();
    private long reservedBytes;
    private long askedBytes;
    private long peakBytes;

    public MemoryPool(long budgetBytes) {
        if (budgetBytes < 1) {
            throw new IllegalArgumentException("budgetBytes of " + budgetBytes);
        }
        this.budgetBytes = budgetBytes;
        this.stepBytes = Math.min(STEP_BYTES_MAX, budgetBytes / 64);
    }

    /// A quarter of the heap.
    public static MemoryPool ofHeap() {
        return new MemoryPool(Runtime.getRuntime().maxMemory() / 4);
    }

    public long budgetBytes() {
        return budgetBytes;
    }

    /// What all lanes hold now.
    public synchronized long reservedBytes() {
        return reservedBytes;
    }

    /// The most they ever held.
    public synchronized long peakBytes() {
        return peakBytes;
    }

    /// @param onAsked called, with the pool's lock held, when the share is asked to give back; it
    ///   must not block and must not call the pool
    synchronized Share open(Runnable onAsked) {
        Share share = new Share(onAsked);
        shares.add(share);
        return share;
    }

    /// What one lane holds. Its methods are for the lane's thread, but for [#close].
    final class Share {
        private final Runnable onAsked;

        /// Changed by the lane's thread with the lock held, so that thread may read it without.
        private long held;

        private volatile boolean asked;
        private volatile boolean closed;

        private Share(Runnable onAsked) {
            this.onAsked = onAsked;
        }

        /// Its lane is to make a segment of its builder and [#release].
        boolean isAsked() {
            return asked;
        }

        /// Sees to it that the lane may hold so much; waits for that if need be. What is more than
        /// the budget by itself is let through when nobody holds anything.
        ///
        /// @return false when the lane must give back what it holds first, and ask again
        /// @throws MillraceException.Unavailable when the share is closed
        boolean reserve(long bytes) {
            return bytes <= held && !asked || reserveMore(this, bytes);
        }

        /// The lane holds so much, whatever it reserved.
        void correct(long bytes) {
            if (bytes > held) {
                grow(this, bytes - held);
            }
        }

        /// The lane holds nothing any more.
        void release() {
            giveBack(this);
        }

        /// Whoever waits with this share is told that the index is closed.
        void close() {
            synchronized (MemoryPool.this) {
                closed = true;
                shares.remove(this);
                MemoryPool.this.notifyAll();
            }
        }
    }

    private synchronized boolean reserveMore(Share share, long bytes) {
        boolean interrupted = false;
        try {
            while (true) {
                if (share.closed) {
                    waiting.remove(share);
                    throw new MillraceException.Unavailable("the index is closed");
                }
                if (share.asked && share.held > 0) {
                    return false;
                }
                Share first = waiting.peekFirst();
                if ((first == null || first == share) && grant(share, bytes - share.held)) {
                    waiting.remove(share);
                    notifyAll();
                    return true;
                }
                if (!waiting.contains(share)) {
                    waiting.addLast(share);
                }
                askLargest(budgetBytes - Math.max(0, bytes - share.held));
                if (share.asked && share.held > 0) {
                    return false;
                }
                try {
                    wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private boolean grant(Share share, long more) {
        if (more <= 0) {
            return true;
        }
        boolean alone = reservedBytes == 0;
        if (reservedBytes + more > budgetBytes && !alone) {
            return false;
        }
        grow(share, Math.max(more, Math.min(stepBytes, budgetBytes - reservedBytes)));
        return true;
    }

    private synchronized void grow(Share share, long more) {
        share.held += more;
        reservedBytes += more;
        askedBytes += share.asked ? more : 0;
        peakBytes = Math.max(peakBytes, reservedBytes);
        askLargest(budgetBytes / 100 * SOFT_PERCENT);
    }

    private synchronized void giveBack(Share share) {
        waiting.remove(share);
        reservedBytes -= share.held;
        if (share.asked) {
            askedBytes -= share.held;
            share.asked = false;
        }
        share.held = 0;
        notifyAll();
    }

    /// Asks the largest, and the next one, until no more than `target` would be left.
    private void askLargest(long target) {
        while (reservedBytes - askedBytes > target) {
            Share largest = largestUnasked();
            if (largest == null) {
                return;
            }
            largest.asked = true;
            askedBytes += largest.held;
            largest.onAsked.run();
            notifyAll();
        }
    }

    private @Nullable Share largestUnasked() {
        Share largest = null;
        for (Share share : shares) {
            if (!share.asked && share.held > 0 && (largest == null || share.held > largest.held)) {
                largest = share;
            }
        }
        return largest;
    }
}
