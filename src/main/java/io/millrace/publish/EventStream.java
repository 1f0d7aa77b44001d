package io.millrace.publish;

import io.millrace.MillraceException;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.smallrye.mutiny.Multi;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;

/// Commit events for live readers. May be shared between threads.
///
/// Events are read from the outbox when a reader asks for them, so a slow reader costs no memory;
/// one that falls behind what is kept gets a resync. Ends with [#close].
public final class EventStream implements AutoCloseable {
    private final Executor workers;
    private final int readersMax;
    private final Set<EventCursor> readers = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /// @param workers where commit records are read; may block
    /// @param readersMax readers at once, of all indexes
    public EventStream(Executor workers, int readersMax) {
        this.workers = workers;
        this.readersMax = readersMax;
    }

    /// Events of the generations that are published from now on.
    public Multi<IndexEvent> live(Index index) {
        return Multi.createFrom()
                .publisher(reader -> subscribe(index, index.newestCommit().generation(), reader));
    }

    /// Events of all generations above one, those that are published already first.
    public Multi<IndexEvent> after(Index index, long generation) {
        return Multi.createFrom().publisher(reader -> subscribe(index, generation, reader));
    }

    private void subscribe(
            Index index, long generation, Flow.Subscriber<? super IndexEvent> subscriber) {
        EventCursor cursor =
                new EventCursor(index, generation, subscriber, workers, readers::remove);
        subscriber.onSubscribe(cursor);
        if (closed || readers.size() >= readersMax) {
            cursor.fail(
                    new MillraceException.Unavailable(
                            closed
                                    ? "this node is stopping"
                                    : "%d readers of events, expected at most %d"
                                            .formatted(readers.size() + 1, readersMax)));
            return;
        }
        readers.add(cursor);
        cursor.start();
        if (closed) {
            // It came too late to be seen by close().
            cursor.complete();
        }
    }

    /// Completes every reader.
    @Override
    public void close() {
        closed = true;
        readers.forEach(EventCursor::complete);
    }
}
