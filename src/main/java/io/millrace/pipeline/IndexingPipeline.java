package io.millrace.pipeline;

import io.millrace.MillraceException;
import io.millrace.catalog.Compatibility;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.change.Checkpoint;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexState;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.PipelineStatus.State;
import io.millrace.source.ChangeSource;
import io.millrace.source.SourceStatus;
import io.millrace.source.push.PushChangeSource;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Moves one index forward, for as long as the node runs: waits for its source, creates or opens
/// it, feeds it, and goes back to the last commit after a failure.
///
/// ```
///    Starting --> Running <--> Retrying          any --> Stopped
///        |           |             |
///        +-----------+-------------+--> Failed
/// ```
///
/// Retrying is for what passes (no broker, no space, a generation that broke); Failed is for what
/// somebody must look at, and the index can still be read then. Its thread owns the writer and
/// everything here but the standing and the inbox.
final class IndexingPipeline implements Runnable {
    private static final Logger LOG = System.getLogger(IndexingPipeline.class.getName());

    private final IndexHome home;
    private final SourceFactory sources;
    private final IndexWatcher watcher;
    private final PipelineOptions options;
    private final NodeResources resources;
    private final Inbox inbox = new Inbox();
    private final CommitWaiters waiters;
    private final BackOff backOff;
    private final CountDownLatch ended = new CountDownLatch(1);

    /// Held while generation 1 is made, so that its definition is the one that is stored.
    private final ReentrantLock founding = new ReentrantLock();

    private volatile IndexDefinition definition;

    // Written by the pipeline's thread, read by all; each is whole by itself.
    private volatile @Nullable ChangeSource source;
    private volatile @Nullable IndexFeeder feeder;
    private volatile Standing standing = Standing.STARTING;

    // Confined to the pipeline's thread.
    private @Nullable AutoCloseable watch;
    private IndexDefinition attempted;
    private long retryAtNanos;
    private long readingSinceNanos;

    IndexingPipeline(
            IndexDefinition definition,
            IndexHome home,
            SourceFactory sources,
            IndexWatcher watcher,
            PipelineOptions options,
            NodeResources resources) {
        this.definition = definition;
        this.attempted = definition;
        this.home = home;
        this.sources = sources;
        this.watcher = watcher;
        this.options = options;
        this.resources = resources;
        this.waiters = new CommitWaiters(options.commitWaitersMax());
        this.backOff = new BackOff(options.backOffMin(), options.backOffMax(), resources.random());
        this.retryAtNanos = now();
    }

    IndexDefinition definition() {
        return definition;
    }

    /// Takes the cadence of a definition that is the same otherwise.
    void apply(IndexDefinition changed) {
        definition = changed;
        inbox.nudge();
    }

    /// Takes any other definition as long as there is no generation.
    ///
    /// @param stored makes the new definition durable; called only then
    /// @return false when there is a generation
    boolean redefine(Supplier<IndexDefinition> stored) {
        founding.lock();
        try {
            if (feeder != null || home.exists(definition)) {
                return false;
            }
            definition = stored.get();
        } finally {
            founding.unlock();
        }
        inbox.nudge();
        return true;
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
        return standing.refusal(definition.name());
    }

    CompletableFuture<CommitPoint> requestCommit() {
        return standing.canCommit()
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
        } else if (!standing.canCommit()) {
            waiter.completeExceptionally(refusal());
        }
        inbox.nudge();
        return waiter;
    }

    /// @throws MillraceException.InvalidRequest CONFLICT when something else feeds the index
    /// @throws MillraceException.Unavailable when it reads nothing now
    PushChangeSource push() {
        if (!(definition.source() instanceof PushSource)) {
            throw MillraceException.InvalidRequest.conflict(
                    "index %s is fed by its source, only an index with source: push takes documents"
                            .formatted(definition.name()));
        }
        if (!standing.canCommit() || !(source instanceof PushChangeSource push)) {
            throw refusal();
        }
        return push;
    }

    PipelineStatus status() {
        ChangeSource read = source;
        return standing.status(
                read == null
                        ? new SourceStatus(SourceStatus.State.STARTING, Checkpoint.EMPTY, "")
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
        IndexFeeder open = feeder;
        if (open == null && !attempted.isSameButCommit(definition)) {
            beginAnew();
        }
        if (standing.state() == State.FAILED) {
            refuseCommitRequest();
            waiters.refuse(refusal());
            inbox.await(Long.MAX_VALUE, false);
            return;
        }
        boolean mayRetry = now() - retryAtNanos >= 0;
        if (open == null) {
            if (mayRetry) {
                open();
            } else {
                inbox.await(retryAtNanos - now(), false);
            }
            return;
        }
        open.apply(definition.commit());
        if (mayRetry && !open.isReading()) {
            readingSinceNanos = now();
            open.startReading();
        }
        open.takeBatches();
        open.noticeWaiters();
        CompletableFuture<CommitPoint> request = inbox.takeCommitRequest();
        // After a commit there is no wait before batches are taken again: one that the writer had
        // no room for may have been told of room just when the commit came due.
        if (request != null) {
            answer(request, open);
            return;
        }
        if (open.isCommitDue() && (mayRetry || standing.ofSource())) {
            commit(open);
            return;
        }
        Throwable ofSource = open.sourceFailure();
        if (ofSource != null) {
            sourceFailed(open, IndexFeeder.asOurs(ofSource));
        }
        long untilDue = open.nanosUntilDue();
        long untilRetry = retryAtNanos - now();
        if (untilRetry > 0) {
            inbox.await(
                    untilDue <= 0 ? untilRetry : Math.min(untilDue, untilRetry),
                    open.takesNothing());
        } else if (open.isReading()) {
            inbox.await(untilDue, open.takesNothing());
        }
    }

    /// What was tried under the definition before is forgotten.
    private void beginAnew() {
        close("source", source);
        source = null;
        attempted = definition;
        backOff.reset();
        retryAtNanos = now();
        standing = Standing.STARTING;
    }

    private void open() {
        ChangeSource read = source;
        if (read == null) {
            read = sources.open(attempted);
            source = read;
        }
        Index opened = home.exists(attempted) ? home.open(attempted) : create(read.start());
        if (opened == null) {
            return;
        }
        IndexFeeder next =
                new IndexFeeder(
                        opened, read, inbox, waiters, definition.commit(), options, resources);
        // Known before anything can fail: end() closes what is known.
        feeder = next;
        watch = watcher.opened(opened);
        checkSchema(opened);
        backOff.reset();
        standing = Standing.RUNNING;
        LOG.log(
                Level.INFO,
                "index open index={0} incarnation={1} generation={2} checkpoint={3}",
                opened.name(),
                opened.incarnation(),
                Long.toString(opened.newestCommit().generation()),
                opened.newestCommit().checkpoint());
    }

    /// A file may have been edited since the index was created; nobody compared it before. Reading
    /// on would put documents of two kinds under one key, or one document under two.
    private void checkSchema(Index opened) {
        List<String> differences = Compatibility.differences(opened.schema(), definition.schema());
        if (!differences.isEmpty()) {
            throw MillraceException.InvalidRequest.conflict(
                    ("the definition of index %s is not the one it was created with: %s; restore"
                                    + " the definition, or give the changed one a new index name")
                            .formatted(definition.name(), String.join(", ", differences)));
        }
    }

    /// Null when there is another definition now.
    private @Nullable Index create(ChangeSource.Start start) {
        founding.lock();
        try {
            return attempted.isSameButCommit(definition) ? home.create(attempted, start) : null;
        } finally {
            founding.unlock();
        }
    }

    private CommitPoint commit(IndexFeeder open) {
        CommitPoint newest = open.commit();
        // A source in trouble is not helped by it.
        if (open.isReading()) {
            backOff.reset();
            retryAtNanos = now();
            standing = Standing.RUNNING;
        }
        return newest;
    }

    /// Whoever asked gets the reason, and the pipeline treats it like any other failure.
    private void answer(CompletableFuture<CommitPoint> request, IndexFeeder open) {
        try {
            request.complete(commit(open));
        } catch (RuntimeException | Error e) {
            request.completeExceptionally(IndexFeeder.asOurs(e));
            throw e;
        }
    }

    private void refuseCommitRequest() {
        CompletableFuture<CommitPoint> request = inbox.takeCommitRequest();
        if (request != null) {
            request.completeExceptionally(refusal());
        }
    }

    /// The source ended; what the writer has stays.
    private void sourceFailed(IndexFeeder open, MillraceException failure) {
        open.stopReading();
        switch (failure) {
            case MillraceException.Unavailable passing -> {
                if (now() - readingSinceNanos >= options.backOffMax().toNanos()) {
                    backOff.reset();
                }
                retry(passing, true);
            }
            case MillraceException.Fenced _,
                    MillraceException.Corrupt _,
                    MillraceException.InvalidRequest _,
                    MillraceException.Bug _ ->
                    fail(failure);
        }
    }

    /// Opening, adding or committing failed.
    private void failed(MillraceException failure) {
        IndexFeeder open = feeder;
        boolean passes = failure instanceof MillraceException.Unavailable;
        if (open == null) {
            // Fenced: somebody holds the folder, such as a node that is still stopping.
            if (passes || failure instanceof MillraceException.Fenced) {
                standing = new Standing(State.STARTING, message(failure), false);
                retryAtNanos = now() + backOff.nextNanos();
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
            retry(failure, false);
        }
    }

    private void retry(MillraceException failure, boolean ofSource) {
        long waitNanos = backOff.nextNanos();
        retryAtNanos = now() + waitNanos;
        standing = new Standing(State.RETRYING, message(failure), ofSource);
        LOG.log(
                Level.WARNING,
                "indexing interrupted index={0} retryMillis={1} reason={2}",
                definition.name(),
                waitNanos / 1_000_000,
                message(failure));
    }

    /// Until somebody acts. Nothing more is published: what was read since the last commit may be
    /// part of what is wrong.
    private void fail(MillraceException failure) {
        standing = new Standing(State.FAILED, message(failure), false);
        LOG.log(Level.ERROR, "indexing stopped index=" + definition.name(), failure);
        IndexFeeder open = feeder;
        if (open != null) {
            try {
                open.drop(failure);
            } catch (RuntimeException e) {
                LOG.log(Level.DEBUG, "nothing to drop index=" + definition.name(), e);
            }
        }
    }

    private void end() {
        IndexFeeder open = feeder;
        try {
            if (open != null && standing.state() != State.FAILED) {
                open.finish();
            }
        } catch (RuntimeException | Error e) {
            // Nothing is lost: the next start reads it again.
            LOG.log(Level.WARNING, "last commit failed index=" + definition.name(), e);
        }
        standing = new Standing(State.STOPPED, standing.detail(), false);
        inbox.close();
        waiters.refuse(refusal());
        close("watch", watch);
        close("index", open == null ? null : open.index());
        close("source", source);
        ended.countDown();
    }

    private void close(String what, @Nullable AutoCloseable closeable) {
        try {
            if (closeable != null) {
                closeable.close();
            }
        } catch (Exception e) {
            LOG.log(Level.WARNING, what + " not closed index=" + definition.name(), e);
        }
    }

    private static String message(MillraceException failure) {
        return String.valueOf(failure.getMessage());
    }

    private long now() {
        return resources.nanoClock().nanos();
    }
}
