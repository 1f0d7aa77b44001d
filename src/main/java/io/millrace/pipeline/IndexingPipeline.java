package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.change.Checkpoint;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexState;
import io.millrace.index.LeaseLimits;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.source.ChangeSource;
import io.millrace.source.RefreshingSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.push.PushChangeSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Moves one index forward, for as long as the node runs: waits for its source, creates or opens
/// it, feeds it, and goes back to the last commit after a failure.
///
/// ```
///    Starting --> Running <--> Retrying     any --> Stopped
///        |        |  ^  |        |          any --> Deleting --> Stopped
///        |        v  |  |        |
///        |       Paused |        |
///        +--------------+--------+--> Failed --> Starting, when it is resumed
/// ```
///
/// Retrying is for what passes (no broker, no space, a generation that broke); Failed is for what
/// somebody must look at, and the index can still be read then. Its thread owns the writer and
/// everything here but the standing, the inbox and what was asked of it.
final class IndexingPipeline implements Runnable {
    private static final Logger LOG = System.getLogger(IndexingPipeline.class.getName());

    private final IndexHome home;
    private final IndexWatcher watcher;
    private final PipelineOptions options;
    private final NodeResources resources;
    private final Inbox inbox = new Inbox();
    private final Orders orders = new Orders(inbox);
    private final CommitWaiters waiters;
    private final Opening opening;
    private final Course course;
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Written by the pipeline's thread, read by all.
    private volatile @Nullable IndexFeeder feeder;

    // Confined to the pipeline's thread.
    private @Nullable AutoCloseable watch;
    private @Nullable Deletion deletion;
    private @Nullable DailyWork work;
    private boolean retired;

    IndexingPipeline(
            IndexDefinition definition,
            IndexHome home,
            SourceFactory sources,
            IndexWatcher watcher,
            PipelineOptions options,
            NodeResources resources) {
        this.home = home;
        this.watcher = watcher;
        this.options = options;
        this.resources = resources;
        this.waiters = new CommitWaiters(options.commitWaitersMax());
        this.opening =
                new Opening(
                        definition,
                        home,
                        given ->
                                orders.isAnnouncing()
                                        ? sources.open(given)
                                        : new SilentSource(
                                                sources.open(given), orders::isAnnouncing));
        this.course = new Course(definition.name(), options, resources);
    }

    IndexDefinition definition() {
        return opening.definition();
    }

    /// Takes the cadence of a definition that is the same otherwise.
    void apply(IndexDefinition changed) {
        opening.apply(changed);
        inbox.nudge();
    }

    /// Takes any other definition as long as there is no generation.
    ///
    /// @param stored makes the new definition durable; called only then
    /// @return false when there is a generation
    boolean redefine(Supplier<IndexDefinition> stored) {
        boolean taken = opening.redefine(() -> feeder != null, stored);
        inbox.nudge();
        return taken;
    }

    /// What is wanted of it beyond its daily work.
    Orders orders() {
        return orders;
    }

    void nudge() {
        inbox.nudge();
    }

    /// Null before generation 1.
    @Nullable Index openIndex() {
        IndexFeeder open = feeder;
        return open == null ? null : open.index();
    }

    /// Null before generation 1.
    @Nullable CommitPoint newestCommit() {
        Index open = openIndex();
        return open == null ? null : open.newestCommit();
    }

    /// @throws MillraceException.Unavailable before generation 1
    Index index() {
        IndexFeeder open = feeder;
        if (open == null) {
            throw refusal();
        }
        return open.index();
    }

    private MillraceException.Unavailable refusal() {
        return course.standing().refusal(definition().name());
    }

    CompletableFuture<CommitPoint> requestCommit() {
        return course.standing().canCommit()
                ? inbox.requestCommit()
                : CompletableFuture.failedFuture(refusal());
    }

    /// Completes with the first commit that holds what is awaited, which comes early if it can.
    ///
    /// @throws MillraceException.Unavailable when it does not come: no generation yet, stopped,
    ///   failed, or too many wait
    CompletableFuture<CommitPoint> await(Awaited awaited) {
        Index open = index();
        CommitPoint newest = open.newestCommit();
        if (awaited.isHeldBy(newest)) {
            return CompletableFuture.completedFuture(newest);
        }
        CompletableFuture<CommitPoint> waiter = waiters.add(awaited);
        if (awaited.isHeldBy(open.newestCommit())) {
            waiter.complete(open.newestCommit());
        } else if (!course.standing().takesChanges()) {
            waiter.completeExceptionally(refusal());
        }
        IndexFeeder feeding = feeder;
        if (feeding != null && !awaited.positions().positions().isEmpty()) {
            feeding.awaited();
        }
        inbox.nudge();
        return waiter;
    }

    /// What is pushed into; an index that is just being opened is waited for.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when something else feeds the index
    /// @throws MillraceException.Unavailable when it reads nothing now
    PushChangeSource push(Duration atMost) {
        if (!(definition().source() instanceof PushSource)) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %s is fed by its source, only an index with source: push takes documents"
                            .formatted(definition().name()));
        }
        try {
            course.awaitFirstAttempt(atMost);
            if (course.standing().takesChanges()
                    && opening.source() instanceof PushChangeSource push) {
                push.awaitFirstReader(atMost);
                return push;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw refusal();
    }

    /// What can be asked for a document once more.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when the index has no such source
    /// @throws MillraceException.Unavailable when it reads nothing now
    RefreshingSource refreshing() {
        if (!(definition().source() instanceof PostgresSource)) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %s does not follow a table, so there is no row to read again"
                            .formatted(definition().name()));
        }
        if (course.standing().takesChanges()
                && opening.source() instanceof RefreshingSource source) {
            return source;
        }
        throw refusal();
    }

    PipelineStatus status() {
        ChangeSource read = opening.source();
        return course.standing()
                .status(
                        read == null
                                ? new SourceStatus(
                                        SourceStatus.State.STARTING, Checkpoint.EMPTY, "")
                                : read.status(),
                        feeder);
    }

    /// Ends soon, after a last commit; see [#ended].
    void stop() {
        inbox.stop();
    }

    CountDownLatch ended() {
        return ended;
    }

    @Override
    public void run() {
        try {
            while (!inbox.isStopping()) {
                try {
                    turn();
                } catch (RuntimeException | Error e) {
                    failed(IndexFeeder.asOurs(e));
                }
            }
        } finally {
            end();
        }
    }

    /// One look at everything there is to do, then a wait for more of it.
    private void turn() {
        Runnable forgotten = orders.forgetting();
        if (forgotten != null) {
            delete(feeder, forgotten);
            return;
        }
        if (orders.takeResumed() && course.standing().state() == State.FAILED) {
            closeAll();
            feeder = null;
            beginAnew();
        }
        IndexFeeder open = feeder;
        if (open == null && opening.isOutdated()) {
            beginAnew();
        }
        Succession next = orders.succession();
        if (next != null && next.takesOver(open == null ? null : open.index())) {
            retire(next, open);
            return;
        }
        if (course.standing().state() == State.FAILED) {
            refuseRequests();
            // The end of the source, which a rebuild may have to reach, becomes known by and by.
            inbox.await(next == null ? Long.MAX_VALUE : DiskGuard.LOOK_NANOS, false);
            return;
        }
        if (open == null || work == null) {
            if (course.mayRetry()) {
                open();
            } else {
                inbox.await(course.nanosUntilRetry(), false);
            }
            return;
        }
        open.apply(definition().commit());
        open.declare(definition().schema());
        watch(open.index());
        work.turn();
    }

    private void delete(@Nullable IndexFeeder open, Runnable forgotten) {
        course.stands(Standing.DELETING);
        refuseRequests();
        Deletion ends = deletion;
        if (ends == null) {
            if (open != null) {
                open.stopReading();
            }
            feeder = null;
            ends =
                    new Deletion(
                            definition().name(),
                            home,
                            watcher,
                            options,
                            resources.nanoClock(),
                            open == null ? null : open.index(),
                            watch,
                            forgotten);
            watch = null;
            deletion = ends;
            closeSource();
        }
        course.stands(ends.turn(inbox, course.backOff()));
    }

    /// Another incarnation serves. What follows the commits of this one is told the rest; then it
    /// waits for its readers.
    private void retire(Succession next, @Nullable IndexFeeder open) {
        retired = true;
        orders.succeededBy(null);
        refuseRequests();
        if (open != null) {
            open.stopReading();
            // Who has a lease by its id may come back until it ends; nobody gets a new one.
            open.index().limitLeases(new LeaseLimits(0, Long.MAX_VALUE, 0));
        }
        close("watch", watch);
        watch = null;
        closeSource();
        next.predecessorIsSilent();
        while (open != null && open.index().isHeld() && !inbox.isStopping()) {
            inbox.await(DiskGuard.LOOK_NANOS, true);
        }
        inbox.stop();
    }

    /// What was tried under the definition before is forgotten.
    private void beginAnew() {
        closeSource();
        opening.beginAnew();
        course.begins(Standing.STARTING);
    }

    private void open() {
        Index opened = opening.open(!orders.isPaused());
        if (opened == null) {
            if (orders.isPaused()) {
                course.stands(Standing.PAUSED);
                refuseRequests();
                inbox.await(Long.MAX_VALUE, true);
            }
            return;
        }
        IndexFeeder next =
                new IndexFeeder(
                        opened,
                        Objects.requireNonNull(opening.source()),
                        inbox,
                        waiters,
                        definition().commit(),
                        options,
                        resources);
        // Known before anything can fail: end() closes what is known.
        feeder = next;
        work =
                new DailyWork(
                        next,
                        inbox,
                        orders,
                        course,
                        new DiskGuard(home, options.diskFreeMinBytes(), resources.nanoClock()),
                        waiters,
                        options,
                        resources.nanoClock());
        watch(opened);
        opening.checkSchema(opened);
        course.begins(Standing.RUNNING);
        // One that is built beside another one may have caught up before the restart.
        orders.tellCommitted();
        LOG.log(
                Level.INFO,
                "index open index={0} incarnation={1} generation={2} checkpoint={3}",
                opened.name(),
                opened.incarnation(),
                Long.toString(opened.newestCommit().generation()),
                opened.newestCommit().checkpoint());
    }

    private void watch(Index opened) {
        if (watch == null && orders.isAnnouncing()) {
            watch = watcher.opened(opened);
        }
    }

    /// Whoever waits for a commit that does not come is told why.
    private void refuseRequests() {
        waiters.refuse(refusal());
        CompletableFuture<CommitPoint> request = inbox.takeCommitRequest();
        if (request != null) {
            request.completeExceptionally(refusal());
        }
    }

    /// Opening, adding or committing failed.
    private void failed(MillraceException failure) {
        IndexFeeder open = feeder;
        boolean passes = failure instanceof MillraceException.Unavailable;
        if (open == null) {
            // Fenced: somebody holds the folder, such as a node that is still stopping.
            if (passes || failure instanceof MillraceException.Fenced) {
                course.waits(failure);
            } else {
                fail(failure);
            }
            return;
        }
        boolean writable =
                switch (open.index().state()) {
                    case IndexState.Open _, IndexState.DiskFull _ -> true;
                    case IndexState.Failed _, IndexState.Closed _ -> false;
                };
        if (!passes || !writable) {
            fail(failure);
        } else {
            if (!open.keepsGeneration()) {
                open.dropped(failure);
            }
            course.retries(failure, false);
        }
    }

    /// Until somebody acts. Nothing more is published: what was read since the last commit may be
    /// part of what is wrong.
    private void fail(MillraceException failure) {
        course.fails(failure);
        IndexFeeder open = feeder;
        if (open != null) {
            try {
                open.drop(failure);
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "nothing to drop index=" + definition().name(), e);
            }
        }
    }

    private void end() {
        IndexFeeder open = feeder;
        try {
            if (open != null && !retired && course.standing().state() != State.FAILED) {
                open.finish();
            }
        } catch (RuntimeException | Error e) {
            // Nothing is lost: the next start reads it again.
            LOG.log(Level.WARNING, "last commit failed index=" + definition().name(), e);
        }
        course.stands(new Standing(State.STOPPED, course.standing().detail(), false));
        inbox.close();
        waiters.refuse(refusal());
        closeAll();
        ended.countDown();
    }

    /// Back to before the index was opened.
    private void closeAll() {
        IndexFeeder open = feeder;
        close("watch", watch);
        watch = null;
        close("deletion", deletion == null ? null : deletion::close);
        close("index", open == null ? null : open.index());
        closeSource();
    }

    private void closeSource() {
        close("source", opening.source());
        opening.forgetSource();
    }

    private void close(String what, @Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, what + " not closed index=" + definition().name(), e);
        }
    }
}
