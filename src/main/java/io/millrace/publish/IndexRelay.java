package io.millrace.publish;

import io.millrace.MillraceException;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.index.MergeEvent;
import io.millrace.index.NodeResources.NanoClock;
import io.millrace.index.StoredReject;
import io.millrace.index.StoredRejects;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sends the outbox of one index, on its own thread: generation by generation, its dead letters
/// first and then its event, each generation acknowledged before the next is sent. Were the next
/// one sent ahead, a failure could turn their order around. Merge events go in between, and nothing
/// waits for them.
final class IndexRelay implements Runnable, AutoCloseable {
    private static final Logger LOG = System.getLogger(IndexRelay.class.getName());
    private static final int EVENTS_MAX = 64;

    /// Of one window of dead letters, which goes beyond it by one of them.
    private static final long DEAD_LETTER_BYTES_MAX = 4L << 20;

    private static final long SLICE_NANOS = 50_000_000;

    private final Index index;
    private final RecordSender sender;
    private final MergeProgress merges;
    private final RelayOptions options;
    private final NanoClock clock;
    private final AutoCloseable listening;
    private final AutoCloseable listeningToMerges;
    private final CountDownLatch ended = new CountDownLatch(1);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private boolean committed = true;
    private boolean merging;
    private boolean stopping;
    private long stopDeadlineNanos;
    private long retryAtNanos;

    // Confined to the relay's thread.
    private boolean outboxIsDue;
    private long waitNanos;
    private long lettersOf;
    private int lettersAcknowledged;

    IndexRelay(
            Index index,
            RecordSender sender,
            MergeProgress merges,
            RelayOptions options,
            NanoClock clock) {
        this.index = index;
        this.sender = sender;
        this.merges = merges;
        this.options = options;
        this.clock = clock;
        this.retryAtNanos = clock.nanos();
        this.listening = index.onCommit(_ -> committed());
        this.listeningToMerges = index.onMerge(this::merging);
    }

    private void merging(MergeEvent event) {
        merges.tell(event);
        lock.lock();
        try {
            merging = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void committed() {
        lock.lock();
        try {
            committed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void run() {
        try {
            while (awaitWork()) {
                try {
                    merges.sendWaiting();
                    if (outboxIsDue) {
                        publishAll();
                        recovered();
                    }
                } catch (RuntimeException | Error e) {
                    backOff(e);
                }
            }
        } finally {
            ended.countDown();
        }
    }

    /// False when the relay is to end: nothing is left to send, or no time for it.
    private boolean awaitWork() {
        lock.lock();
        try {
            while (true) {
                long now = clock.nanos();
                if (stopping && (!committed || now - stopDeadlineNanos >= 0)) {
                    return false;
                }
                outboxIsDue = committed && now - retryAtNanos >= 0;
                if (outboxIsDue || merging) {
                    committed &= !outboxIsDue;
                    merging = false;
                    return true;
                }
                long wait = committed ? retryAtNanos - now : Long.MAX_VALUE;
                changed.awaitNanos(stopping ? Math.min(wait, stopDeadlineNanos - now) : wait);
            }
        } catch (InterruptedException e) {
            // Nobody of ours interrupts; whoever does wants the thread gone.
            return false;
        } finally {
            lock.unlock();
        }
    }

    private void publishAll() {
        List<IndexEvent> events = index.eventsAfter(index.publishedThrough(), EVENTS_MAX);
        while (!events.isEmpty()) {
            for (IndexEvent event : events) {
                merges.sendWaiting();
                if (!event.isResync()) {
                    sendDeadLetters(event.generation());
                }
                acknowledged(List.of(send(CloudEvents.toRecord(event))));
                index.markPublished(event.generation());
                merges.tellFinished(event);
            }
            events = index.eventsAfter(index.publishedThrough(), EVENTS_MAX);
        }
        merges.sendWaiting();
    }

    /// Goes on behind those that were acknowledged before a failure: a generation of many rejects
    /// gets through even where not every window does.
    private void sendDeadLetters(long generation) {
        if (lettersOf != generation) {
            lettersOf = generation;
            lettersAcknowledged = 0;
        }
        StoredRejects rejects = index.rejectsOf(generation);
        while (lettersAcknowledged < rejects.count()) {
            List<StoredReject> window =
                    rejects.page(
                            lettersAcknowledged, options.deadLetterWindow(), DEAD_LETTER_BYTES_MAX);
            if (window.isEmpty()) {
                // Dropped meanwhile: a resync follows.
                return;
            }
            acknowledged(
                    window.stream()
                            .map(reject ->
                                    send(
                                            DeadLetters.toRecord(
                                                    index.name(), index.incarnation(), reject)))
                            .toList());
            lettersAcknowledged += window.size();
        }
    }

    private CompletableFuture<Void> send(OutgoingRecord record) {
        return sender.send(record).toCompletableFuture();
    }

    /// Waits until all are stored.
    private void acknowledged(List<CompletableFuture<Void>> sends) {
        CompletableFuture<Void> all =
                CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new));
        long deadline = clock.nanos() + options.acknowledgeTimeout().toNanos();
        while (true) {
            try {
                all.get(SLICE_NANOS, TimeUnit.NANOSECONDS);
                return;
            } catch (TimeoutException e) {
                if (isOutOfTime() || clock.nanos() - deadline >= 0) {
                    throw new MillraceException.Unavailable(
                            "no broker acknowledged %d records".formatted(sends.size()), e);
                }
            } catch (ExecutionException e) {
                throw new MillraceException.Unavailable(
                        "no broker took the records: " + e.getCause(), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new MillraceException.Unavailable("interrupted while publishing", e);
            }
        }
    }

    private boolean isOutOfTime() {
        lock.lock();
        try {
            return stopping && clock.nanos() - stopDeadlineNanos >= 0;
        } finally {
            lock.unlock();
        }
    }

    private void recovered() {
        if (waitNanos > 0) {
            LOG.log(
                    Level.INFO,
                    "events published again index={0} generation={1}",
                    index.name(),
                    Long.toString(index.publishedThrough()));
        }
        waitNanos = 0;
    }

    private void backOff(Throwable failure) {
        if (waitNanos == 0) {
            LOG.log(
                    Level.WARNING,
                    "events wait in the outbox index={0} publishedThrough={1} reason={2}",
                    index.name(),
                    Long.toString(index.publishedThrough()),
                    String.valueOf(failure.getMessage()));
        }
        waitNanos =
                waitNanos == 0
                        ? options.backOffMin().toNanos()
                        : Math.min(2 * waitNanos, options.backOffMax().toNanos());
        lock.lock();
        try {
            retryAtNanos = clock.nanos() + waitNanos;
            committed = true;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the relay once the outbox is empty or the time for that is over.
    @Override
    public void close() throws Exception {
        listening.close();
        listeningToMerges.close();
        lock.lock();
        try {
            stopping = true;
            stopDeadlineNanos = clock.nanos() + options.drainTimeout().toNanos();
            // One more try at once: the broker may be back.
            retryAtNanos = clock.nanos();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (!ended.await(2 * options.drainTimeout().toNanos(), TimeUnit.NANOSECONDS)) {
            LOG.log(Level.WARNING, "relay not stopped in time index={0}", index.name());
        }
    }
}
