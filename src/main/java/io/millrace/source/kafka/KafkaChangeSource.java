package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.State;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Flow;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/// One topic as the source of one index. May be shared between threads.
///
/// Partitions are assigned here, never by a consumer group, and positions come from the caller:
/// what the broker knows about offsets is a hint for people ([#acknowledge]).
///
/// Guarded by itself: the reader and the probe.
public final class KafkaChangeSource implements ChangeSource {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

    private final TopicBinding binding;
    private final Map<String, Object> connection;
    private final KafkaReadOptions options;
    private final LongSupplier nanoClock;
    private final ThreadFactory threads;
    private final OffsetHints hints;

    private @Nullable TopicProbe probe;
    private @Nullable TopicReader reader;
    private boolean closed;

    /// @param connection settings of Kafka's clients: where the brokers are and how to log in;
    ///   those that this class must decide itself are replaced
    /// @param nanoClock a clock for durations
    public KafkaChangeSource(
            TopicBinding binding,
            Map<String, Object> connection,
            KafkaReadOptions options,
            LongSupplier nanoClock,
            ThreadFactory threads) {
        this.binding = binding;
        this.connection = new HashMap<>(connection);
        this.options = options;
        this.nanoClock = nanoClock;
        this.threads = threads;
        this.hints = new OffsetHints(binding.groupId(), () -> probe().admin());
    }

    @Override
    public Start start() {
        try {
            TopicProbe asked = probe();
            TopicFacts facts = asked.describe();
            facts.checkKeyPlace(binding.keyPlace());
            return new Start(facts.identity(), asked.beginnings(facts));
        } catch (KafkaException e) {
            throw KafkaFailures.of(binding.topic(), e);
        }
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return Multi.createFrom().publisher(subscriber -> subscribe(identity, from, subscriber));
    }

    private void subscribe(
            SourceIdentity identity,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber) {
        TopicReader next;
        try {
            next = nextReader(identity, from, subscriber);
        } catch (RuntimeException e) {
            subscriber.onSubscribe(new Refused());
            subscriber.onError(KafkaFailures.of(binding.topic(), e));
            return;
        }
        Thread thread = threads.newThread(next);
        thread.setName("kafka-" + binding.index());
        subscriber.onSubscribe(next);
        thread.start();
    }

    private synchronized TopicReader nextReader(
            SourceIdentity identity,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber) {
        TopicReader before = reader;
        if (before != null && !before.hasEnded() && !before.isCancelled()) {
            throw new MillraceException.Bug(
                    "topic %s is read for index %s already"
                            .formatted(binding.topic(), binding.index()));
        }
        TopicReader next =
                new TopicReader(
                        binding,
                        options,
                        connection,
                        probe(),
                        nanoClock,
                        identity,
                        from,
                        subscriber,
                        before);
        reader = next;
        return next;
    }

    @Override
    public void acknowledge(Checkpoint committed) {
        hints.offer(committed);
    }

    @Override
    public synchronized SourceStatus status() {
        return reader == null
                ? new SourceStatus(closed ? State.STOPPED : State.STARTING, Checkpoint.EMPTY, "")
                : reader.status();
    }

    /// How often the consumer of the current subscription was polled.
    synchronized long polls() {
        return reader == null ? 0 : reader.polls();
    }

    /// What the consumer of the current subscription asked its brokers so far.
    synchronized long requests() {
        return reader == null ? 0 : reader.requests();
    }

    private synchronized TopicProbe probe() {
        if (closed) {
            throw new MillraceException.Unavailable(
                    "source of index " + binding.index() + " is closed");
        }
        if (probe == null) {
            probe = new TopicProbe(connection, binding, options);
        }
        return probe;
    }

    @Override
    public void close() {
        TopicReader last;
        TopicProbe asked;
        synchronized (this) {
            closed = true;
            last = reader;
            asked = probe;
        }
        if (last != null) {
            last.cancel();
            last.awaitEnd(CLOSE_TIMEOUT);
        }
        if (asked != null) {
            asked.close();
        }
    }

    /// The subscription of somebody who gets nothing but an error.
    private static final class Refused implements Flow.Subscription {
        @Override
        public void request(long batches) {}

        @Override
        public void cancel() {}
    }
}
