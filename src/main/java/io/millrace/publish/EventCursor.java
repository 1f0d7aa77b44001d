package io.millrace.publish;

import io.millrace.MillraceException;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.index.IndexState;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Where one reader of events stands. Signals come from one worker at a time.
final class EventCursor implements Flow.Subscription {
    private static final int EVENTS_MAX = 32;

    private final Index index;
    private final Flow.Subscriber<? super IndexEvent> subscriber;
    private final Executor workers;
    private final Consumer<EventCursor> ended;

    private final AtomicLong demand = new AtomicLong();

    /// Above zero while a worker looks; whoever raises it from zero starts one. That also hands
    /// `generation` from worker to worker.
    private final AtomicInteger looks = new AtomicInteger();

    private volatile boolean done;
    private volatile boolean completes;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable AutoCloseable listening;

    // Confined to the worker.
    private long generation;

    EventCursor(
            Index index,
            long generation,
            Flow.Subscriber<? super IndexEvent> subscriber,
            Executor workers,
            Consumer<EventCursor> ended) {
        this.index = index;
        this.generation = generation;
        this.subscriber = subscriber;
        this.workers = workers;
        this.ended = ended;
    }

    void start() {
        listening =
                index.onCommit(
                        new Index.CommitListener() {
                            @Override
                            public void committed(CommitPoint commit) {
                                look();
                            }

                            @Override
                            public void closed() {
                                look();
                            }
                        });
        if (done) {
            stopListening();
        }
        look();
    }

    @Override
    public void request(long events) {
        if (events <= 0) {
            fail(new MillraceException.Bug("a reader asked for less than one event"));
            return;
        }
        demand.accumulateAndGet(
                events, (held, more) -> held + more < 0 ? Long.MAX_VALUE : held + more);
        look();
    }

    @Override
    public void cancel() {
        done = true;
        stopListening();
    }

    void fail(Throwable reason) {
        failure = reason;
        look();
    }

    void complete() {
        completes = true;
        look();
    }

    private void look() {
        if (!done && looks.getAndIncrement() == 0) {
            try {
                workers.execute(this::work);
            } catch (RejectedExecutionException e) {
                // The node is stopping, and so is the connection of this reader.
                cancel();
            }
        }
    }

    private void work() {
        int seen = 1;
        while (seen != 0) {
            try {
                step();
            } catch (RuntimeException | Error e) {
                end(e);
            }
            seen = looks.addAndGet(-seen);
        }
    }

    private void step() {
        Throwable reason = failure;
        if (reason != null || completes) {
            end(reason);
            return;
        }
        while (!done && demand.get() > 0) {
            int wanted = (int) Math.min(demand.get(), EVENTS_MAX);
            // In this order: what it published last is still told.
            boolean closed = index.state() instanceof IndexState.Closed;
            List<IndexEvent> events = eventsOr(closed, wanted);
            if (events.isEmpty()) {
                if (closed) {
                    throw new MillraceException.Unavailable(
                            "incarnation %s of index %s ended with generation %d: it was deleted, built anew or opened again, connect again"
                                    .formatted(index.incarnation(), index.name(), generation));
                }
                return;
            }
            for (IndexEvent event : events) {
                if (done) {
                    return;
                }
                generation = event.generation();
                demand.getAndUpdate(held -> held == Long.MAX_VALUE ? held : held - 1);
                subscriber.onNext(event);
            }
        }
    }

    /// The files of an index that is closed may be gone.
    private List<IndexEvent> eventsOr(boolean closed, int wanted) {
        try {
            return index.eventsAfter(generation, wanted);
        } catch (MillraceException e) {
            if (closed) {
                return List.of();
            }
            throw e;
        }
    }

    private void end(@Nullable Throwable reason) {
        if (done) {
            return;
        }
        cancel();
        if (reason == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(reason);
        }
    }

    private void stopListening() {
        ended.accept(this);
        AutoCloseable handle = listening;
        try {
            if (handle != null) {
                handle.close();
            }
        } catch (Exception e) {
            throw new MillraceException.Bug("listener of index " + index.name(), e);
        }
    }
}
