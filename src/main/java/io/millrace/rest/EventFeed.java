package io.millrace.rest;

import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.json.Json;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Events of one index for one follower: reads those that are kept, then waits for commits without
/// holding a thread. Nothing is read before it is asked for. One batch is under way at a time, so
/// no field needs a lock; batches follow each other with happens-before.
final class EventFeed implements AutoCloseable {
    private static final int BATCH_EVENTS_MAX = 100;

    /// A silent stream says that it lives, or proxies cut it.
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final Index index;
    private final Sse sse;
    private final CommitSignal signal = new CommitSignal();
    private final AutoCloseable subscription;
    private long after;

    private EventFeed(Index index, long after, Sse sse) {
        this.index = index;
        this.after = after;
        this.sse = sse;
        this.subscription = index.onCommit(_ -> signal.raise());
    }

    /// Events of the generations above `generation`, without an end.
    static Multi<OutboundSseEvent> after(Index index, long generation, Sse sse) {
        return Multi.createFrom()
                .deferred(() -> {
                    var feed = new EventFeed(index, generation, sse);
                    return Multi.createBy()
                            .repeating()
                            .uni(feed::batch)
                            .indefinitely()
                            .onItem()
                            .<OutboundSseEvent>disjoint()
                            .onTermination()
                            .invoke(feed::close);
                });
    }

    /// The next events; empty after a wait that a commit ended, a heartbeat after one that nothing
    /// ended.
    private Uni<List<OutboundSseEvent>> batch() {
        long seen = signal.count();
        return Uni.createFrom()
                .item(this::read)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .chain(events ->
                        events.isEmpty()
                                ? signal.after(seen)
                                        .replaceWith(List.<OutboundSseEvent>of())
                                        .ifNoItem()
                                        .after(HEARTBEAT)
                                        .recoverWithItem(this::heartbeat)
                                : Uni.createFrom().item(events));
    }

    private List<OutboundSseEvent> read() {
        List<IndexEvent> events = index.eventsAfter(after, BATCH_EVENTS_MAX);
        if (!events.isEmpty()) {
            after = events.getLast().generation();
        }
        return events.stream().map(this::toSse).toList();
    }

    private List<OutboundSseEvent> heartbeat() {
        return List.of(sse.newEventBuilder().comment("still here").build());
    }

    private OutboundSseEvent toSse(IndexEvent event) {
        byte[] json = Json.bytes(cloudEvent(event));
        return sse.newEventBuilder()
                .id(event.id())
                .name("commit")
                .data(new String(json, StandardCharsets.UTF_8))
                .build();
    }

    /// The event as one JSON object (CloudEvents 1.0, structured mode).
    static Value.Obj cloudEvent(IndexEvent event) {
        return new Wire.Members()
                .put("specversion", "1.0")
                .put("id", event.id())
                .put("source", "/indexes/" + event.index())
                .put("type", "io.millrace.commit.v1")
                .put("generation", event.generation())
                .put("previousgeneration", event.previousGeneration())
                .put("datacontenttype", "application/json")
                .put("data", event.data())
                .toObj();
    }

    @Override
    public void close() {
        try {
            subscription.close();
        } catch (Exception e) {
            throw new io.millrace.MillraceException.Bug("commit listener not removed", e);
        }
    }

    /// Wakes one waiting batch. Guarded by itself.
    private static final class CommitSignal {
        private long count;
        private @Nullable Runnable waiter;

        synchronized long count() {
            return count;
        }

        void raise() {
            Runnable wake;
            synchronized (this) {
                count++;
                wake = waiter;
                waiter = null;
            }
            if (wake != null) {
                // Off the thread that publishes: it must not run a follower's code.
                Infrastructure.getDefaultExecutor().execute(wake);
            }
        }

        /// Completes once there were more than `seen` commits.
        Uni<Void> after(long seen) {
            return Uni.createFrom()
                    .emitter(emitter -> {
                        synchronized (this) {
                            if (count == seen) {
                                waiter = () -> emitter.complete(null);
                                return;
                            }
                        }
                        emitter.complete(null);
                    });
        }
    }
}
