package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.source.Demand;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/// One subscription: reads a topic from a checkpoint to its subscriber, on its own thread.
///
/// One batch is decoded ahead of demand. Without demand the partitions are paused and polling goes
/// on, so that connections, metadata and authentication stay alive however long an index is busy.
///
/// - Confined to the consumer thread: everything but demand, cancellation and the status.
final class TopicReader implements Flow.Subscription, Runnable {
    private static final Logger LOG = System.getLogger(TopicReader.class.getName());
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
    private static final Duration REST = Duration.ofMillis(100);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final TopicBinding binding;
    private final KafkaReadOptions options;
    private final Map<String, Object> connection;
    private final TopicProbe probe;
    private final LongSupplier nanoClock;
    private final SourceIdentity identity;
    private final Checkpoint from;
    private final Flow.Subscriber<? super ChangeBatch> subscriber;

    /// Ends when the reader before this one is gone: two must not read for one subscriber. Given up
    /// then, or a source in trouble would hold all that ever tried.
    private @Nullable TopicReader predecessor;

    // Written by the subscriber's threads.
    private final Demand demand = new Demand();
    private volatile boolean cancelled;

    // Published by the consumer thread.
    private volatile @Nullable Consumer<byte[], byte[]> consumer;
    private volatile @Nullable Thread thread;
    private volatile SourceStatus status =
            new SourceStatus(State.STARTING, Checkpoint.EMPTY, "connecting");
    private volatile long polls;
    private volatile @Nullable LongSupplier requests;
    private final CountDownLatch ended = new CountDownLatch(1);

    // Confined to the consumer thread.
    private boolean paused;

    /// The newest look found no broker, or no such topic. The client would ask for it again without
    /// a pause, so it is left alone until a look finds it again.
    private boolean unseen;

    /// The client asks without a pause for what it does not get: the next look, which may tell why,
    /// comes at once. There is a pause before each fetch until something moves, whatever the look
    /// finds: a topic that is there may be one whose fetches fail.
    private boolean restless;

    private TopicProbe.@Nullable Look look;
    private long nextLookNanos;
    private long lastBatchNanos;

    TopicReader(
            TopicBinding binding,
            KafkaReadOptions options,
            Map<String, Object> connection,
            TopicProbe probe,
            LongSupplier nanoClock,
            SourceIdentity identity,
            Checkpoint from,
            Flow.Subscriber<? super ChangeBatch> subscriber,
            @Nullable TopicReader predecessor) {
        this.binding = binding;
        this.options = options;
        this.connection = connection;
        this.probe = probe;
        this.nanoClock = nanoClock;
        this.identity = identity;
        this.from = from;
        this.subscriber = subscriber;
        this.predecessor = predecessor;
    }

    @Override
    public void request(long batches) {
        demand.add(batches);
        LockSupport.unpark(thread);
    }

    /// Ends the thread soon, without a further signal to the subscriber.
    @Override
    public void cancel() {
        cancelled = true;
        Consumer<byte[], byte[]> reading = consumer;
        if (reading != null) {
            reading.wakeup();
        }
        LockSupport.unpark(thread);
    }

    SourceStatus status() {
        return status;
    }

    /// How often the consumer was polled so far.
    long polls() {
        return polls;
    }

    /// What the consumer of this subscription asked its brokers so far.
    long requests() {
        LongSupplier sent = requests;
        return sent == null ? 0 : sent.getAsLong();
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean hasEnded() {
        return ended.getCount() == 0;
    }

    /// Waits for the thread's end; false when it takes longer than `atMost`.
    boolean awaitEnd(Duration atMost) {
        try {
            return ended.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void run() {
        thread = Thread.currentThread();
        @Nullable Throwable failure = null;
        try {
            awaitPredecessor();
            if (cancelled) {
                return;
            }
            TopicFacts facts = probe.describe();
            check(facts);
            status = new SourceStatus(State.STARTING, Checkpoint.EMPTY, "seeking");
            Consumer<byte[], byte[]> opened = consumer();
            try {
                seek(opened, facts);
                consumer = opened;
                read(opened, facts);
            } finally {
                consumer = null;
                close(opened);
            }
        } catch (WakeupException e) {
            // Only cancel() wakes the consumer up.
            failure = cancelled ? null : e;
        } catch (Throwable e) {
            failure = e;
        } finally {
            consumer = null;
            end(failure);
        }
    }

    private void end(@Nullable Throwable failure) {
        if (cancelled || failure == null) {
            status = new SourceStatus(State.STOPPED, status.ends(), "");
            ended.countDown();
            return;
        }
        MillraceException reason = KafkaFailures.of(binding.topic(), failure);
        status = new SourceStatus(State.FAILED, status.ends(), String.valueOf(reason.getMessage()));
        // Before the signal: whoever subscribes again on it finds this reader gone.
        ended.countDown();
        subscriber.onError(reason);
    }

    private void awaitPredecessor() {
        if (predecessor != null
                && !predecessor.awaitEnd(CLOSE_TIMEOUT.plus(options.requestTimeout()))) {
            throw new MillraceException.Unavailable(
                    "topic %s is still being read by the subscription before this one"
                            .formatted(binding.topic()));
        }
        predecessor = null;
    }

    private void check(TopicFacts facts) {
        facts.checkKeyPlace(binding.keyPlace());
        facts.checkSameAs(identity, from);
    }

    private Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> settings() {
        return ConsumerSettings.consumer(connection, binding, options);
    }

    private void seek(Consumer<byte[], byte[]> opened, TopicFacts facts) {
        opened.assign(facts.partitions());
        // With the epoch, so that a log that was cut off behind us is noticed.
        from.positions()
                .forEach((partition, position) ->
                        opened.seek(
                                new org.apache.kafka.common.TopicPartition(
                                        partition.stream(), partition.partition()),
                                OffsetHints.offset(position)));
    }

    /// However reading ended: the client's own bound is half a minute, which nobody who stops or
    /// reads again should wait for when the broker is gone.
    private void close(Consumer<byte[], byte[]> opened) {
        try {
            opened.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        } catch (KafkaException e) {
            LOG.log(Level.DEBUG, "consumer of topic " + binding.topic() + " not closed", e);
        }
    }

    private void read(Consumer<byte[], byte[]> opened, TopicFacts facts) {
        BatchCutter cutter =
                new BatchCutter(from, new RecordDecoder(binding, options.valueBytesMax()), options);
        LongSupplier sent = RequestPace.requestsOf(opened);
        requests = sent;
        RequestPace pace =
                new RequestPace(
                        sent,
                        RequestPace.connectionsOf(opened),
                        POLL_TIMEOUT.toMillis(),
                        ConsumerSettings.fetchWaitMillis(settings()));
        ChangeBatch held = null;
        boolean wanted = false;
        nextLookNanos = nanoClock.getAsLong();
        lastBatchNanos = nanoClock.getAsLong();
        while (!cancelled) {
            demand.check();
            probe(facts);
            wanted = wanted || !demand.isNone();
            if (held == null && wanted && isWorthABatch(cutter)) {
                held = cutter.next();
                lastBatchNanos = nanoClock.getAsLong();
            }
            if (held != null && demand.take()) {
                subscriber.onNext(held);
                held = null;
            } else if (unseen) {
                rest();
            } else if (held != null || !wanted) {
                keepAlive(opened);
            } else {
                resume(opened);
                fetch(opened, cutter, pace);
            }
        }
    }

    /// Records are worth one at once; positions alone only now and then, or a topic of aborted
    /// transactions would keep every index busy.
    private boolean isWorthABatch(BatchCutter cutter) {
        return cutter.hasRecords()
                || (cutter.hasMoved()
                        && nanoClock.getAsLong() - lastBatchNanos
                                >= options.positionInterval().toNanos());
    }

    /// Nothing may be fetched: lets the client do its other work, and waits for demand.
    private void keepAlive(Consumer<byte[], byte[]> opened) {
        if (!paused) {
            opened.pause(opened.assignment());
            paused = true;
        }
        if (status.state() != State.PAUSED) {
            status = new SourceStatus(State.PAUSED, status.ends(), "the index takes no more now");
        }
        polls++;
        ConsumerRecords<byte[], byte[]> records = opened.poll(Duration.ZERO);
        if (!records.isEmpty()) {
            throw new MillraceException.Bug(
                    "%d records of paused topic %s".formatted(records.count(), binding.topic()));
        }
        if (demand.isNone()) {
            rest();
        }
    }

    private void rest() {
        if (!cancelled) {
            LockSupport.parkNanos(this, REST.toNanos());
        }
    }

    private void fetch(Consumer<byte[], byte[]> opened, BatchCutter cutter, RequestPace pace) {
        if (restless) {
            rest();
        }
        polls++;
        ConsumerRecords<byte[], byte[]> records;
        try {
            records = opened.poll(restless ? Duration.ZERO : POLL_TIMEOUT);
        } catch (OffsetOutOfRangeException e) {
            // What a topic made anew has at our position says nothing about retention.
            check(probe.describe());
            throw e;
        }
        cutter.accept(records);
        boolean before = restless;
        restless = pace.isRestless(!records.nextOffsets().isEmpty());
        if (restless && !before) {
            nextLookNanos = nanoClock.getAsLong();
        }
    }

    private void resume(Consumer<byte[], byte[]> opened) {
        if (paused) {
            opened.resume(opened.paused());
            paused = false;
        }
        if (status.state() != State.READING) {
            status = new SourceStatus(State.READING, status.ends(), "");
        }
    }

    /// Looks at ends, topic id and partition count from time to time, without waiting for the
    /// answer. A topic made anew under a running reader is noticed here or, when it does not hold
    /// our position, by the fetch.
    private void probe(TopicFacts facts) {
        TopicProbe.Look answer = look;
        if (answer == null) {
            if (nanoClock.getAsLong() - nextLookNanos >= 0) {
                look = probe.look(facts);
            }
            return;
        }
        if (!answer.isDone()) {
            return;
        }
        look = null;
        nextLookNanos = nanoClock.getAsLong() + options.probeInterval().toNanos();
        try {
            check(answer.facts());
            unseen = false;
            status = new SourceStatus(status.state(), answer.ends(), pausedDetail());
        } catch (MillraceException.Unavailable e) {
            // How far behind we are is not known meanwhile.
            unseen = true;
            status =
                    new SourceStatus(status.state(), status.ends(), String.valueOf(e.getMessage()));
        }
    }

    private String pausedDetail() {
        return status.state() == State.PAUSED ? "the index takes no more now" : "";
    }
}
