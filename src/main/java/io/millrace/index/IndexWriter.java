package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.document.Schema;
import io.millrace.index.Admission.QueueFull;
import io.millrace.index.Draft.Staged;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/// Turns change batches into generations. Owned by one thread: the first that calls [#add] or
/// [#prepareCommit], for as long as it lives; another one gets [MillraceException.Fenced].
///
/// ```
///            prepareCommit               lanes done, all durable
///    Open ----------------> Preparing ---------------------------> Prepared
///     ^                      |     ^|                                |   |
///     |   generation failed  |     +| deadline: call again           |   |
///     +----------------------+                                       |   |
///     +-------------------- commit, or abort, or its deadline -------+---+
/// ```
///
/// Whatever leads back to Open without a commit drops everything since the last one, queue
/// included.
public final class IndexWriter {
    private sealed interface Phase {
        record Open() implements Phase {}

        /// Everything up to the barrier belongs to the generation; what comes later does not.
        record Preparing(
                Barrier barrier,
                String commitId,
                Checkpoint checkpoint,
                long nextSequence,
                Pending accepted)
                implements Phase {}

        /// - accepted: what the generation holds of the writer's intake
        record Prepared(Draft draft, Pending accepted) implements Phase {}
    }

    private final SegmentManager manager;
    private final Lanes lanes;
    private final Intake intake;
    private final IndexOptions options;
    private final NodeResources resources;
    private final Ulids ulids;

    // Confined to the owner.
    private final LaneRouter router;
    private Phase phase = new Phase.Open();
    private long nextSequence;
    private boolean transactionOpen;

    /// What a definition declares and no commit holds yet.
    private @Nullable Schema declared;

    // Written by the owner, read by all; each value is whole by itself.
    private volatile Checkpoint accepted;
    private volatile long acceptedChanges;
    private volatile long acceptedBytes;

    private volatile @Nullable Thread owner;

    IndexWriter(
            SegmentManager manager,
            Lanes lanes,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        this.manager = manager;
        this.lanes = lanes;
        this.intake = lanes.intake();
        this.router = new LaneRouter(options.lanes(), options.narrowChanges());
        this.options = options;
        this.resources = resources;
        this.ulids = ulids;
        this.accepted = committed();
        this.nextSequence = manager.newest().record().nextSequence();
    }

    /// Queues a batch, whole or not at all. Never blocks.
    ///
    /// @throws MillraceException.Unavailable when the index is failed or closed
    /// @throws MillraceException.Bug when the batch does not start where [#accepted] stands
    public Admission add(ChangeBatch batch) {
        checkOwner();
        manager.checkWritable();
        checkNotLost();
        Checkpoint next = accepted.after(batch);
        int documents = batch.changes().size() + batch.rejects().size();
        if (documents > 0) {
            Optional<QueueFull> full = intake.refusal(documents, batch.sizeBytes());
            if (full.isPresent()) {
                return full.get();
            }
            intake.offer(router.split(batch, nextSequence));
        }
        nextSequence += batch.changes().size();
        accepted = next;
        transactionOpen = batch.open();
        account(documents, batch.sizeBytes());
        return new Admission.Accepted(batch.changes().size());
    }

    /// Called, on a lane's thread, whenever a full intake has room again. One listener, which must
    /// not block.
    public void onDrained(Runnable listener) {
        lanes.onDrained(listener);
    }

    /// Makes everything added so far durable but not visible. Blocks until the lanes are done.
    ///
    /// @throws MillraceException.InvalidRequest when a prepared commit is still open
    /// @throws MillraceException.Unavailable unfinished when the deadline passes: the same
    ///   generation is kept, call again; otherwise there is no space or the generation failed, and
    ///   everything since the last commit is dropped: the source must seek back to [#committed]
    public PreparedCommit prepareCommit() {
        checkOwner();
        manager.checkWritable();
        checkNotLost();
        Phase.Preparing preparing =
                switch (phase) {
                    case Phase.Open _ -> sendBarrier();
                    case Phase.Preparing again -> again;
                    case Phase.Prepared _ ->
                            throw MillraceException.InvalidRequest.conflict(
                                    "a prepared commit of %s is open, expected it to be committed or closed"
                                            .formatted(name()));
                };
        phase = preparing;
        Barrier barrier = preparing.barrier();
        if (!barrier.await(options.prepareDeadline(), resources.nanoClock())) {
            throw MillraceException.Unavailable.unfinished(
                    "index %s: %d of %d lanes are done after %s, the generation is kept"
                            .formatted(
                                    name(),
                                    barrier.arrivedCount(),
                                    barrier.laneCount(),
                                    options.prepareDeadline()));
        }
        Draft draft;
        try {
            draft =
                    manager.prepare(
                            new Staged(
                                    preparing.commitId(),
                                    barrier.takeAll(),
                                    preparing.checkpoint(),
                                    preparing.nextSequence(),
                                    lanes.schema().current()));
        } catch (ExecutionException e) {
            MillraceException failure =
                    manager.failure("generation failed", Objects.requireNonNull(e.getCause()));
            dropAll();
            throw failure;
        } catch (RuntimeException | Error e) {
            dropAll();
            throw e;
        }
        phase = new Phase.Prepared(draft, preparing.accepted());
        return new StagedCommit(this, manager, draft);
    }

    /// Drops everything since the last commit. The source must seek back to [#committed].
    public void abort() {
        checkOwner();
        if (phase instanceof Phase.Prepared(Draft draft, _)) {
            manager.abort(draft);
        }
        dropAll();
    }

    /// Takes over what a definition declares: documents added from now on have its fields, and the
    /// next commit publishes them, documents or not. Outlives generations that are dropped.
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when a field has another type by now
    public void declare(Schema schema) {
        checkOwner();
        Schema before = lanes.schema().current();
        if (lanes.schema().declare(schema) != before) {
            declared = schema;
        }
    }

    /// True when a commit is due for the sake of [#declare] alone.
    public boolean awaitsSchema() {
        return declared != null;
    }

    /// Where the source must start again: the checkpoint of the newest commit.
    public Checkpoint committed() {
        return manager.newest().record().checkpoint();
    }

    /// The checkpoint after everything accepted so far.
    public Checkpoint accepted() {
        return accepted;
    }

    /// True while the batch added last is not the end of its transaction: nothing can be committed.
    /// For the owner.
    public boolean isTransactionOpen() {
        return transactionOpen;
    }

    /// Changes accepted since the last commit, and their bytes.
    public Pending pending() {
        QueueFull queued = intake.fill();
        return new Pending(
                acceptedChanges, acceptedBytes, queued.queuedDocuments(), queued.queuedBytes());
    }

    /// See [#pending].
    public record Pending(long changes, long bytes, int queuedDocuments, long queuedBytes) {}

    Optional<CommitPoint> commit(Draft draft) {
        checkOwner();
        if (!(phase instanceof Phase.Prepared(Draft open, Pending generation)) || open != draft) {
            throw MillraceException.InvalidRequest.conflict(
                    "this commit of " + name() + " is already resolved");
        }
        Optional<CommitPoint> published;
        try {
            published = manager.publish(draft);
        } catch (RuntimeException | Error e) {
            dropAll();
            throw e;
        }
        phase = new Phase.Open();
        account(-generation.changes(), -generation.bytes());
        if (lanes.schema().current().equals(manager.newest().record().schema())) {
            declared = null;
        }
        intake.resume();
        return published;
    }

    void abandon(Draft draft) {
        checkOwner();
        if (isOpen(draft)) {
            abort();
        }
    }

    /// Whether it can still be committed. For the owner.
    boolean isOpen(Draft draft) {
        return phase instanceof Phase.Prepared(Draft open, _) && open == draft;
    }

    /// A prepared commit that nobody can resolve any more was aborted, and with it went everything
    /// since the last commit. Whoever works on is told so once.
    private void checkNotLost() {
        if (phase instanceof Phase.Prepared(Draft draft, _) && draft.isLost()) {
            manager.abort(draft);
            dropAll();
            throw new MillraceException.Unavailable(
                    "index %s: a prepared commit was neither committed nor closed; everything since generation %d is dropped"
                            .formatted(name(), manager.newest().number()));
        }
    }

    private Phase.Preparing sendBarrier() {
        if (transactionOpen) {
            throw new MillraceException.Bug(
                    "I1: a commit of %s would cut a transaction of the source behind %s"
                            .formatted(name(), accepted));
        }
        Phase.Preparing preparing =
                new Phase.Preparing(
                        intake.flush(),
                        ulids.next(),
                        accepted,
                        nextSequence,
                        new Pending(acceptedChanges, acceptedBytes, 0, 0));
        router.begin();
        return preparing;
    }

    /// Back to the newest commit. Returns when the lanes have forgotten, or are known to do so
    /// before anything else: they obey in order.
    private void dropAll() {
        if (phase instanceof Phase.Preparing preparing) {
            for (LaneOutput output : preparing.barrier().take()) {
                output.close();
                output.fileNames().forEach(manager.files()::discard);
            }
        }
        phase = new Phase.Open();
        Generation newest = manager.newest();
        accepted = newest.record().checkpoint();
        nextSequence = newest.record().nextSequence();
        transactionOpen = false;
        acceptedChanges = 0;
        acceptedBytes = 0;
        if (manager.state() instanceof IndexState.Closed) {
            return;
        }
        router.begin();
        Barrier done = intake.reset();
        if (intake.takeRefused()) {
            lanes.drained();
        }
        if (done.await(options.prepareDeadline(), resources.nanoClock())) {
            lanes.schema().reset(newest.record().schema());
            if (declared != null) {
                lanes.schema().declare(declared);
            }
            manager.sweep();
        }
    }

    private void account(long changes, long bytes) {
        acceptedChanges += changes;
        acceptedBytes += bytes;
    }

    private String name() {
        return manager.newest().record().index();
    }

    private void checkOwner() {
        Thread current = Thread.currentThread();
        Thread known = owner;
        if (known == current) {
            return;
        }
        synchronized (this) {
            Thread holder = owner;
            if (holder != null && holder.isAlive()) {
                throw new MillraceException.Fenced(
                        "writer of %s belongs to thread %s, called from %s"
                                .formatted(name(), holder.getName(), current.getName()));
            }
            owner = current;
        }
    }
}
