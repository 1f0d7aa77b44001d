package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.smallrye.mutiny.Multi;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/// A log of changes in memory that can be read from anywhere, told to fail, and asked how much was
/// demanded of it. Guarded by itself; signals come from the thread that caused them.
final class ScriptedSource implements ChangeSource {
    static final SourcePartition PARTITION = new SourcePartition("script", 0);
    static final SourceIdentity IDENTITY = SourceIdentity.of(Map.of("script", "1"));

    private final List<Change> log = new ArrayList<>();
    private final int batchMax;

    /// Changes of one transaction; a batch may hold a part of one.
    private final int transactionChanges;

    private @Nullable Reader reader;
    private @Nullable MillraceException startFailure;
    private Checkpoint acknowledged = Checkpoint.EMPTY;
    private int subscriptions;
    private long requested;
    private boolean closed;

    ScriptedSource(int batchMax) {
        this(batchMax, 1);
    }

    ScriptedSource(int batchMax, int transactionChanges) {
        this.batchMax = batchMax;
        this.transactionChanges = transactionChanges;
    }

    ScriptedSource upsert(String key, long number) {
        Document document =
                Document.of(new Value.Obj(Map.of("id", Value.of(key), "n", Value.of(number))));
        return append(key, document);
    }

    /// A document that the schema refuses.
    ScriptedSource broken(String key) {
        return append(
                key,
                Document.of(new Value.Obj(Map.of("id", Value.of(key), "n", Value.of("many")))));
    }

    ScriptedSource delete(String key) {
        return append(key, null);
    }

    private ScriptedSource append(String key, @Nullable Document document) {
        Reader told;
        synchronized (this) {
            Origin origin =
                    new Origin(
                            PARTITION,
                            log.size(),
                            0,
                            key.getBytes(StandardCharsets.UTF_8),
                            document == null ? null : new byte[] {'{', '}'});
            DocumentKey documentKey = DocumentKey.of(key);
            log.add(
                    document == null
                            ? new Change.Delete(documentKey, origin)
                            : new Change.Upsert(documentKey, document, origin));
            told = reader;
        }
        if (told != null) {
            told.emit();
        }
        return this;
    }

    synchronized void failStart(@Nullable MillraceException failure) {
        startFailure = failure;
    }

    /// Ends the running subscription with this.
    void fail(MillraceException failure) {
        Reader ended;
        synchronized (this) {
            ended = Objects.requireNonNull(reader);
            reader = null;
        }
        ended.subscriber.onError(failure);
    }

    synchronized boolean isRead() {
        return reader != null;
    }

    synchronized int subscriptions() {
        return subscriptions;
    }

    synchronized long requested() {
        return requested;
    }

    synchronized Checkpoint acknowledged() {
        return acknowledged;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized Checkpoint end() {
        return Checkpoint.of(Map.of(PARTITION, Position.of(log.size())));
    }

    @Override
    public synchronized Start start() {
        if (startFailure != null) {
            throw startFailure;
        }
        return new Start(IDENTITY, Checkpoint.of(Map.of(PARTITION, Position.of(0))));
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return Multi.createFrom()
                .publisher(subscriber -> {
                    Reader next =
                            new Reader(
                                    subscriber,
                                    Objects.requireNonNull(from.position(PARTITION)).next());
                    synchronized (this) {
                        subscriptions++;
                        reader = next;
                    }
                    subscriber.onSubscribe(next);
                });
    }

    @Override
    public synchronized void acknowledge(Checkpoint committed) {
        acknowledged = committed;
    }

    @Override
    public synchronized SourceStatus status() {
        return new SourceStatus(
                reader == null ? SourceStatus.State.FAILED : SourceStatus.State.READING,
                Checkpoint.EMPTY,
                "");
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    private final class Reader implements Flow.Subscription {
        private final Flow.Subscriber<? super ChangeBatch> subscriber;
        private long next;
        private long transactionStart;
        private long demand;

        Reader(Flow.Subscriber<? super ChangeBatch> subscriber, long next) {
            this.subscriber = subscriber;
            this.next = next;
            this.transactionStart = next;
        }

        @Override
        public void request(long count) {
            synchronized (ScriptedSource.this) {
                demand += count;
                requested += count;
            }
            emit();
        }

        @Override
        public void cancel() {
            synchronized (ScriptedSource.this) {
                if (reader == this) {
                    reader = null;
                }
            }
        }

        void emit() {
            ChangeBatch batch;
            synchronized (ScriptedSource.this) {
                if (reader != this || demand == 0 || next == log.size()) {
                    return;
                }
                demand--;
                int from = Math.toIntExact(next);
                int to = Math.min(from + batchMax, log.size());
                batch =
                        to % transactionChanges == 0
                                ? ChangeBatch.of(
                                        log.subList(from, to),
                                        List.of(),
                                        List.of(
                                                new PositionRange(
                                                        PARTITION,
                                                        Position.of(transactionStart),
                                                        Position.of(to))))
                                : ChangeBatch.ofPart(log.subList(from, to), List.of());
                next = to;
                if (!batch.open()) {
                    transactionStart = to;
                }
            }
            subscriber.onNext(batch);
        }
    }
}
