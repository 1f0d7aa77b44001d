package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.index.MergeRun.Claim;
import io.millrace.index.MergeRun.Outcome;
import io.millrace.merge.MergeCandidate;
import io.millrace.merge.MergePlan;
import io.millrace.segment.SegmentId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/// Which segments are in a merge, which are left alone, and which merges come next. Guarded by the
/// lock of [Merges]: every method needs it.
final class MergeClaims {
    /// Of the inputs' length: what a merge may need on disk.
    private static final double INPUT_FACTOR = 1.1;

    private static final int REQUESTS_MAX = 16;

    private final Directory directory;
    private final Generations generations;
    private final MergeOptions options;
    private final NodeResources resources;
    private final Ulids ulids;
    private final Runnable onPermit;

    private final List<MergeRun> running = new ArrayList<>();
    private final Set<SegmentId> claimed = new HashSet<>();
    private final HeldBackSegments heldBack;
    private final List<MergeRequest> requests = new ArrayList<>();
    private String waiting = "";
    private boolean waitingForPermit;
    private boolean retries;
    private long retryAtNanos;

    MergeClaims(
            Directory directory,
            Generations generations,
            MergeOptions options,
            NodeResources resources,
            Ulids ulids,
            Runnable onPermit) {
        this.directory = directory;
        this.generations = generations;
        this.options = options;
        this.resources = resources;
        this.ulids = ulids;
        this.onPermit = onPermit;
        this.heldBack =
                new HeldBackSegments(
                        options.backOffMin(), options.backOffMax(), resources.nanoClock());
    }

    /// Filters, selects, claims and counts.
    ///
    /// @param newest held by the caller
    /// @param chosen grows by each merge as it is claimed
    void choose(Generation newest, Function<Claim, MergeRun> toRun, List<MergeRun> chosen) {
        retries = false;
        waitingForPermit = false;
        waiting = "";
        Set<SegmentId> present = new HashSet<>();
        newest.views().forEach(view -> present.add(view.reader().meta().id()));
        heldBack.retain(present);
        for (MergeRequest request : requests) {
            claim(request.plans(options.policy(), free(newest)), newest, toRun, chosen);
        }
        if (options.background()) {
            claim(options.policy().plan(free(newest)), newest, toRun, chosen);
        }
        settleRequests(newest);
        heldBack.nextNanos().ifPresent(this::retryIn);
    }

    /// Choosing failed on the way; it is tried again after a while.
    void notChosen(Throwable failure) {
        waiting = "no merges chosen: " + Outcome.reason(failure);
        retryIn(options.backOffMin().toNanos());
    }

    /// Nothing can be merged, whatever is asked for.
    void refuse(String reason) {
        waiting = reason;
        requests.forEach(request -> request.blocked(reason));
        requests.clear();
    }

    /// Why nothing is chosen now.
    void waitFor(String reason) {
        waiting = reason;
    }

    boolean isRetryDue() {
        return retries && resources.nanoClock().nanos() - retryAtNanos >= 0;
    }

    /// Until time alone is a reason to choose again; empty when it will not be.
    OptionalLong retryNanos() {
        return retries
                ? OptionalLong.of(Math.max(0, retryAtNanos - resources.nanoClock().nanos()))
                : OptionalLong.empty();
    }

    /// No merge is under way or waits for another index.
    boolean isIdle() {
        return running.isEmpty() && !waitingForPermit;
    }

    /// @throws MillraceException.Unavailable when there are too many
    void add(MergeRequest request) {
        if (requests.size() >= REQUESTS_MAX) {
            throw new MillraceException.Unavailable(
                    requests.size() + " merge requests are under way already");
        }
        requests.add(request);
    }

    void merged(List<SegmentId> inputs, SegmentId output) {
        requests.forEach(request -> request.merged(inputs, output));
    }

    void release(MergeRun run, Outcome outcome) {
        List<SegmentId> inputs = run.claim().plan().inputs();
        running.remove(run);
        claimed.removeAll(inputs);
        switch (outcome) {
            case Outcome.Published _ -> heldBack.recovered(inputs);
            case Outcome.GivenUp _ -> {}
            case Outcome.Failed(Throwable cause) -> heldBack.backOff(inputs, Outcome.reason(cause));
            case Outcome.Damaged(SegmentId input, Throwable cause) ->
                    heldBack.quarantine(input, Outcome.reason(cause));
        }
    }

    void close() {
        refuse("the index is closed");
        waitingForPermit = false;
        retries = false;
    }

    MergeStatus status(int pauseCount) {
        return new MergeStatus(
                running.stream().map(MergeRun::status).toList(),
                pauseCount,
                waiting,
                heldBack.status());
    }

    private List<MergeCandidate> free(Generation generation) {
        return candidates(generation, id -> !claimed.contains(id) && !heldBack.isHeld(id));
    }

    private static List<MergeCandidate> candidates(
            Generation generation, Predicate<SegmentId> chosen) {
        return generation.views().stream()
                .filter(view -> chosen.test(view.reader().meta().id()))
                .map(view ->
                        new MergeCandidate(view.reader().meta(), view.deleted().getCardinality()))
                .toList();
    }

    private void claim(
            List<MergePlan> plans,
            Generation newest,
            Function<Claim, MergeRun> toRun,
            List<MergeRun> chosen) {
        for (MergePlan plan : plans) {
            if (running.size() >= options.runningMax()) {
                return;
            }
            List<SegmentView> inputs =
                    newest.views().stream()
                            .filter(view -> plan.inputs().contains(view.reader().meta().id()))
                            .toList();
            if (inputs.size() != plan.inputs().size()
                    || !Collections.disjoint(claimed, plan.inputs())) {
                throw new MillraceException.Bug("merge plan " + plan + " of segments in use");
            }
            if (!hasRoom(inputs)) {
                retryIn(options.backOffMin().toNanos());
                continue;
            }
            if (!resources.mergePermits().tryTake(onPermit)) {
                waiting = "the node's merge permits are all taken";
                waitingForPermit = true;
                return;
            }
            boolean counted = false;
            try {
                chosen.add(claim(plan, inputs, newest, toRun));
                counted = true;
            } finally {
                if (!counted) {
                    resources.mergePermits().giveBack();
                }
            }
        }
    }

    private MergeRun claim(
            MergePlan plan,
            List<SegmentView> inputs,
            Generation newest,
            Function<Claim, MergeRun> toRun) {
        List<String> files =
                inputs.stream().map(view -> view.reader().meta().id().fileName()).toList();
        MergeRun run =
                toRun.apply(
                        new Claim(
                                new SegmentId(ulids.next()),
                                ulids.next(),
                                plan,
                                inputs,
                                files,
                                newest.record().schema()));
        generations.retainFiles(files);
        claimed.addAll(plan.inputs());
        running.add(run);
        return run;
    }

    /// What the running merges may still write counts as taken.
    private boolean hasRoom(List<SegmentView> inputs) {
        double needed = INPUT_FACTOR * inputs.stream().mapToLong(SegmentView::lengthBytes).sum();
        for (MergeRun run : running) {
            needed += INPUT_FACTOR * run.claim().lengthBytes() - run.bytesWritten();
        }
        try {
            long usable = directory.usableBytes();
            if (usable >= needed + options.reserveBytes()) {
                return true;
            }
            waiting =
                    "no room: %d bytes free, a merge needs %d and a reserve of %d"
                            .formatted(usable, (long) needed, options.reserveBytes());
        } catch (IOException e) {
            waiting = "free space unknown: " + e.getMessage();
        }
        return false;
    }

    private void retryIn(long nanos) {
        long at = resources.nanoClock().nanos() + nanos;
        if (!retries || at - retryAtNanos < 0) {
            retryAtNanos = at;
            retries = true;
        }
    }

    private void settleRequests(Generation newest) {
        for (Iterator<MergeRequest> each = requests.iterator(); each.hasNext(); ) {
            MergeRequest request = each.next();
            if (request.plans(options.policy(), candidates(newest, _ -> true)).isEmpty()) {
                request.done();
            } else if (running.isEmpty()
                    && request.plans(
                                    options.policy(),
                                    candidates(newest, id -> !heldBack.isQuarantined(id)))
                            .isEmpty()) {
                request.blocked("damaged segments are left alone: " + heldBack.status());
            }
            if (request.isDone()) {
                each.remove();
            }
        }
    }
}
