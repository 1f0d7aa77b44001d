package io.millrace.merge;

import io.millrace.segment.SegmentId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Keeps a few segments of each size and merges those that are most alike.
///
/// Sizes are what live documents take; anything below the floor counts as the floor. The sizes make
/// tiers, each [Options#mergeAtOnceMax] times the one below; a tier may hold
/// [Options#segmentsPerTier] segments. When there are more segments than all tiers may hold, the
/// cheapest run of neighbours by size is merged: the one whose output owes least to its largest
/// input, and which sheds most deleted documents.
public final class TieredMergePolicy implements MergePolicy {

    /// - segmentsPerTier: segments of one size that may stand side by side
    /// - mergeAtOnceMax: inputs of one background merge, and how many times larger the next tier is
    /// - segmentBytesMax: no background merge makes a larger segment
    /// - floorBytes: smaller segments are as good as this size
    /// - deletedPercentMax: a segment of at least the floor with more is rewritten on its own
    /// - reclaimWeight: how much deleted documents make a merge more attractive; 0 for not at all
    public record Options(
            int segmentsPerTier,
            int mergeAtOnceMax,
            long segmentBytesMax,
            long floorBytes,
            int deletedPercentMax,
            double reclaimWeight) {
        public static final Options DEFAULT = new Options(10, 10, 5L << 30, 1L << 20, 25, 2.0);

        public Options {
            check(segmentsPerTier >= 2, "segmentsPerTier", segmentsPerTier);
            check(mergeAtOnceMax >= 2, "mergeAtOnceMax", mergeAtOnceMax);
            check(mergeAtOnceMax <= segmentsPerTier, "mergeAtOnceMax", mergeAtOnceMax);
            check(floorBytes >= 1, "floorBytes", floorBytes);
            check(segmentBytesMax >= floorBytes, "segmentBytesMax", segmentBytesMax);
            check(
                    deletedPercentMax >= 1 && deletedPercentMax <= 100,
                    "deletedPercentMax",
                    deletedPercentMax);
            check(reclaimWeight >= 0, "reclaimWeight", reclaimWeight);
        }

        private static void check(boolean holds, String option, Object value) {
            if (!holds) {
                throw new IllegalArgumentException(option + " of " + value);
            }
        }
    }

    /// Documents of one segment: ordinals are ints, and a table of keys has half as many slots
    /// more.
    private static final long DOCUMENTS_MAX = 1_000_000_000;

    /// Largest first; equal ones by age, so that the answer depends on nothing else.
    private static final Comparator<MergeCandidate> BY_SIZE =
            Comparator.comparingLong(MergeCandidate::liveBytes)
                    .reversed()
                    .thenComparing(candidate -> candidate.meta().id());

    /// A run of candidates and how good it is to merge them; less is better.
    private record Run(List<MergeCandidate> inputs, double score) {}

    private final Options options;

    public TieredMergePolicy(Options options) {
        this.options = options;
    }

    @Override
    public List<MergePlan> plan(List<MergeCandidate> free) {
        List<MergeCandidate> bySize = new ArrayList<>(live(free));
        bySize.sort(BY_SIZE);
        List<MergePlan> plans = new ArrayList<>();
        for (MergeCandidate candidate : List.copyOf(bySize)) {
            if (needsReclaim(candidate)) {
                bySize.remove(candidate);
                plans.add(planOf(free, List.of(candidate), MergePlan.Reason.RECLAIM_DELETES));
            }
        }
        // A segment above half the largest size can only grow by being written almost for nothing.
        bySize.removeIf(candidate -> candidate.liveBytes() > options.segmentBytesMax / 2);
        int allowed = allowedCount(bySize);
        int count = bySize.size();
        while (count > allowed) {
            Run best = bestRun(bySize);
            if (best == null) {
                break;
            }
            bySize.removeAll(best.inputs);
            count -= best.inputs.size() - 1;
            plans.add(planOf(free, best.inputs, MergePlan.Reason.TIERED));
        }
        return plans;
    }

    @Override
    public List<MergePlan> planForce(List<MergeCandidate> free, int segmentsMax) {
        if (segmentsMax < 1) {
            throw new IllegalArgumentException("merge down to " + segmentsMax + " segments");
        }
        List<MergeCandidate> smallestFirst = new ArrayList<>(live(free));
        smallestFirst.sort(BY_SIZE.reversed());
        int surplus = smallestFirst.size() - segmentsMax;
        List<MergeCandidate> chosen = new ArrayList<>();
        long documents = 0;
        for (MergeCandidate candidate : smallestFirst) {
            documents += candidate.liveCount();
            if (chosen.size() > surplus || documents > DOCUMENTS_MAX) {
                break;
            }
            chosen.add(candidate);
        }
        return surplus <= 0 || chosen.size() < 2
                ? List.of()
                : List.of(planOf(free, chosen, MergePlan.Reason.FORCE));
    }

    @Override
    public List<MergePlan> planExpunge(List<MergeCandidate> free) {
        List<MergeCandidate> smallestFirst = new ArrayList<>(live(free));
        smallestFirst.removeIf(candidate -> candidate.deletedCount() == 0);
        smallestFirst.sort(BY_SIZE.reversed());
        List<MergePlan> plans = new ArrayList<>();
        List<MergeCandidate> together = new ArrayList<>();
        long bytes = 0;
        long documents = 0;
        for (MergeCandidate candidate : smallestFirst) {
            boolean fits =
                    together.size() < options.mergeAtOnceMax
                            && bytes + candidate.liveBytes() <= options.segmentBytesMax
                            && documents + candidate.liveCount() <= DOCUMENTS_MAX;
            if (!fits && !together.isEmpty()) {
                plans.add(planOf(free, together, MergePlan.Reason.EXPUNGE));
                together.clear();
                bytes = 0;
                documents = 0;
            }
            together.add(candidate);
            bytes += candidate.liveBytes();
            documents += candidate.liveCount();
        }
        if (!together.isEmpty()) {
            plans.add(planOf(free, together, MergePlan.Reason.EXPUNGE));
        }
        return plans;
    }

    private static List<MergeCandidate> live(List<MergeCandidate> free) {
        return free.stream().filter(candidate -> candidate.liveCount() > 0).toList();
    }

    private boolean needsReclaim(MergeCandidate candidate) {
        return candidate.meta().lengthBytes() >= options.floorBytes
                && 100L * candidate.deletedCount()
                        > (long) options.deletedPercentMax * candidate.meta().documentCount();
    }

    /// How many segments the tiers may hold that the live bytes of these make.
    private int allowedCount(List<MergeCandidate> candidates) {
        long rest = candidates.stream().mapToLong(this::sizeOf).sum();
        long tierBytes = candidates.stream().mapToLong(this::sizeOf).min().orElse(1);
        long allowed = 0;
        while (true) {
            long segments = Math.ceilDiv(rest, tierBytes);
            if (segments <= options.segmentsPerTier || tierBytes >= options.segmentBytesMax) {
                allowed += segments;
                break;
            }
            allowed += options.segmentsPerTier;
            rest -= options.segmentsPerTier * tierBytes;
            tierBytes = Math.min(options.segmentBytesMax, tierBytes * options.mergeAtOnceMax);
        }
        return Math.clamp(allowed, options.segmentsPerTier, Integer.MAX_VALUE);
    }

    private long sizeOf(MergeCandidate candidate) {
        return Math.max(options.floorBytes, candidate.liveBytes());
    }

    /// The best run of neighbours by size; null when no two fit together. A full one even where
    /// fewer inputs would do: a document is then written once per tier.
    private @Nullable Run bestRun(List<MergeCandidate> bySize) {
        Run best = null;
        for (int start = 0; start + 1 < bySize.size(); start++) {
            Run run = runFrom(bySize, start);
            // The later of equal runs holds the smaller segments.
            if (run != null && (best == null || run.score <= best.score)) {
                best = run;
            }
        }
        return best;
    }

    private @Nullable Run runFrom(List<MergeCandidate> bySize, int start) {
        List<MergeCandidate> inputs = new ArrayList<>();
        long liveBytes = 0;
        long floored = 0;
        long lengthBytes = 0;
        long documents = 0;
        for (int i = start; i < bySize.size() && inputs.size() < options.mergeAtOnceMax; i++) {
            MergeCandidate candidate = bySize.get(i);
            if (liveBytes + candidate.liveBytes() > options.segmentBytesMax
                    || documents + candidate.liveCount() > DOCUMENTS_MAX) {
                continue;
            }
            inputs.add(candidate);
            liveBytes += candidate.liveBytes();
            floored += sizeOf(candidate);
            lengthBytes += candidate.meta().lengthBytes();
            documents += candidate.liveCount();
        }
        if (inputs.size() < 2) {
            return null;
        }
        double skew = (double) sizeOf(inputs.getFirst()) / floored;
        double kept = lengthBytes == 0 ? 1 : (double) liveBytes / lengthBytes;
        return new Run(inputs, skew * Math.pow(kept, options.reclaimWeight));
    }

    private static MergePlan planOf(
            List<MergeCandidate> free, List<MergeCandidate> chosen, MergePlan.Reason reason) {
        Set<SegmentId> ids =
                chosen.stream()
                        .map(candidate -> candidate.meta().id())
                        .collect(Collectors.toCollection(HashSet::new));
        return new MergePlan(
                free.stream()
                        .map(candidate -> candidate.meta().id())
                        .filter(ids::contains)
                        .toList(),
                reason);
    }
}
