package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Reject;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.Admission;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexEvent;
import io.millrace.index.IndexState;
import io.millrace.index.IndexWriter;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import io.millrace.index.StoredReject;
import io.millrace.source.AnsweringSource;
import io.millrace.source.ChangeSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Carries batches from the source to the writer of one open index and commits in time. Confined to
/// the pipeline's thread, but for the counters.
///
/// One batch at most is kept here: the one that the writer had no room for. Until it is taken
/// nothing is asked of the source, which is how back-pressure reaches it.
final class IndexFeeder {
    private static final Logger LOG = System.getLogger(IndexFeeder.class.getName());

    private final Index index;
    private final IndexWriter writer;
    private final ChangeSource source;
    private final Inbox inbox;
    private final CommitWaiters waiters;
    private final NodeResources.NanoClock clock;
    private final CommitSchedule schedule;
    private final RejectGauge gauge;
    private final BackOff rests;

    private @Nullable Schema declared;
    private Inbox.@Nullable Feed feed;
    private @Nullable ChangeBatch kept;

    /// A commit was begun and its outcome is open: the generation is kept by the writer, and
    /// nothing is added before it is resolved.
    private boolean commitBegun;

    /// A generation is published, and its answers were not given.
    private boolean publishedUntold;

    /// Rejects of the source since the last commit; the commit counts them with its own.
    private long rejectsAccepted;

    /// Reading rests until then, because of too many rejects.
    private @Nullable Long restsUntilNanos;

    // Written by the pipeline's thread, read by all.
    private volatile long indexedChanges;
    private volatile long rejectedChanges;
    private volatile String restReason = "";

    IndexFeeder(
            Index index,
            ChangeSource source,
            Inbox inbox,
            CommitWaiters waiters,
            CommitCadence cadence,
            PipelineOptions options,
            NodeResources resources) {
        this.index = index;
        this.writer = index.writer();
        this.source = source;
        this.inbox = inbox;
        this.waiters = waiters;
        this.clock = resources.nanoClock();
        this.schedule = new CommitSchedule(cadence, options.awaitedCommitGap(), clock.nanos());
        this.gauge = new RejectGauge(options.rejectWindow(), options.rejectsMaxPercent());
        this.rests =
                new BackOff(options.rejectRestMin(), options.rejectRestMax(), resources.random());
        writer.onDrained(inbox::roomAgain);
    }

    Index index() {
        return index;
    }

    IndexWriter writer() {
        return writer;
    }

    long indexedChanges() {
        return indexedChanges;
    }

    long rejectedChanges() {
        return rejectedChanges;
    }

    /// Why reading rests; empty when it does not.
    String restReason() {
        return restReason;
    }

    void apply(CommitCadence cadence) {
        schedule.apply(cadence);
    }

    /// Takes over what the definition declares, if that is not the schema taken over last.
    void declare(Schema definition) {
        if (definition != declared) {
            writer.declare(definition);
            declared = definition;
        }
    }

    boolean isReading() {
        return feed != null;
    }

    /// True while the writer takes no batch: it has no room, or a commit is to be repeated first.
    boolean takesNothing() {
        return kept != null || commitBegun;
    }

    /// Reads on where the writer stands.
    void startReading() {
        Inbox.Feed opened = inbox.openFeed();
        feed = opened;
        source.changes(index.identity(), writer.accepted()).subscribe().withSubscriber(opened);
        askForMore();
    }

    /// What was read and not taken by the writer is forgotten; it will be read again. So is all of
    /// a transaction whose end was not read, and with it what was taken since the last commit.
    void stopReading() {
        if (feed != null) {
            feed.cancel();
            feed = null;
        }
        inbox.closeFeed();
        kept = null;
        if (writer.isTransactionOpen()) {
            writer.abort();
            forget();
        }
    }

    /// Gives up everything since the last commit.
    void drop(MillraceException reason) {
        dropped(reason);
        writer.abort();
    }

    /// Back at the last commit after the writer dropped everything by itself.
    void dropped(MillraceException reason) {
        stopReading();
        if (source instanceof AnsweringSource answering) {
            answering.dropped(
                    reason, publishedUntold || index.state() instanceof IndexState.Failed);
            // What they wait for was accepted and does not come again.
            waiters.refuse(reason);
        }
        publishedUntold = false;
        forget();
    }

    private void forget() {
        schedule.dropped();
        rejectsAccepted = 0;
        commitBegun = false;
    }

    /// Hands over what has arrived, as long as there is room and no commit is due. A transaction is
    /// taken to its end first.
    void takeBatches() {
        if (restsUntilNanos != null && clock.nanos() - restsUntilNanos >= 0) {
            restsUntilNanos = null;
            restReason = "";
            gauge.clear();
            askForMore();
        }
        while (!commitBegun && (writer.isTransactionOpen() || !schedule.isDue(clock.nanos()))) {
            ChangeBatch next = kept == null ? inbox.takeBatch() : kept;
            if (next == null) {
                return;
            }
            kept = next;
            switch (writer.add(next)) {
                case Admission.QueueFull _ -> {
                    return;
                }
                case Admission.Accepted _ -> {
                    kept = null;
                    accepted(next);
                }
            }
        }
    }

    private void accepted(ChangeBatch batch) {
        schedule.accepted(batch, clock.nanos());
        rejectsAccepted += batch.rejects().size();
        indexedChanges += batch.changes().size();
        rejectedChanges += batch.rejects().size();
        if (source instanceof AnsweringSource) {
            // Whoever sends junk is told so, and nobody else has to wait for it.
            askForMore();
            return;
        }
        gauge.count(batch.changes().size() + batch.rejects().size(), batch.rejects().size());
        if (gauge.isExceeded()) {
            rest();
        } else {
            askForMore();
        }
    }

    /// Somebody waits for what is in the source now. From any thread.
    void awaited() {
        source.awaited();
    }

    /// Lets the next commit come early when somebody waits for what is accepted, or the source
    /// does.
    void noticeWaiters() {
        if ((source instanceof AnsweringSource answering && answering.isAwaited())
                || source.isPressed()
                || waiters.wants(writer.accepted())) {
            schedule.awaited();
        }
    }

    /// A topic of junk must not fill the disk with rejects: lets some more through now and then,
    /// each time after a longer rest.
    private void rest() {
        long restNanos = rests.nextNanos();
        restsUntilNanos = clock.nanos() + restNanos;
        restReason =
                "%s; reading rests for %d s, see the dead letters"
                        .formatted(gauge, restNanos / 1_000_000_000);
        LOG.log(Level.WARNING, "reading rests index={0} reason={1}", index.name(), restReason);
    }

    private void askForMore() {
        if (feed != null && restsUntilNanos == null) {
            feed.request();
        }
    }

    /// Nanoseconds until something is to be done without being told.
    long nanosUntilDue() {
        long now = clock.nanos();
        long untilCommit = nanosUntilCommit(now);
        return restsUntilNanos == null ? untilCommit : Math.min(untilCommit, restsUntilNanos - now);
    }

    private long nanosUntilCommit(long now) {
        if (!mayCommit()) {
            return Long.MAX_VALUE;
        }
        return commitBegun || writer.awaitsSchema() ? 0 : schedule.nanosUntilDue(now);
    }

    boolean isCommitDue() {
        return nanosUntilCommit(clock.nanos()) <= 0;
    }

    /// False in the middle of a transaction: a commit never cuts one.
    boolean mayCommit() {
        return !writer.isTransactionOpen();
    }

    /// Publishes everything accepted so far; the newest commit is returned whether or not there was
    /// anything.
    CommitPoint commit() {
        Optional<CommitPoint> published;
        boolean unfinished = false;
        try (PreparedCommit prepared = writer.prepareCommit()) {
            published = prepared.commit();
        } catch (MillraceException.Unavailable e) {
            unfinished = e.isUnfinished();
            throw e;
        } finally {
            commitBegun = unfinished;
        }
        schedule.committed(clock.nanos());
        publishedUntold = published.isPresent();
        published.ifPresent(this::published);
        publishedUntold = false;
        CommitPoint newest = published.orElseGet(index::newestCommit);
        waiters.committed(newest);
        return newest;
    }

    private void published(CommitPoint commit) {
        source.acknowledge(commit.checkpoint());
        long rejected = 0;
        for (IndexEvent event : index.eventsAfter(commit.generation() - 1, 1)) {
            rejected += rejected(event);
        }
        // Those that only the analysis refused were counted as changes when they arrived.
        long analysed = Math.max(0, rejected - rejectsAccepted);
        rejectsAccepted = 0;
        indexedChanges -= analysed;
        rejectedChanges += analysed;
        if (source instanceof AnsweringSource answering) {
            answering.committed(
                    commit.generation(),
                    commit.checkpoint(),
                    rejected == 0 ? List.of() : rejectsOf(commit.generation()));
            return;
        }
        gauge.count(0, analysed);
        if (restsUntilNanos == null && !gauge.isExceeded()) {
            rests.reset();
        }
    }

    private List<Reject> rejectsOf(long generation) {
        // Whoever waits for answers pushed them: they fit into the bounds of that.
        return index.rejectsOf(generation).page(0, Integer.MAX_VALUE, Long.MAX_VALUE).stream()
                .map(StoredReject::reject)
                .toList();
    }

    private static long rejected(IndexEvent event) {
        return event.data().get("documents") instanceof Obj documents
                        && documents.get("rejected") instanceof Value.Int(long rejected)
                ? rejected
                : 0;
    }

    /// The failure of the subscription, once everything before it was taken.
    @Nullable Throwable sourceFailure() {
        return takesNothing() ? null : inbox.takeSourceFailure();
    }

    /// The last commit: of what the writer took, and of the batch kept if there is room by now.
    void finish() {
        ChangeBatch last = mayCommit() && kept != null && !kept.open() ? kept : null;
        stopReading();
        if (source instanceof AnsweringSource answering) {
            finish(answering.takeRest(writer.accepted()));
            return;
        }
        if (last != null && !commitBegun && writer.add(last) instanceof Admission.Accepted) {
            accepted(last);
        }
        commit();
    }

    /// Of a source that cannot be read again everything is taken, with a commit in between where
    /// the writer has no room.
    private void finish(List<ChangeBatch> rest) {
        if (commitBegun) {
            commit();
        }
        for (ChangeBatch batch : rest) {
            if (writer.add(batch) instanceof Admission.QueueFull) {
                commit();
                if (writer.add(batch) instanceof Admission.QueueFull full) {
                    throw new MillraceException.Bug("no room after a commit: " + full);
                }
            }
            accepted(batch);
        }
        commit();
    }

    /// True when there is anything that a commit would publish.
    boolean hasUnpublished() {
        return commitBegun || !writer.accepted().equals(writer.committed());
    }

    /// True when the writer kept the generation of a commit that failed: it is committed again.
    boolean keepsGeneration() {
        return commitBegun;
    }

    static MillraceException asOurs(Throwable failure) {
        return failure instanceof MillraceException ours
                ? ours
                : new MillraceException.Bug(
                        "indexing broke: " + failure.getClass().getSimpleName(), failure);
    }
}
