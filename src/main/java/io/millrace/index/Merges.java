package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.DurabilityLost;
import io.millrace.index.MergeRun.Claim;
import io.millrace.index.MergeRun.Outcome;
import io.millrace.merge.MergeCancelled;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The merges of one index: which run, which segments they claim, what keeps others from running.
///
/// Choosing segments, claiming them and counting the merge is one step under the lock. Every merge
/// that ends gives back its claim and its permit before the policy is asked again. Lock order: this
/// one, then that of [Generations].
final class Merges {
    private static final Logger LOG = System.getLogger(Merges.class.getName());

    /// The clock that decides is handed in, so waits look at it again and again.
    private static final long LOOK_NANOS = 50_000_000;

    /// What merges need of the owner of the commit record.
    ///
    /// - writable: merges may start and be published
    /// - claim: this file is about to be written
    /// - wake: has [#ask] and [#nextToPublish] called soon, by the owner's thread
    /// - discard: nobody needs this file
    /// - lostDurability: a force failed, for this reason: what is on disk is unknown
    record Office(
            BooleanSupplier writable,
            Runnable wake,
            Consumer<String> claim,
            Consumer<String> discard,
            Consumer<String> lostDurability) {}

    private final Directory directory;
    private final Generations generations;
    private final MergeOptions options;
    private final NodeResources resources;
    private final Office office;
    private final MergeThrottle throttle;
    private final Runnable onPermit = this::reconsider;
    private final MergeVoice voice;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private final MergeClaims claims;
    private final MergePublications publications = new MergePublications(changed);
    private int pauseCount;
    private boolean closed;

    /// The policy is to be asked. Set by anybody, also under the lock of another index, whose end
    /// of a merge freed a permit; taken back under the lock, before the policy is asked.
    private volatile boolean wanted = true;

    /// Paused or closed: what a merge looks at without the lock.
    private volatile boolean held;

    Merges(
            Directory directory,
            Generations generations,
            MergeOptions options,
            NodeResources resources,
            Ulids ulids,
            Office office) {
        this.directory = directory;
        this.generations = generations;
        this.options = options;
        this.resources = resources;
        this.office = office;
        this.voice = new MergeVoice(generations, resources.clock());
        this.throttle = new MergeThrottle(options.bytesPerSecond(), resources.nanoClock());
        this.claims = new MergeClaims(directory, generations, options, resources, ulids, onPermit);
    }

    MergeThrottle throttle() {
        return throttle;
    }

    MergeVoice voice() {
        return voice;
    }

    /// The policy is to be asked again.
    void reconsider() {
        wanted = true;
        office.wake().run();
    }

    /// Starts what should run and can, if there is a reason to look. Nanoseconds until the next one
    /// that only time brings, empty when there is none. On the owner's thread.
    OptionalLong ask() {
        List<MergeRun> chosen = new ArrayList<>();
        OptionalLong next;
        lock.lock();
        try {
            if (wanted || claims.isRetryDue()) {
                wanted = false;
                choose(chosen);
                changed.signalAll();
            }
            next = claims.retryNanos();
        } finally {
            lock.unlock();
        }
        chosen.forEach(this::start);
        return next;
    }

    /// @param chosen what is claimed, also when something fails afterwards: it is to be started
    private void choose(List<MergeRun> chosen) {
        if (closed) {
            return;
        }
        if (!office.writable().getAsBoolean()) {
            claims.refuse("the index cannot be written");
            return;
        }
        if (pauseCount > 0) {
            claims.waitFor("paused");
            return;
        }
        Generation newest = generations.acquire();
        try {
            claims.choose(newest, this::newRun, chosen);
        } catch (RuntimeException | Error e) {
            claims.notChosen(e);
            LOG.log(Level.ERROR, () -> "no merges chosen index=" + name(), e);
        } finally {
            generations.release(newest);
        }
    }

    private MergeRun newRun(Claim claim) {
        return new MergeRun(directory, this, options, claim, resources.nanoClock());
    }

    private void start(MergeRun run) {
        voice.planned(run.claim());
        try {
            office.claim().accept(run.claim().output().fileName());
            Thread thread = resources.threads().newThread(run);
            thread.setName("merge-%s-%s".formatted(name(), run.claim().output()));
            thread.start();
        } catch (RuntimeException | Error e) {
            ended(run, new Outcome.Failed(e));
        }
    }

    /// On the merging thread, before anything is written.
    void started(MergeRun run) {
        awaitGoing(0);
        voice.started(run.claim());
    }

    /// Waits for the time to pass and for pauses to end.
    ///
    /// @throws MergeCancelled when the index closes
    void awaitGoing(long nanos) {
        if (nanos <= 0 && !held) {
            return;
        }
        long until = resources.nanoClock().nanos() + nanos;
        lock.lock();
        try {
            while (true) {
                long left = until - resources.nanoClock().nanos();
                if (closed) {
                    throw new MergeCancelled("the index is closed");
                }
                if (pauseCount == 0 && left <= 0) {
                    return;
                }
                changed.awaitNanos(left > 0 ? Math.min(left, LOOK_NANOS) : LOOK_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MergeCancelled("interrupted");
        } finally {
            lock.unlock();
        }
    }

    /// Hands a finished merge to the owner of the commit record and waits until its generation is
    /// durable. False when nothing is left of its inputs, so that there is nothing to publish.
    ///
    /// @throws MergeCancelled when the index closes first
    boolean publish(FinishedMerge merge) {
        lock.lock();
        try {
            return publications.await(merge, office.wake());
        } finally {
            lock.unlock();
        }
    }

    /// The next merge to publish, null when there is none or none may be. It is to be answered with
    /// [#resolve]. On the owner's thread, with the publication token free.
    MergePublications.@Nullable Publication nextToPublish() {
        lock.lock();
        try {
            return pauseCount > 0 ? null : publications.next();
        } finally {
            lock.unlock();
        }
    }

    /// @param failure null when nothing went wrong
    void resolve(
            MergePublications.Publication publication,
            boolean published,
            @Nullable Throwable failure) {
        lock.lock();
        try {
            publications.resolve(publication, published, failure);
            wanted = true;
            if (published) {
                FinishedMerge merge = publication.merge;
                claims.merged(merge.plan().inputs(), merge.reader().meta().id());
            }
        } finally {
            lock.unlock();
        }
    }

    /// A merge is over, however it went. Everything it held is given back before the policy is
    /// asked again, and each thing even if giving back another one fails.
    void ended(MergeRun run, Outcome outcome) {
        Claim claim = run.claim();
        try {
            if (!(outcome instanceof Outcome.Published)) {
                office.discard().accept(claim.output().fileName());
                if (outcome instanceof Outcome.Failed(Throwable cause)) {
                    checkDurability(cause);
                }
                voice.ended(claim, outcome);
            }
        } finally {
            try {
                generations.releaseFiles(claim.files());
            } finally {
                try {
                    resources.mergePermits().giveBack();
                } finally {
                    forget(run, outcome);
                }
            }
        }
    }

    private void checkDurability(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof DurabilityLost) {
                office.lostDurability().accept("merge: " + Outcome.reason(cause));
                return;
            }
        }
    }

    /// Nobody may see the merge gone before it is known that the policy is to be asked again.
    private void forget(MergeRun run, Outcome outcome) {
        lock.lock();
        try {
            claims.release(run, outcome);
            wanted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        office.wake().run();
    }

    /// Stops merges from starting and from being published, until the handle is closed. Those under
    /// way wait. Returns when none is being published.
    Pause pause() {
        lock.lock();
        try {
            pauseCount++;
            held = true;
            publications.awaitQuiet();
        } finally {
            lock.unlock();
        }
        return new Pause();
    }

    /// One pause of however many; guarded by the lock.
    final class Pause implements Index.MergePause {
        private boolean ended;

        private Pause() {}

        @Override
        public void close() {
            lock.lock();
            try {
                if (ended) {
                    return;
                }
                ended = true;
                pauseCount--;
                held = closed || pauseCount > 0;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
            reconsider();
        }
    }

    /// False when merges are still to run after that time.
    boolean awaitIdle(Duration atMost) {
        return await(() -> (closed || !wanted) && claims.isIdle(), atMost);
    }

    /// False when the request is still under way after that time; it goes on.
    ///
    /// @throws MillraceException.Unavailable when it cannot be met
    boolean request(MergeRequest request, Duration atMost) {
        lock.lock();
        try {
            if (closed) {
                throw new MillraceException.Unavailable("index " + name() + " is closed");
            }
            claims.add(request);
        } finally {
            lock.unlock();
        }
        reconsider();
        boolean done = await(request::isDone, atMost);
        if (done && !request.blockedBy().isEmpty()) {
            throw new MillraceException.Unavailable(
                    "index %s: %s".formatted(name(), request.blockedBy()));
        }
        return done;
    }

    /// @param condition looked at under the lock
    private boolean await(BooleanSupplier condition, Duration atMost) {
        long start = resources.nanoClock().nanos();
        lock.lock();
        try {
            while (!condition.getAsBoolean()) {
                long left = atMost.toNanos() - (resources.nanoClock().nanos() - start);
                if (left <= 0) {
                    return false;
                }
                changed.awaitNanos(Math.min(left, LOOK_NANOS));
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Unavailable(
                    "interrupted while index " + name() + " merges", e);
        } finally {
            lock.unlock();
        }
    }

    MergeStatus status() {
        lock.lock();
        try {
            return claims.status(pauseCount);
        } finally {
            lock.unlock();
        }
    }

    /// Ends all merges and waits for them, bounded. One that takes longer gives up later; nothing
    /// of it is published.
    void close() {
        lock.lock();
        try {
            closed = true;
            held = true;
            claims.close();
            publications.close();
        } finally {
            lock.unlock();
        }
        resources.mergePermits().forget(onPermit);
        // Whoever closes an index is often being stopped itself: the rest of it is to be closed
        // yet.
        boolean interrupted = Thread.interrupted();
        try {
            if (!await(claims::isIdle, options.stopTimeout())) {
                LOG.log(Level.WARNING, () -> "merges not stopped in time index=" + name());
            }
        } catch (MillraceException.Unavailable e) {
            interrupted = true;
            LOG.log(Level.WARNING, () -> "merges not waited for index=" + name(), e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private String name() {
        return generations.newest().record().index();
    }
}
