package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.index.Admission.QueueFull;
import io.millrace.index.LaneCommand.Slice;
import io.millrace.index.NodeResources.NanoClock;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The queues between the writer and its lanes, under one bound in documents and in bytes. What is
/// being worked on still counts. Predicate and signal always change under the one lock.
///
/// A lane has a thread only while it has something to do, or had lately: the intake has it started
/// with the first command that it is to obey.
final class Intake {
    private static final Logger LOG = System.getLogger(Intake.class.getName());

    private final int documentsMax;
    private final long bytesMax;
    private final Starter starter;
    private final long idleNanos;
    private final NanoClock clock;

    private final ReentrantLock lock = new ReentrantLock();

    // Guarded by lock, with what the queues hold.
    private final Queue[] queues;
    private int documents;
    private long bytes;

    /// A batch was refused and nobody has been told yet that there is room again.
    private boolean refused;

    private boolean closed;

    /// What went wrong with the generation that the lanes work for.
    private @Nullable Throwable failure;

    /// Gives a lane a thread.
    @FunctionalInterface
    interface Starter {
        void start(int lane);
    }

    /// What waits for one lane.
    private static final class Queue {
        final Deque<LaneCommand> commands = new ArrayDeque<>();
        final Condition changed;

        /// It has a thread, or had one: there may be something to forget.
        boolean isKnown;

        boolean isRunning;

        /// The generation being filled has something here.
        boolean isTouched;

        /// What waits belongs to the next generation, and the current one is not resolved.
        boolean isPaused;

        /// The lane is asked for its memory.
        boolean isAsked;

        Queue(Condition changed) {
            this.changed = changed;
        }

        /// What is to be obeyed now, taken out of the queue; null when there is nothing.
        @Nullable LaneCommand next() {
            if (isAsked) {
                isAsked = false;
                return new LaneCommand.Relieve();
            }
            LaneCommand next = commands.peekFirst();
            if (next == null || isPaused && next instanceof Slice) {
                return null;
            }
            isPaused |= next instanceof LaneCommand.Flush;
            return commands.removeFirst();
        }

        void add(LaneCommand command) {
            commands.addLast(command);
            changed.signalAll();
        }
    }

    Intake(IndexOptions options, NanoClock clock, Starter starter) {
        this.documentsMax = options.queueDocumentsMax();
        this.bytesMax = options.queueBytesMax();
        this.idleNanos = options.idleAfter().toNanos();
        this.clock = clock;
        this.starter = starter;
        this.queues = new Queue[options.lanes()];
        Arrays.setAll(queues, _ -> new Queue(lock.newCondition()));
    }

    /// Says no when so much more would pass a bound; until [#offer] nothing changes that but for
    /// the better. What is larger than the bound by itself is taken when nothing else is queued, or
    /// it would never be.
    Optional<QueueFull> refusal(int moreDocuments, long moreBytes) {
        lock.lock();
        try {
            boolean fits =
                    documents + (long) moreDocuments <= documentsMax
                            && bytes + moreBytes <= bytesMax;
            if (fits || documents == 0) {
                return Optional.empty();
            }
            refused = true;
            return Optional.of(new QueueFull(documents, bytes));
        } finally {
            lock.unlock();
        }
    }

    /// Queues the shares of a batch, all or none of them.
    ///
    /// @param slices by lane, null where a lane gets nothing
    /// @throws MillraceException.Unavailable when the index is closed
    void offer(@Nullable Slice[] slices) {
        lock.lock();
        try {
            if (closed) {
                throw dropped();
            }
            for (int lane = 0; lane < slices.length; lane++) {
                if (slices[lane] != null) {
                    ensureRunning(lane);
                }
            }
            for (int lane = 0; lane < slices.length; lane++) {
                Slice slice = slices[lane];
                if (slice != null) {
                    documents += slice.documents();
                    bytes += slice.bytes();
                    queues[lane].isTouched = true;
                    queues[lane].add(slice);
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// Ends the generation being filled: every lane that has something of it will report to the
    /// barrier, and what is offered from now on waits for [#resume].
    Barrier flush() {
        lock.lock();
        try {
            int touched = 0;
            for (int lane = 0; lane < queues.length; lane++) {
                if (queues[lane].isTouched) {
                    ensureRunning(lane);
                    touched++;
                }
            }
            Barrier barrier = new Barrier(touched);
            if (closed) {
                barrier.fail(dropped());
                return barrier;
            }
            for (Queue queue : queues) {
                if (queue.isTouched) {
                    queue.isTouched = false;
                    queue.add(new LaneCommand.Flush(barrier));
                } else {
                    queue.isPaused = true;
                }
            }
            return barrier;
        } finally {
            lock.unlock();
        }
    }

    /// The generation is resolved: the lanes go on upon the newest one.
    void resume() {
        lock.lock();
        try {
            for (Queue queue : queues) {
                queue.isPaused = false;
                queue.changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /// Drops everything queued and has every lane forget what it did since the newest generation.
    /// The barrier says when they have; each does so before anything that is offered from now on.
    Barrier reset() {
        lock.lock();
        try {
            int known = 0;
            for (int lane = 0; lane < queues.length; lane++) {
                known += queues[lane].isKnown ? 1 : 0;
            }
            Barrier done = new Barrier(known);
            if (closed) {
                done.fail(dropped());
                return done;
            }
            dropQueued();
            failure = null;
            tellKnown(new LaneCommand.Reset(done));
            startKnown();
            return done;
        } finally {
            lock.unlock();
        }
    }

    /// A lane cannot go on with its generation, which is lost by that. Nothing new when the lane is
    /// about to forget that generation anyway.
    void fail(int lane, Throwable cause) {
        lock.lock();
        try {
            boolean forgets =
                    queues[lane].commands.stream().anyMatch(LaneCommand.Reset.class::isInstance);
            if (failure == null && !forgets) {
                failure = cause;
            }
        } finally {
            lock.unlock();
        }
    }

    /// Why the lanes need not work until they forget; null as long as they must.
    @Nullable Throwable failure() {
        lock.lock();
        try {
            return failure;
        } finally {
            lock.unlock();
        }
    }

    /// Drops everything queued and ends all lanes; nothing is taken any more. A lane without a
    /// thread gets none for that, see [#isLeft].
    void stop() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                dropQueued();
                tellKnown(new LaneCommand.Stop());
            }
        } finally {
            lock.unlock();
        }
    }

    /// True when a lane, whose thread has ended, has not obeyed everything.
    boolean isLeft(int lane) {
        lock.lock();
        try {
            return !queues[lane].commands.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    /// Has the lane give up its memory before anything else.
    void relieve(int lane) {
        lock.lock();
        try {
            queues[lane].isAsked = true;
            queues[lane].changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The next command for a lane, waited for. The clock that decides is handed in; an idle lane
    /// looks at it about once in the time after which it rests.
    LaneCommand take(int lane) {
        lock.lock();
        try {
            Queue queue = queues[lane];
            long since = clock.nanos();
            LaneCommand next = queue.next();
            while (next == null) {
                if (clock.nanos() - since >= idleNanos) {
                    return new LaneCommand.Rest();
                }
                try {
                    var _ = queue.changed.awaitNanos(idleNanos);
                } catch (InterruptedException e) {
                    // Nobody who knows this thread interrupts it; the flag would break every file
                    // channel.
                    LOG.log(Level.WARNING, () -> "interrupt ignored lane=" + lane);
                }
                next = queue.next();
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    /// True when there is nothing to do for a lane: it has no thread from here on.
    boolean endsIfIdle(int lane) {
        lock.lock();
        try {
            Queue queue = queues[lane];
            queue.isRunning = !queue.commands.isEmpty();
            return !queue.isRunning;
        } finally {
            lock.unlock();
        }
    }

    /// A lane is through with a slice. True when a refused source is to be told that there is room.
    boolean done(Slice slice) {
        lock.lock();
        try {
            documents -= slice.documents();
            bytes -= slice.bytes();
            return takeRefused();
        } finally {
            lock.unlock();
        }
    }

    /// True when a refused source is to be told that there is room, which is said once.
    boolean takeRefused() {
        lock.lock();
        try {
            boolean roomy = documents <= documentsMax / 2 && bytes <= bytesMax / 2;
            boolean tell = refused && roomy;
            refused &= !tell;
            return tell;
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

    private void ensureRunning(int lane) {
        Queue queue = queues[lane];
        if (!queue.isRunning) {
            starter.start(lane);
            queue.isRunning = true;
            queue.isKnown = true;
        }
    }

    /// Whoever waits for a command that no lane will see is told so.
    private void dropQueued() {
        for (Queue queue : queues) {
            for (LaneCommand queued : queue.commands) {
                switch (queued) {
                    case Slice slice -> {
                        documents -= slice.documents();
                        bytes -= slice.bytes();
                    }
                    case LaneCommand.Flush(Barrier barrier) -> barrier.fail(dropped());
                    case LaneCommand.Reset(Barrier done) -> done.fail(dropped());
                    case LaneCommand.Relieve _, LaneCommand.Rest _, LaneCommand.Stop _ -> {}
                }
            }
            queue.commands.clear();
            queue.isTouched = false;
            queue.isPaused = false;
        }
    }

    private void tellKnown(LaneCommand command) {
        for (Queue queue : queues) {
            if (queue.isKnown) {
                queue.add(command);
            }
        }
    }

    /// A lane that gets no thread now obeys, in order, as soon as it has one.
    private void startKnown() {
        for (int lane = 0; lane < queues.length; lane++) {
            if (queues[lane].isKnown) {
                try {
                    ensureRunning(lane);
                } catch (RuntimeException | Error e) {
                    LOG.log(Level.WARNING, "a lane has to forget later", e);
                }
            }
        }
    }

    private static MillraceException dropped() {
        return new MillraceException.Unavailable("the generation was dropped");
    }
}
