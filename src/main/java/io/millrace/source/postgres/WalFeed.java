package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// What waits for one subscription of an index, between the thread that reads the log and the one
/// that makes changes of it. Full when it holds as many events or bytes as it may: the log is not
/// read on then.
///
/// Guarded by its lock, but for what says otherwise.
final class WalFeed {
    /// So many events of a transaction are worth waking the thread of the index for before its end:
    /// waking it for each would cost more than the event does.
    private static final int WORTHWHILE_EVENTS = 256;

    private final Attachment attachment;
    private final WalTable table;
    private final WalReadOptions options;
    private final Runnable wakeReader;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<WalEvent> queue = new ArrayDeque<>();
    private long queuedBytes;

    /// Everything the log says up to here was put, or has nothing to do with the index.
    private long reachedLsn;

    /// The index has taken everything up to here.
    private long takenLsn;

    private @Nullable MillraceException failure;
    private boolean left;

    /// Written under the lock, read without by the thread of the log, which looks again soon.
    private volatile boolean full;

    // Confined to the thread of the log.

    /// A [WalEvent.Begun] was put, and nothing that ends the transaction.
    private boolean begun;

    /// The index holds the transaction that is being read.
    private boolean holdsTransaction;

    /// @param fromLsn the position of the index
    /// @param wakeReader called when there is room again
    WalFeed(
            Attachment attachment,
            WalTable table,
            long fromLsn,
            WalReadOptions options,
            Runnable wakeReader) {
        this.attachment = attachment;
        this.table = table;
        this.reachedLsn = fromLsn;
        this.takenLsn = fromLsn;
        this.options = options;
        this.wakeReader = wakeReader;
    }

    Attachment attachment() {
        return attachment;
    }

    WalTable table() {
        return table;
    }

    /// Everything up to here was put.
    long reachedLsn() {
        lock.lock();
        try {
            return reachedLsn;
        } finally {
            lock.unlock();
        }
    }

    // The thread of the log.

    boolean isFull() {
        return full;
    }

    boolean hasLeft() {
        lock.lock();
        try {
            return left || failure != null;
        } finally {
            lock.unlock();
        }
    }

    /// A transaction begins. Commit records follow one another, so one that begins before a
    /// position ends there at the latest; [#commit] checks that.
    void begin(WalMessage.Begin begin) {
        begun = false;
        holdsTransaction = begin.finalLsn() < reachedLsn();
    }

    void change(WalMessage.Begin begin, WalEvent event) {
        if (holdsTransaction) {
            return;
        }
        lock.lock();
        try {
            if (!begun) {
                begun = true;
                put(new WalEvent.Begun(begin.finalLsn(), begin.commitMicros(), begin.xid()));
            }
            put(event);
            if (isWorthwhile()) {
                arrived.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    void commit(long endLsn) {
        lock.lock();
        try {
            if (holdsTransaction != endLsn <= reachedLsn) {
                throw new MillraceException.Bug(
                        "index %s stands at %s, which is inside the transaction that ends at %s"
                                .formatted(
                                        attachment.index(),
                                        Lsn.text(reachedLsn),
                                        Lsn.text(endLsn)));
            }
            if (begun) {
                put(new WalEvent.Committed(endLsn));
                begun = false;
            }
            reach(endLsn);
        } finally {
            lock.unlock();
        }
    }

    /// Everything up to a position was sent, and no transaction is under way.
    void pass(long lsn) {
        lock.lock();
        try {
            reach(lsn);
        } finally {
            lock.unlock();
        }
    }

    /// A table of the same name that is another one ends the index: the rows it holds are gone, and
    /// nobody says which.
    void checkSame(WalMessage.Relation relation) {
        if (relation.oid() != table.oid()
                && relation.schema().equals(table.name().schema())
                && relation.table().equals(table.name().table())) {
            fail(table.madeAnew(relation.oid()));
        }
    }

    void fail(MillraceException reason) {
        lock.lock();
        try {
            if (failure == null) {
                failure = reason;
            }
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    private void put(WalEvent event) {
        queue.add(event);
        queuedBytes += event.sizeBytes();
        full = isAtBounds();
    }

    private boolean isAtBounds() {
        return queue.size() >= options.queueEventsMax() || queuedBytes >= options.queueBytesMax();
    }

    private boolean isWorthwhile() {
        return full || queue.size() >= WORTHWHILE_EVENTS;
    }

    private void reach(long lsn) {
        if (lsn > reachedLsn) {
            reachedLsn = lsn;
            arrived.signal();
        }
    }

    // The thread of the index.

    /// Moves what waits into `into`, but not much more than a batch may hold: what is taken is in
    /// no bound any more. Returns the position that is reached with all that was taken.
    ///
    /// @throws MillraceException why the log cannot be read on, once nothing waits any more
    long drainTo(Collection<WalEvent> into) {
        boolean madeRoom;
        long reached;
        lock.lock();
        try {
            if (queue.isEmpty() && failure != null) {
                throw failure;
            }
            moveTo(into);
            if (queue.isEmpty()) {
                takenLsn = reachedLsn;
            }
            reached = takenLsn;
            boolean wasFull = full;
            full = isAtBounds();
            madeRoom = wasFull && !full;
        } finally {
            lock.unlock();
        }
        if (madeRoom) {
            wakeReader.run();
        }
        return reached;
    }

    private void moveTo(Collection<WalEvent> into) {
        int events = 0;
        long bytes = 0;
        while (!queue.isEmpty()
                && events < options.batchChangesMax()
                && bytes < options.batchBytesMax()) {
            WalEvent event = queue.remove();
            into.add(event);
            events++;
            bytes += event.sizeBytes();
        }
        queuedBytes -= bytes;
    }

    /// Waits until a transaction or a good part of one is there, but not longer than `nanos`.
    ///
    /// @param knownLsn a higher position is something
    @SuppressWarnings("WaitNotInLoop") // whoever is woken without a reason looks and waits again
    void await(long knownLsn, long nanos) throws InterruptedException {
        lock.lock();
        try {
            if (!isWorthwhile() && failure == null && !left && reachedLsn <= knownLsn) {
                var _ = arrived.await(nanos, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    /// Wakes the thread of the index.
    void nudge() {
        lock.lock();
        try {
            arrived.signal();
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more is wanted.
    void leave() {
        lock.lock();
        try {
            left = true;
            queue.clear();
            queuedBytes = 0;
            full = false;
            arrived.signal();
        } finally {
            lock.unlock();
        }
        wakeReader.run();
    }
}
