package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.index.Admission.QueueFull;
import io.millrace.index.LaneCommand.Slice;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// The queue between the writer and its lane, bounded in documents and in bytes. What is being
/// worked on still counts. Predicate and signal always change under the one lock.
final class Intake {
    private final int documentsMax;
    private final long bytesMax;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final Deque<LaneCommand> commands = new ArrayDeque<>();
    private int documents;
    private long bytes;

    /// A batch was refused and nobody has been told yet that there is room again.
    private boolean refused;

    private boolean closed;

    Intake(int documentsMax, long bytesMax) {
        this.documentsMax = documentsMax;
        this.bytesMax = bytesMax;
    }

    /// Queues the slice unless that would pass a bound. One that is larger than the bound by itself
    /// is taken when nothing else is queued, or it would never be.
    Optional<QueueFull> offer(Slice slice) {
        lock.lock();
        try {
            if (closed) {
                throw dropped();
            }
            boolean fits =
                    documents + (long) slice.documents() <= documentsMax
                            && bytes + slice.bytes() <= bytesMax;
            if (!fits && documents > 0) {
                refused = true;
                return Optional.of(new QueueFull(documents, bytes));
            }
            documents += slice.documents();
            bytes += slice.bytes();
            commands.addLast(slice);
            changed.signalAll();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    /// Queues a command behind everything that was offered so far.
    void append(LaneCommand command) {
        lock.lock();
        try {
            if (closed) {
                refuse(command);
                return;
            }
            commands.addLast(command);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Lets a lane that waits behind its [LaneCommand.Flush] go on before anything queued.
    void resume(LaneCommand.Resume resume) {
        lock.lock();
        try {
            commands.addFirst(resume);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Drops everything queued and leaves only `command`; after [LaneCommand.Stop] nothing is taken
    /// any more. True when a refused source is to be told that there is room.
    boolean clear(LaneCommand command) {
        lock.lock();
        try {
            if (closed) {
                refuse(command);
                return false;
            }
            closed = command instanceof LaneCommand.Stop;
            for (LaneCommand queued : commands) {
                refuse(queued);
            }
            commands.clear();
            commands.addLast(command);
            changed.signalAll();
            return takeRefused();
        } finally {
            lock.unlock();
        }
    }

    /// The next command, waited for.
    ///
    /// @param paused the lane is behind a [LaneCommand.Flush]: slices stay where they are
    LaneCommand take(boolean paused) {
        lock.lock();
        try {
            while (true) {
                LaneCommand next = commands.peekFirst();
                if (next != null && !(paused && isWork(next))) {
                    commands.removeFirst();
                    return next;
                }
                changed.awaitUninterruptibly();
            }
        } finally {
            lock.unlock();
        }
    }

    /// The lane is through with a slice. True as in [#clear].
    boolean done(Slice slice) {
        lock.lock();
        try {
            documents -= slice.documents();
            bytes -= slice.bytes();
            boolean roomy = documents <= documentsMax / 2 && bytes <= bytesMax / 2;
            return roomy && takeRefused();
        } finally {
            lock.unlock();
        }
    }

    QueueFull fill() {
        lock.lock();
        try {
            return new QueueFull(documents, bytes);
        } finally {
            lock.unlock();
        }
    }

    /// Whoever waits for a command that no lane will see is told so. Needs the lock.
    private void refuse(LaneCommand command) {
        switch (command) {
            case Slice slice -> {
                documents -= slice.documents();
                bytes -= slice.bytes();
            }
            case LaneCommand.Flush(Barrier barrier) -> barrier.fail(dropped());
            case LaneCommand.Reset(Barrier done) -> done.fail(dropped());
            case LaneCommand.Resume _, LaneCommand.Stop _ -> {}
        }
    }

    private static MillraceException dropped() {
        return new MillraceException.Unavailable("the generation was dropped");
    }

    private boolean takeRefused() {
        boolean was = refused;
        refused = false;
        return was;
    }

    private static boolean isWork(LaneCommand command) {
        return switch (command) {
            case Slice _, LaneCommand.Flush _ -> true;
            case LaneCommand.Resume _, LaneCommand.Reset _, LaneCommand.Stop _ -> false;
        };
    }
}
