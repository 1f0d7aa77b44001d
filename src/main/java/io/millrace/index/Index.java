package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.directory.Directory;
import io.millrace.directory.DirectoryLock;
import io.millrace.document.Schema;
import io.millrace.segment.SegmentId;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// One incarnation of an index in one folder: opens, hands out the writer and snapshots, closes.
/// May be shared between threads.
public final class Index implements AutoCloseable {
    private static final long SHOWN_REJECTS_BYTES_MAX = 32L << 20;

    private final Directory directory;
    private final DirectoryLock lock;
    private final SegmentManager manager;
    private final CommitHistory history;
    private final Lanes lanes;
    private final IndexWriter writer;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Leases leases;
    private final AtomicInteger openSnapshots = new AtomicInteger();

    private Index(
            Directory directory,
            DirectoryLock lock,
            Recovery.Opened opened,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        this.directory = directory;
        this.lock = lock;
        this.manager = new SegmentManager(directory, opened, options, resources, ulids);
        this.history = new CommitHistory(directory, manager.generations(), opened.kept().older());
        this.leases = new Leases(this::snapshot, ulids::next, resources.nanoClock(), manager::wake);
        // For the life of the index: nobody takes it back.
        var _ = manager.onCommit(_ -> leases.committed());
        this.lanes = new Lanes(directory, options, resources, ulids, manager);
        this.writer = new IndexWriter(manager, lanes, options, resources, ulids);
        startManager();
    }

    /// A failure leaves no segment open.
    private static Index begin(
            Directory directory,
            DirectoryLock lock,
            Recovery.Opened opened,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        Index begun = null;
        try {
            begun = new Index(directory, lock, opened, options, resources, ulids);
            return begun;
        } finally {
            if (begun == null) {
                opened.newest().views().forEach(view -> view.reader().close());
            }
        }
    }

    /// Publishes generation 1 in an empty folder.
    ///
    /// @throws MillraceException.Fenced when somebody else holds the folder
    /// @throws MillraceException.Bug when the folder already holds an index
    public static Index create(
            Directory directory,
            String name,
            String incarnation,
            Schema schema,
            SourceIdentity identity,
            Checkpoint start,
            IndexOptions options,
            NodeResources resources) {
        return underLock(
                directory,
                lock -> {
                    if (exists(directory)) {
                        throw new MillraceException.Bug(
                                "%s already holds an index".formatted(directory.describe()));
                    }
                    Recovery.deleteAll(directory);
                    Ulids ulids = new Ulids(resources.clock(), resources.random());
                    StoredSchema stored =
                            SchemaFile.store(
                                    directory, schema, options.schemaInRecordBytesMax(), _ -> {});
                    if (stored.file() != null) {
                        directory.force();
                    }
                    CommitRecord record =
                            CommitRecord.first(
                                    name,
                                    incarnation,
                                    ulids.next(),
                                    stored,
                                    identity,
                                    start,
                                    resources.clock().millis());
                    Generation first = new CommitFiles(directory).publishFirst(record);
                    KeptGenerations kept =
                            new KeptGenerations(
                                    new OlderRejects(options.rejects(), resources.clock()));
                    kept.add(first.sealed());
                    return begin(
                            directory,
                            lock,
                            new Recovery.Opened(first, kept, List.of()),
                            options,
                            resources,
                            ulids);
                });
    }

    /// True when the folder holds a published generation; a folder whose creation was cut off holds
    /// none.
    ///
    /// @throws MillraceException.Corrupt when it holds none, and files that only an index with
    ///   generations writes
    public static boolean exists(Directory directory) {
        try {
            return IndexFolder.holdsIndex(directory);
        } catch (IOException e) {
            throw unreachable(directory, e);
        }
    }

    /// Deletes every file of an index, its lock at last; files of other names stay. May be repeated
    /// after a failure.
    ///
    /// @throws MillraceException.Fenced when somebody holds the folder
    public static void deleteFiles(Directory directory) throws IOException {
        IndexFolder.deleteAll(directory);
    }

    /// Opens at the newest commit: verifies it, makes it durable again, removes what no commit
    /// names.
    public static Index open(Directory directory, IndexOptions options, NodeResources resources) {
        return underLock(
                directory,
                lock ->
                        begin(
                                directory,
                                lock,
                                new Recovery(
                                                directory,
                                                new SegmentOpener(directory, resources.threads()),
                                                new OlderRejects(
                                                        options.rejects(), resources.clock()))
                                        .open(),
                                options,
                                resources,
                                new Ulids(resources.clock(), resources.random())));
    }

    public String name() {
        return manager.newest().record().index();
    }

    public String incarnation() {
        return manager.newest().record().incarnation();
    }

    public Schema schema() {
        return manager.newest().record().schema();
    }

    public SourceIdentity identity() {
        return manager.newest().record().identity();
    }

    /// The one writer; its owner is the first thread that uses it.
    public IndexWriter writer() {
        return writer;
    }

    /// The newest published generation, held open.
    public IndexSnapshot snapshot() {
        Generations generations = manager.generations();
        Generation held = generations.acquire();
        openSnapshots.incrementAndGet();
        AtomicBoolean open = new AtomicBoolean(true);
        return new IndexSnapshot(
                held.record().toCommitPoint(),
                held.record().schema(),
                held.views(),
                () -> {
                    if (open.getAndSet(false)) {
                        generations.release(held);
                        openSnapshots.decrementAndGet();
                    }
                });
    }

    /// The newest generation, or one that is kept ([#limitLeases], [#keep]) or leased, held open.
    ///
    /// @throws MillraceException.InvalidRequest GONE when it cannot be read any more
    public IndexSnapshot snapshot(long generation) {
        return leases.open(generation);
    }

    /// Takes a snapshot over from its owner and keeps its generation readable by its number, at
    /// least for `duration` from now on, as far as there is room for leases. Ends with the process.
    public void keep(IndexSnapshot snapshot, Duration duration) {
        leases.keep(snapshot, duration);
    }

    /// Keeps the newest generation readable for a while without holding it open. Ends with the
    /// process.
    ///
    /// @throws MillraceException.Unavailable when there are too many leases
    public Lease lease(Duration duration) {
        return leases.take(duration);
    }

    /// As [#lease(Duration)], of a generation that can be read now.
    ///
    /// @throws MillraceException.InvalidRequest GONE when it cannot be read any more
    public Lease lease(long generation, Duration duration) {
        return leases.take(generation, duration);
    }

    /// The generation of a lease, held open; the lease runs for `extension` from now on.
    ///
    /// @throws MillraceException.InvalidRequest GONE when the lease is over
    public IndexSnapshot snapshot(String lease, Duration extension) {
        return leases.use(lease, extension);
    }

    /// Ends a lease before its time.
    public void endLease(String lease) {
        leases.end(lease);
    }

    /// Bounds what readers may pin, from now on.
    public void limitLeases(LeaseLimits limits) {
        leases.limit(limits);
    }

    /// True while anybody reads a generation of it, or has a lease.
    public boolean isHeld() {
        return leases.areTaken() || openSnapshots.get() > 0;
    }

    /// Publishes the last generation, in which nothing is visible; whatever was not published
    /// before is dropped, and nothing can be afterwards. May be repeated.
    ///
    /// @throws MillraceException.Unavailable when it was not published, or when nobody can know
    public CommitPoint publishLast() {
        return manager.publishLast();
    }

    /// Copies the newest generation into an empty folder while writing goes on ([IndexCopy]).
    ///
    /// @throws MillraceException.InvalidRequest CONFLICT when the folder is not empty
    public IndexCopy.Summary backUp(Directory target) {
        Generation held = manager.generations().acquire();
        try {
            return IndexCopy.backUp(held.record(), directory, target);
        } finally {
            manager.generations().release(held);
        }
    }

    public CommitPoint newestCommit() {
        return manager.newest().record().toCommitPoint();
    }

    /// Commit records still kept, newest first, at most `limit`.
    public List<CommitPoint> commits(int limit) {
        return history.commits(limit);
    }

    /// Events of the generations above `generation`, in order, at most `limit`; one resync in place
    /// of those that are not kept any more.
    public List<IndexEvent> eventsAfter(long generation, int limit) {
        return history.eventsAfter(generation, limit);
    }

    /// The rejects of a generation, to be read page by page; none when it is not kept any more.
    public StoredRejects rejectsOf(long generation) {
        return history.rejectsOf(generation);
    }

    /// The newest rejects kept, newest first, at most `limit` and about 32 MiB, for people.
    public List<StoredReject> newestRejects(int limit) {
        return history.newestRejects(limit, SHOWN_REJECTS_BYTES_MAX);
    }

    /// The newest generation whose events and dead letters are known to be acknowledged.
    public long publishedThrough() {
        return manager.publishedThrough();
    }

    /// Notes that everything up to `generation` was acknowledged; stored by the next commit.
    public void markPublished(long generation) {
        manager.markPublished(generation);
    }

    /// Calls `listener` after each publication, on the manager's thread: it must not block. The
    /// returned handle ends that.
    public AutoCloseable onCommit(CommitListener listener) {
        return manager.onCommit(listener);
    }

    /// See [#onCommit].
    @FunctionalInterface
    public interface CommitListener {
        void committed(CommitPoint commit);

        /// The index was closed: its incarnation was deleted or replaced, or the node stops. Called
        /// once, after the last commit.
        default void closed() {}
    }

    /// What the merges of this index are doing.
    public MergeStatus merges() {
        return manager.merges().status();
    }

    /// Merges until at most `segmentsMax` of the segments there are now remain, and waits for that.
    /// False when it is not done after `atMost`; it goes on then.
    ///
    /// @throws MillraceException.Unavailable when it cannot be done
    public boolean forceMerge(int segmentsMax, Duration atMost) {
        if (segmentsMax < 1) {
            throw MillraceException.InvalidRequest.malformed(
                    "/segments", "merge to %d segments, expected 1 or more".formatted(segmentsMax));
        }
        return manager.merges().request(MergeRequest.force(segmentsMax, segments()), atMost);
    }

    /// Rewrites the segments that hold deleted documents now; otherwise as [#forceMerge].
    public boolean expungeDeletes(Duration atMost) {
        return manager.merges().request(MergeRequest.expunge(segments()), atMost);
    }

    /// Waits until no merge runs and none is to start. False when that is not so after `atMost`.
    public boolean waitForMerges(Duration atMost) {
        return manager.merges().awaitIdle(atMost);
    }

    /// From its return until the handle is closed no merge starts, goes on or is published.
    /// Counted: the last of several to be closed lets merges go on. Not for listeners.
    public MergePause pauseMerges() {
        return manager.merges().pause();
    }

    /// See [#pauseMerges]. Closing it twice does nothing.
    public interface MergePause extends AutoCloseable {
        @Override
        void close();
    }

    /// Calls `listener` with the progress of merges, on their threads: it must not block. That a
    /// merge finished comes with [#onCommit]. The returned handle ends that.
    public AutoCloseable onMerge(MergeListener listener) {
        return manager.merges().voice().onMerge(listener);
    }

    /// See [#onMerge].
    @FunctionalInterface
    public interface MergeListener {
        void progressed(MergeEvent event);
    }

    private List<SegmentId> segments() {
        return manager.newest().views().stream().map(view -> view.reader().meta().id()).toList();
    }

    public IndexState state() {
        return manager.state();
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            lanes.stop();
            leases.close();
        } finally {
            try {
                manager.close();
            } finally {
                lock.close();
            }
        }
    }

    private void startManager() {
        try {
            manager.start(leases::endDue);
        } catch (OutOfMemoryError e) {
            throw new MillraceException.Unavailable(
                    "manager of %s gets no thread: %s"
                            .formatted(manager.newest().record().index(), e.getMessage()),
                    e);
        }
    }

    /// The newest commit record.
    CommitRecord record() {
        return manager.newest().record();
    }

    /// Looks for files in the folder that nobody owns and deletes them, which otherwise happens
    /// every few minutes while the index is written to. How many there were.
    public int sweepOrphans() {
        return manager.sweepOrphans();
    }

    /// What could not be deleted, and what was found that nobody owned.
    public Leftovers leftovers() {
        return manager.leftovers();
    }

    /// Returns when files that nobody needs are gone, which otherwise happens by and by.
    void settle() {
        manager.sweep();
    }

    /// What is done between taking the folder's lock and owning it.
    @FunctionalInterface
    private interface Opening {
        Index open(DirectoryLock lock) throws IOException;
    }

    private static Index underLock(Directory directory, Opening opening) {
        DirectoryLock lock = null;
        Index opened = null;
        try {
            lock = directory.lock();
            opened = opening.open(lock);
            return opened;
        } catch (IOException e) {
            throw unreachable(directory, e);
        } finally {
            if (opened == null && lock != null) {
                lock.close();
            }
        }
    }

    private static MillraceException unreachable(Directory directory, IOException e) {
        return new MillraceException.Unavailable(
                "index folder %s: %s".formatted(directory.describe(), e.getMessage()), e);
    }
}
