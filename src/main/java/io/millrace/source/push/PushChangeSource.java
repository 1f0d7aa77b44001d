package io.millrace.source.push;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Origin;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.Reject;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.source.AnsweringSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.State;
import io.smallrye.mutiny.Multi;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Takes parcels of changes from whoever has some and gives them to one index, in the order in
/// which they were accepted. May be shared between threads.
///
/// A change has a sequence number from the moment it is accepted; the checkpoint of the index says
/// how far they are committed, so a restart counts on. What is not committed lies in memory only:
/// when its generation fails or the node dies it is gone, and whoever waits is told.
///
/// Guarded by itself. Signals and outcomes leave without the lock.
public final class PushChangeSource implements AnsweringSource {
    public static final SourcePartition PARTITION = new SourcePartition("push", 0);

    private final String index;
    private final PushOptions options;
    private final RandomGenerator random;
    private final CountDownLatch firstReader = new CountDownLatch(1);

    // Guarded by this.
    private final Deque<Queued> queue = new ArrayDeque<>();
    private final Deque<Parcel> given = new ArrayDeque<>();
    private int givenAwaited;

    /// Given last and perhaps not taken: it is given again to a subscription that starts with it.
    private @Nullable ChangeBatch inDoubt;

    private @Nullable Feed feed;

    /// The next sequence number; below 0 while no subscription has said where numbers go on.
    private long next = -1;

    private long session;
    private int queuedChanges;
    private long queuedBytes;
    private boolean closed;

    /// One accepted offer: its sequence numbers, and who waits.
    private record Parcel(
            long first, long end, boolean awaited, CompletableFuture<PushOutcome> outcome) {
        boolean holds(Reject reject) {
            long sequence = reject.origin().position();
            return sequence >= first && sequence < end;
        }
    }

    /// An accepted offer with what it brought, until the writer has that.
    private record Queued(Parcel parcel, List<Change> changes, long sizeBytes) {}

    /// @param index for messages
    public PushChangeSource(String index, PushOptions options, RandomGenerator random) {
        this.index = index;
        this.options = options;
        this.random = random;
        this.session = random.nextLong();
    }

    /// Accepts all changes or none. Never blocks.
    ///
    /// @param changes at least one; the positions of their origins are replaced by sequence numbers
    /// @param awaited somebody waits for the outcome, so the next commit comes early
    /// @throws MillraceException.Unavailable while the index reads nothing
    public PushAdmission offer(List<Change> changes, boolean awaited) {
        PushAdmission.Accepted accepted;
        Feed told;
        synchronized (this) {
            if (closed || next < 0) {
                throw new MillraceException.Unavailable(
                        closed
                                ? "index " + index + " is stopping"
                                : "index " + index + " takes nothing yet, try again in a moment");
            }
            String full = full(changes);
            if (!full.isEmpty()) {
                return new PushAdmission.Full(full);
            }
            Queued queued = queued(changes, awaited);
            Parcel parcel = queued.parcel();
            queue.addLast(queued);
            queuedChanges += changes.size();
            queuedBytes += queued.sizeBytes();
            next = parcel.end();
            accepted =
                    new PushAdmission.Accepted(
                            session, parcel.first(), parcel.end(), parcel.outcome());
            told = feed;
        }
        if (told != null) {
            told.emit();
        }
        return accepted;
    }

    /// Waits until somebody reads, so that [#offer] knows where to count from.
    public void awaitFirstReader(Duration atMost) throws InterruptedException {
        var _ = firstReader.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /// Names the time since something accepted was last lost, or since this process started: a
    /// sequence number of another session may stand for another change by now.
    public synchronized long session() {
        return session;
    }

    private String full(List<Change> changes) {
        if (queue.size() + given.size() >= options.ticketsMax()) {
            return "%d requests wait for their commit, expected at most %d"
                    .formatted(queue.size() + given.size(), options.ticketsMax());
        }
        long bytes = 0;
        for (Change change : changes) {
            bytes += change.sizeBytes();
        }
        boolean fits =
                queuedChanges + (long) changes.size() <= options.queueChangesMax()
                        && queuedBytes + bytes <= options.queueBytesMax();
        return fits || queue.isEmpty()
                ? ""
                : "%d changes of %d bytes are queued, %d of %d bytes more would pass %d or %d bytes"
                        .formatted(
                                queuedChanges,
                                queuedBytes,
                                changes.size(),
                                bytes,
                                options.queueChangesMax(),
                                options.queueBytesMax());
    }

    private Queued queued(List<Change> changes, boolean awaited) {
        List<Change> numbered = new ArrayList<>(changes.size());
        long bytes = 0;
        long sequence = next;
        for (Change change : changes) {
            numbered.add(numbered(change, sequence++));
            bytes += change.sizeBytes();
        }
        return new Queued(
                new Parcel(next, sequence, awaited, new CompletableFuture<>()), numbered, bytes);
    }

    private static Change numbered(Change change, long sequence) {
        Origin line = change.origin();
        Origin origin =
                new Origin(PARTITION, sequence, line.timestampMillis(), line.key(), line.value());
        return switch (change) {
            case Change.Upsert(var key, var document, var keep, _) ->
                    new Change.Upsert(key, document, keep, origin);
            case Change.Patch(var key, var patch, _) -> new Change.Patch(key, patch, origin);
            case Change.Delete(var key, _) -> new Change.Delete(key, origin);
            case Change.Append(var document, _) -> new Change.Append(document, origin);
            case Change.Truncate _ -> new Change.Truncate(origin);
        };
    }

    @Override
    public Start start() {
        return new Start(
                SourceIdentity.of(Map.of("push", index)),
                Checkpoint.of(Map.of(PARTITION, Position.of(0))));
    }

    @Override
    public Multi<ChangeBatch> changes(SourceIdentity identity, Checkpoint from) {
        return Multi.createFrom().publisher(subscriber -> subscribe(from, subscriber));
    }

    private void subscribe(Checkpoint from, Flow.Subscriber<? super ChangeBatch> subscriber) {
        Feed opened = new Feed(subscriber);
        MillraceException refusal = null;
        synchronized (this) {
            long stands = standsAt(from);
            if (next < 0) {
                next = stands;
            }
            ChangeBatch doubtful = inDoubt;
            if (doubtful != null && doubtful.ranges().getFirst().to().next() <= stands) {
                inDoubt = null;
            }
            if (firstHeld() != stands) {
                refusal =
                        new MillraceException.Bug(
                                "index %s reads on at %d, its push source holds %d to %d"
                                        .formatted(index, stands, firstHeld(), next));
            } else {
                feed = opened;
            }
        }
        firstReader.countDown();
        subscriber.onSubscribe(opened);
        if (refusal != null) {
            subscriber.onError(refusal);
        }
    }

    /// The sequence number of the next change to give.
    private long firstHeld() {
        if (inDoubt != null) {
            return inDoubt.ranges().getFirst().from().next();
        }
        return queue.isEmpty() ? next : queue.getFirst().parcel().first();
    }

    private static long standsAt(Checkpoint checkpoint) {
        Position position = checkpoint.position(PARTITION);
        if (position == null) {
            throw new MillraceException.Fenced(
                    "checkpoint %s is none of a push index, expected a position of %s"
                            .formatted(checkpoint, PARTITION));
        }
        return position.next();
    }

    private ChangeBatch cut() {
        List<Change> changes = new ArrayList<>();
        long first = queue.getFirst().parcel().first();
        long bytes = 0;
        while (!queue.isEmpty()
                && (changes.isEmpty()
                        || (changes.size() + queue.getFirst().changes().size()
                                        <= options.batchChangesMax()
                                && bytes + queue.getFirst().sizeBytes()
                                        <= options.batchBytesMax()))) {
            Queued taken = queue.removeFirst();
            changes.addAll(taken.changes());
            bytes += taken.sizeBytes();
            queuedChanges -= taken.changes().size();
            queuedBytes -= taken.sizeBytes();
            given.addLast(taken.parcel());
            givenAwaited += taken.parcel().awaited() ? 1 : 0;
        }
        long end = first + changes.size();
        return ChangeBatch.of(
                changes,
                List.of(),
                List.of(new PositionRange(PARTITION, Position.of(first), Position.of(end))));
    }

    /// Says nothing new: a commit is told by [#committed].
    @Override
    public void acknowledge(Checkpoint committed) {}

    @Override
    public void committed(long generation, Checkpoint checkpoint, List<Reject> rejects) {
        List<Parcel> done = new ArrayList<>();
        synchronized (this) {
            long stands = standsAt(checkpoint);
            while (!given.isEmpty() && given.getFirst().end() <= stands) {
                Parcel parcel = given.removeFirst();
                givenAwaited -= parcel.awaited() ? 1 : 0;
                done.add(parcel);
            }
        }
        Deque<Reject> open = new ArrayDeque<>(ofThis(rejects));
        for (Parcel parcel : done) {
            List<Reject> own = new ArrayList<>();
            while (!open.isEmpty() && parcel.holds(open.getFirst())) {
                own.add(open.removeFirst());
            }
            parcel.outcome().complete(new PushOutcome(generation, own));
        }
    }

    /// In the order of sequence numbers, which is that of parcels too: several lanes reject in an
    /// order of their own.
    private static List<Reject> ofThis(List<Reject> rejects) {
        return rejects.stream()
                .filter(reject -> reject.origin().partition().equals(PARTITION))
                .sorted(Comparator.comparingLong(reject -> reject.origin().position()))
                .toList();
    }

    @Override
    public void dropped(MillraceException reason, boolean mayBeCommitted) {
        List<Parcel> doubtful;
        List<Parcel> gone;
        synchronized (this) {
            doubtful = mayBeCommitted ? List.copyOf(given) : List.of();
            gone = forget();
        }
        if (!doubtful.isEmpty()) {
            var told =
                    MillraceException.Unavailable.untilRepaired(
                            "index %s: whether this request was indexed is not known, look before you send it again: %s"
                                    .formatted(index, reason.getMessage()),
                            reason);
            doubtful.forEach(parcel -> parcel.outcome().completeExceptionally(told));
        }
        // Nobody is told twice.
        refuse(gone, "nothing of this request was indexed, send it again", reason);
    }

    /// Forgets everything held. The next subscription says where numbers go on.
    private synchronized List<Parcel> forget() {
        List<Parcel> gone = new ArrayList<>(given);
        queue.forEach(queued -> gone.add(queued.parcel()));
        given.clear();
        givenAwaited = 0;
        queue.clear();
        queuedChanges = 0;
        queuedBytes = 0;
        inDoubt = null;
        feed = null;
        next = -1;
        session = random.nextLong();
        return gone;
    }

    private void refuse(List<Parcel> gone, String what, MillraceException reason) {
        if (gone.isEmpty()) {
            return;
        }
        var told =
                new MillraceException.Unavailable(
                        "index %s: %s: %s".formatted(index, what, reason.getMessage()), reason);
        gone.forEach(parcel -> parcel.outcome().completeExceptionally(told));
    }

    @Override
    public List<ChangeBatch> takeRest(Checkpoint accepted) {
        synchronized (this) {
            closed = true;
            feed = null;
            List<ChangeBatch> rest = new ArrayList<>();
            ChangeBatch doubtful = inDoubt;
            inDoubt = null;
            if (doubtful != null
                    && doubtful.ranges().getFirst().from().next() == standsAt(accepted)) {
                rest.add(doubtful);
            }
            while (!queue.isEmpty()) {
                rest.add(cut());
            }
            return rest;
        }
    }

    @Override
    public synchronized boolean isAwaited() {
        return givenAwaited > 0;
    }

    @Override
    public synchronized SourceStatus status() {
        Checkpoint ends =
                next < 0 ? Checkpoint.EMPTY : Checkpoint.of(Map.of(PARTITION, Position.of(next)));
        if (closed) {
            return new SourceStatus(State.STOPPED, ends, "");
        }
        return new SourceStatus(feed == null ? State.STARTING : State.READING, ends, "");
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        firstReader.countDown();
        refuse(
                forget(),
                "nothing of this request was indexed",
                new MillraceException.Unavailable("this node is stopping"));
    }

    /// One subscription.
    private final class Feed implements Flow.Subscription {
        private final Flow.Subscriber<? super ChangeBatch> subscriber;
        private long demand;

        /// Before that, what is in doubt is still to be given.
        private boolean hasGiven;

        Feed(Flow.Subscriber<? super ChangeBatch> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long batches) {
            synchronized (PushChangeSource.this) {
                demand += batches;
                if (feed == this && hasGiven) {
                    // The next is asked for once the one before is taken.
                    inDoubt = null;
                }
            }
            emit();
        }

        @Override
        public void cancel() {
            synchronized (PushChangeSource.this) {
                if (feed == this) {
                    feed = null;
                }
            }
        }

        void emit() {
            ChangeBatch batch;
            synchronized (PushChangeSource.this) {
                ChangeBatch again = hasGiven ? null : inDoubt;
                if (feed != this || demand == 0 || (again == null && queue.isEmpty())) {
                    return;
                }
                demand--;
                batch = again == null ? cut() : again;
                inDoubt = batch;
                hasGiven = true;
            }
            subscriber.onNext(batch);
        }
    }
}
