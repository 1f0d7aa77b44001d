package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DurabilityLost;
import io.millrace.directory.StoreFull;
import io.millrace.index.Draft.Ready;
import io.millrace.index.Draft.Staged;
import io.millrace.index.MergePublications.Publication;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Sole owner of the commit record and the only one who assigns generations. Whoever wants to
/// publish takes the publication token; between its taking and its return no generation but the
/// holder's can appear, so what was prepared stays true.
///
/// Everything that writes runs on one thread. Reading never waits for it.
final class SegmentManager {
    private static final Logger LOG = System.getLogger(SegmentManager.class.getName());

    private final IndexOptions options;
    private final NodeResources resources;
    private final FileSweep sweep;
    private final KeptGenerations kept;
    private final OrphanSweep orphans;
    private final DraftWriter drafts;
    private final Generations generations;
    private final LaneBases bases;
    private final Merges merges;
    private final Publisher publisher;
    private final ManagerThread thread;
    private final CommitListeners listeners = new CommitListeners();
    private final AtomicLong publishedThrough;

    // Written on the manager's thread and by close; a stale read is as good as an earlier one.
    private volatile IndexState state = new IndexState.Open();

    /// What is on disk is unknown until the folder is opened again: from here on nothing is
    /// deleted. Never taken back, and not told by `state`, which a close covers.
    private volatile boolean distrusted;

    // Confined to the manager's thread once that runs.
    private ManagerThread.Chores forReaders = OptionalLong::empty;
    private @Nullable Draft tokenHolder;

    SegmentManager(
            Directory directory,
            Recovery.Opened opened,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        Generation newest = opened.newest();
        this.options = options;
        this.resources = resources;
        CommitFiles commitFiles = new CommitFiles(directory);
        this.sweep = new FileSweep(directory, resources.nanoClock());
        opened.orphans().forEach(sweep::discard);
        this.kept = opened.kept();
        this.drafts =
                new DraftWriter(directory, commitFiles, sweep, kept, options, resources, ulids);
        this.thread =
                new ManagerThread(
                        "manager-" + newest.record().index(), resources.threads(), this::chores);
        this.generations = new Generations(newest, thread::wake);
        this.orphans = new OrphanSweep(directory, sweep, generations, kept, resources.nanoClock());
        this.publisher =
                new Publisher(
                        directory, commitFiles, sweep, kept, generations, listeners, this::fail);
        this.bases = new LaneBases(generations);
        this.merges =
                new Merges(directory, generations, options.merges(), resources, ulids, office());
        this.publishedThrough = new AtomicLong(newest.record().publishedThrough());
    }

    private Merges.Office office() {
        return new Merges.Office(
                () ->
                        state instanceof IndexState.Open
                                && newest().record().kind() != CommitKind.DELETE,
                thread::wake,
                sweep::claim,
                sweep::discard,
                this::fail);
    }

    /// @param chores what is to be done for readers between commits
    void start(ManagerThread.Chores chores) {
        forReaders = chores;
        thread.start();
        merges.reconsider();
    }

    IndexState state() {
        return state;
    }

    Generations generations() {
        return generations;
    }

    LaneBases bases() {
        return bases;
    }

    Merges merges() {
        return merges;
    }

    Generation newest() {
        return generations.newest();
    }

    /// @throws MillraceException.Unavailable when nothing can be written any more
    void checkWritable() {
        if (newest().record().kind() == CommitKind.DELETE) {
            throw new MillraceException.Unavailable("index " + name() + " is being deleted");
        }
        switch (state) {
            case IndexState.Open _, IndexState.DiskFull _ -> {}
            case IndexState.Failed(String reason) ->
                    throw new MillraceException.Unavailable(
                            "index %s failed and must be reopened: %s".formatted(name(), reason));
            case IndexState.Closed _ ->
                    throw new MillraceException.Unavailable("index " + name() + " is closed");
        }
    }

    long publishedThrough() {
        return publishedThrough.get();
    }

    void markPublished(long generation) {
        long newest = newest().number();
        if (generation > newest) {
            throw new MillraceException.Bug(
                    "I4: generation %d acknowledged, the newest is %d"
                            .formatted(generation, newest));
        }
        publishedThrough.accumulateAndGet(generation, Math::max);
    }

    AutoCloseable onCommit(Index.CommitListener listener) {
        return listeners.add(listener);
    }

    /// Told of files that are begun; deletes what nobody needs, between commits.
    FileSweep files() {
        return sweep;
    }

    Leftovers leftovers() {
        return new Leftovers(sweep.failedCount(), sweep.failedBytes(), orphans.found());
    }

    /// Looks for files that nobody owns and deletes them. How many there were; none while what is
    /// on disk is unknown.
    int sweepOrphans() {
        return thread.call(() -> {
            int found = distrusted ? 0 : orphans.run();
            sweepAllDue();
            return found;
        });
    }

    private void sweepAllDue() {
        while (sweep.isDue() && !distrusted) {
            sweepIfTrusted();
        }
    }

    /// Does now what is otherwise done soon: deletes what nobody needs, starts merges.
    void sweep() {
        thread.call(() -> {
            sweep.retrySoon();
            chores();
            sweepAllDue();
            return true;
        });
    }

    /// Steps L2 to L4: makes everything durable under names that mean nothing yet and takes the
    /// publication token until the draft is published, aborted or past its deadline. The outputs
    /// are the manager's from here on, whatever happens.
    ///
    /// @throws MillraceException.Unavailable when the generation failed
    Draft prepare(Staged staged) {
        return thread.call(() -> stage(staged), staged::close);
    }

    /// Steps L5 to L11. Empty when the draft changes nothing.
    ///
    /// @throws MillraceException.Unavailable when it was not published, or when nobody can know
    Optional<CommitPoint> publish(Draft draft) {
        return thread.call(() -> link(draft));
    }

    /// Publishes the last generation, unless that was done before. A draft that holds the token
    /// loses it.
    ///
    /// @throws MillraceException.Unavailable as [#prepare] and [#publish]
    CommitPoint publishLast() {
        return thread.call(this::linkLast);
    }

    private CommitPoint linkLast() {
        if (newest().record().kind() == CommitKind.DELETE) {
            return newest().record().toCommitPoint();
        }
        checkWritable();
        if (tokenHolder != null) {
            undo(tokenHolder, Draft.State.ABORTED);
        }
        List<String> files = new ArrayList<>();
        Draft last;
        try {
            last = Draft.of(drafts.writeLast(newest(), publishedThrough.get(), files));
        } catch (IOException | RuntimeException | Error e) {
            MillraceException failure = failure("last generation failed", e);
            if (!distrusted) {
                files.forEach(sweep::discard);
            }
            throw failure;
        }
        tokenHolder = last;
        return link(last).orElseThrow();
    }

    void abort(Draft draft) {
        thread.call(() -> {
            undo(draft, Draft.State.ABORTED);
            return true;
        });
    }

    /// As [#abort], by somebody who does not wait and owns nothing of it: the token is soon free.
    void lose(Draft draft) {
        draft.markLost();
        wake();
    }

    /// Has the chores run soon.
    void wake() {
        thread.wake();
    }

    /// The index cannot be trusted to write any more (a force failed, an outcome is unknown).
    void fail(String reason) {
        distrusted = true;
        if (!(state instanceof IndexState.Closed)) {
            state = new IndexState.Failed(reason);
        }
        FaultLog.log(
                LOG, Level.ERROR, () -> "index failed index=" + name() + " reason=" + reason, null);
    }

    /// What a failure of anything before the commit point means for the index.
    MillraceException failure(String what, Throwable cause) {
        String message =
                "index %s: %s; everything since generation %d is dropped: %s"
                        .formatted(name(), what, newest().number(), cause.getMessage());
        if (cause instanceof DurabilityLost) {
            fail(what + ": " + cause.getMessage());
        } else if (cause instanceof StoreFull && state instanceof IndexState.Open) {
            state = new IndexState.DiskFull(String.valueOf(cause.getMessage()));
        }
        return new MillraceException.Unavailable(message, cause);
    }

    /// Open snapshots can still be read afterwards. Each step is done even if one before it fails.
    void close() {
        if (state instanceof IndexState.Closed) {
            return;
        }
        state = new IndexState.Closed();
        try {
            merges.close();
            thread.call(() -> {
                if (tokenHolder != null) {
                    letGo(tokenHolder);
                }
                return true;
            });
        } finally {
            try {
                thread.stop();
                sweep.retrySoon();
                sweepIfTrusted();
            } finally {
                generations.close();
                listeners.tellClosed(name());
            }
        }
    }

    private String name() {
        return newest().record().index();
    }

    private Draft stage(Staged staged) {
        List<String> files = staged.fileNames();
        try {
            checkWritable();
            if (tokenHolder != null) {
                throw new MillraceException.Bug("the publication token is taken");
            }
            Ready ready = drafts.write(newest(), bases, staged, publishedThrough.get(), files);
            staged.releaseBases();
            if (ready == null) {
                return Draft.unchanged();
            }
            Draft draft = Draft.of(ready);
            tokenHolder = draft;
            return draft;
        } catch (IOException | RuntimeException | Error e) {
            staged.close();
            MillraceException failure = failure("prepare failed", e);
            if (!distrusted) {
                files.forEach(sweep::discard);
            }
            throw failure;
        }
    }

    private Optional<CommitPoint> link(Draft draft) {
        checkWritable();
        switch (draft.state()) {
            case OPEN -> {}
            case EXPIRED ->
                    throw new MillraceException.Unavailable(
                            "index %s: commit came more than %s after prepare; everything since"
                                            .formatted(name(), options.prepareDeadline())
                                    + " generation "
                                    + newest().number()
                                    + " is dropped");
            case COMMITTED, ABORTED, LOST ->
                    throw new MillraceException.Bug("draft is already " + draft.state());
        }
        Ready ready = draft.ready();
        if (ready == null) {
            draft.toState(Draft.State.COMMITTED);
            return Optional.empty();
        }
        CommitPoint published;
        try {
            published = publisher.publish(ready);
        } catch (StoreFull e) {
            undo(draft, Draft.State.ABORTED);
            throw failure("no room to publish generation " + ready.next().number(), e);
        }
        draft.toState(Draft.State.COMMITTED);
        tokenHolder = null;
        if (state instanceof IndexState.DiskFull) {
            state = new IndexState.Open();
        }
        askForMerges();
        return Optional.of(published);
    }

    /// After the commit point: whatever happens here, the generation is published.
    private void askForMerges() {
        try {
            merges.reconsider();
        } catch (RuntimeException | Error e) {
            fail(
                    "generation %d is published, asking for merges failed: %s"
                            .formatted(newest().number(), e));
        }
    }

    /// Publishes the merges that are ready, as long as the token is free.
    private void publishMerges() {
        while (tokenHolder == null) {
            Publication next = merges.nextToPublish();
            if (next == null) {
                return;
            }
            boolean published = false;
            Throwable failure = null;
            try {
                published = publish(next.merge);
            } catch (StoreFull e) {
                failure =
                        new MillraceException.Unavailable(
                                "no room to publish a merge: " + e.getMessage(), e);
            } catch (IOException e) {
                if (e instanceof DurabilityLost) {
                    fail("merge not published: " + e.getMessage());
                }
                failure =
                        new MillraceException.Unavailable(
                                "merge not published: " + e.getMessage(), e);
            } catch (RuntimeException | Error e) {
                failure = e;
            } finally {
                merges.resolve(next, published, failure);
            }
        }
    }

    /// False when nothing is left of the merge's inputs.
    private boolean publish(FinishedMerge merge) throws IOException {
        checkWritable();
        List<String> files = new ArrayList<>();
        Ready ready = null;
        boolean published = false;
        try {
            ready = drafts.write(newest(), merge, publishedThrough.get(), files);
            if (ready == null) {
                return false;
            }
            // Before anybody can work upon the new generation.
            bases.remember(merge.toMerged(ready.next().number()));
            publisher.publish(ready);
            published = true;
        } finally {
            if (!published && !distrusted) {
                if (ready != null) {
                    bases.forget(ready.next().number());
                }
                files.forEach(sweep::discard);
            }
        }
        bases.forgetOld();
        return true;
    }

    private void undo(Draft draft, Draft.State how) {
        if (draft.state() != Draft.State.OPEN) {
            return;
        }
        draft.toState(how);
        letGo(draft);
    }

    /// Gives back the token, and with it what an unpublished draft holds.
    private void letGo(Draft draft) {
        Ready ready = draft.ready();
        if (ready == null) {
            return;
        }
        tokenHolder = tokenHolder == draft ? null : tokenHolder;
        Set<String> published = Set.copyOf(ready.former().record().contentFiles());
        for (SegmentView view : ready.next().views()) {
            if (!published.contains(view.reader().meta().id().fileName())) {
                view.reader().close();
            }
        }
        if (!distrusted) {
            ready.files().forEach(sweep::discard);
        }
    }

    /// Nanoseconds until there is more to do that only time brings.
    private OptionalLong chores() {
        OptionalLong deadline = expire();
        for (Generations.Unused unused : generations.takeUnused()) {
            unused.close();
            if (!kept.names(unused.file())) {
                sweep.discard(unused.file());
            }
        }
        publishMerges();
        if (!distrusted) {
            orphans.runIfDue();
        }
        return ManagerThread.earliest(deadline, forReaders.run(), merges.ask(), sweepIfTrusted());
    }

    /// Ends a prepared commit that nobody resolved in time, or that nobody holds any more.
    private OptionalLong expire() {
        Draft held = tokenHolder;
        Ready ready = held == null ? null : held.ready();
        if (held == null || ready == null || distrusted) {
            return OptionalLong.empty();
        }
        if (held.isLost()) {
            undo(held, Draft.State.LOST);
            return OptionalLong.empty();
        }
        long left = ready.deadlineNanos() - resources.nanoClock().nanos();
        if (left > 0) {
            return OptionalLong.of(left);
        }
        LOG.log(Level.WARNING, () -> "prepared commit expired index=" + name());
        undo(held, Draft.State.EXPIRED);
        return OptionalLong.empty();
    }

    private OptionalLong sweepIfTrusted() {
        return distrusted ? OptionalLong.empty() : sweep.run();
    }
}
