package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.merge.TieredMergePolicy.Options;
import io.millrace.segment.SegmentId;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.Ulids;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// What is merged, when, and what it costs.
final class TieredMergePolicyTest {
    private static final long BYTES_PER_DOCUMENT = 300;
    private static final Options OPTIONS = Options.DEFAULT;
    private static final TieredMergePolicy POLICY = new TieredMergePolicy(OPTIONS);

    private final RandomGenerator ids = new SplittableRandom(7);

    /// The segments of an index, merged in mind only.
    private final List<MergeCandidate> segments = new ArrayList<>();

    private long bytesWritten;
    private int segmentsPeak;

    @Test
    void fortySmallCommitsNeverLeaveManySegments() {
        //
        for (int i = 0; i < 40; i++) {
            segments.add(candidate(1_200, 0));
            segmentsPeak = Math.max(segmentsPeak, segments.size());
            mergeToTheEnd(POLICY);
        }
        assertTrue(segmentsPeak <= 20, segmentsPeak + " segments at the peak");
        assertTrue(segments.size() <= 10, segments.size() + " segments in the end");
        assertEquals(40 * 1_200, documents());
    }

    @Test
    void manySegmentsFoundAtOnceAreMergedToo() {
        for (int i = 0; i < 40; i++) {
            segments.add(candidate(1_200, 0));
        }
        mergeToTheEnd(POLICY);
        assertTrue(segments.size() <= 10, segments.size() + " segments in the end");
    }

    @Test
    void twoThousandRandomFlushesAreRewrittenAFewTimesEach() {
        Seeded.repeat(3, this::randomFlushes);
    }

    private void randomFlushes(RandomGenerator random) {
        segments.clear();
        bytesWritten = 0;
        long flushed = 0;
        for (int i = 0; i < 2_000; i++) {
            MergeCandidate flush = candidate(1 + random.nextInt(60_000), 0);
            flushed += flush.liveBytes();
            segments.add(flush);
            mergeToTheEnd(POLICY);
            // Ten in each of four tiers, and a few too large to grow.
            assertTrue(segments.size() <= 50, segments.size() + " segments after " + i);
        }
        double amplification = (double) bytesWritten / flushed;
        // Three tiers lie between a flush and the whole.
        assertTrue(amplification < 4, amplification + " bytes written by merges per byte flushed");
    }

    @Test
    void aLargeSegmentIsNotRewrittenForAFewSmallOnes() {
        segments.add(candidate(5_000_000, 0));
        SegmentId large = segments.getFirst().meta().id();
        for (int i = 0; i < 30; i++) {
            segments.add(candidate(1_200, 0));
            mergeToTheEnd(POLICY);
        }
        assertEquals(large, segments.getFirst().meta().id());
    }

    @Test
    void aLargeSegmentWithManyDeletesIsRewrittenAlone() {
        MergeCandidate tolerable = candidate(1_000_000, 240_000);
        MergeCandidate wasteful = candidate(1_000_000, 260_000);
        assertEquals(
                List.of(
                        new MergePlan(
                                List.of(wasteful.meta().id()), MergePlan.Reason.RECLAIM_DELETES)),
                POLICY.plan(List.of(tolerable, wasteful)));
    }

    @Test
    void deletesAreReclaimedInSegmentsTooLargeToGrow() {
        MergeCandidate full = candidate(17_000_000, 5_000_000);
        assertTrue(full.liveBytes() > OPTIONS.segmentBytesMax() / 2);
        assertEquals(
                List.of(new MergePlan(List.of(full.meta().id()), MergePlan.Reason.RECLAIM_DELETES)),
                POLICY.plan(List.of(full)));
    }

    @Test
    void noBackgroundMergeMakesASegmentLargerThanAllowed() {
        for (int i = 0; i < 200; i++) {
            segments.add(candidate(2_000_000, 0));
        }
        mergeToTheEnd(POLICY);
        for (MergeCandidate segment : segments) {
            assertTrue(segment.liveBytes() <= OPTIONS.segmentBytesMax());
        }
        assertEquals(400_000_000, documents());
    }

    @Test
    void sizesBeyondThirtyTwoBitsAreCounted() {
        //
        Options huge = new Options(2, 2, Long.MAX_VALUE, 1, 25, 2);
        MergeCandidate half = candidate(600_000_000, 0);
        MergeCandidate other = candidate(600_000_000, 0);
        MergeCandidate third = candidate(600_000_000, 0);
        assertEquals(List.of(), new TieredMergePolicy(huge).plan(List.of(half, other, third)));
        assertEquals(List.of(), POLICY.planForce(List.of(half, other, third), 1));
    }

    @Test
    void plansShareNoSegmentAndDependOnNothingButTheirInput() {
        Seeded.repeat(
                200,
                random -> {
                    List<MergeCandidate> free = new ArrayList<>();
                    int count = random.nextInt(120);
                    for (int i = 0; i < count; i++) {
                        int documents = 1 + random.nextInt(1 << random.nextInt(1, 24));
                        free.add(candidate(documents, random.nextInt(documents + 1)));
                    }
                    int segmentsMax = 1 + random.nextInt(5);
                    List<MergePlan> all = new ArrayList<>(POLICY.plan(free));
                    assertDisjoint(all, free);
                    assertEquals(all, POLICY.plan(free));
                    assertDisjoint(POLICY.planForce(free, segmentsMax), free);
                    assertDisjoint(POLICY.planExpunge(free), free);
                });
    }

    private static void assertDisjoint(List<MergePlan> plans, List<MergeCandidate> free) {
        Set<SegmentId> seen = new HashSet<>();
        for (MergePlan plan : plans) {
            for (SegmentId id : plan.inputs()) {
                assertTrue(seen.add(id), id + " is planned twice");
                assertTrue(
                        free.stream()
                                .anyMatch(candidate ->
                                        candidate.meta().id().equals(id)
                                                && candidate.liveCount() > 0));
            }
        }
    }

    @Test
    void aForcedMergeEndsAtTheNumberThatWasAskedFor() {
        for (int wanted = 1; wanted <= 5; wanted++) {
            segments.clear();
            for (int i = 0; i < 23; i++) {
                segments.add(candidate(1_000 * (i + 1), i));
            }
            int segmentsMax = wanted;
            mergeToTheEnd(free -> POLICY.planForce(free, segmentsMax));
            assertEquals(wanted, segments.size());
        }
    }

    @Test
    void expungingLeavesNoDeletedDocument() {
        for (int i = 0; i < 50; i++) {
            segments.add(candidate(10_000 * (i + 1), i % 3 * 1_000));
        }
        long live = documents();
        mergeToTheEnd(POLICY::planExpunge);
        assertEquals(live, documents());
        assertTrue(segments.stream().allMatch(segment -> segment.deletedCount() == 0));
    }

    /// One way of asking a policy.
    @FunctionalInterface
    private interface Planner {
        List<MergePlan> plan(List<MergeCandidate> free);
    }

    private void mergeToTheEnd(TieredMergePolicy policy) {
        mergeToTheEnd(policy::plan);
    }

    private void mergeToTheEnd(Planner planner) {
        for (int round = 0; ; round++) {
            List<MergePlan> plans = planner.plan(List.copyOf(segments));
            if (plans.isEmpty()) {
                return;
            }
            assertTrue(round < 1_000, "the policy comes to no end");
            plans.forEach(this::merge);
        }
    }

    private void merge(MergePlan plan) {
        long live = 0;
        int place = segments.size();
        for (SegmentId id : plan.inputs()) {
            for (int i = 0; i < segments.size(); i++) {
                if (segments.get(i).meta().id().equals(id)) {
                    live += segments.remove(i).liveCount();
                    place = Math.min(place, i);
                    break;
                }
            }
        }
        MergeCandidate output = candidate(Math.toIntExact(live), 0);
        bytesWritten += output.meta().lengthBytes();
        segments.add(place, output);
    }

    private long documents() {
        return segments.stream().mapToLong(MergeCandidate::liveCount).sum();
    }

    private MergeCandidate candidate(int documents, int deleted) {
        return new MergeCandidate(
                new SegmentMeta(Ulids.next(ids), documents * BYTES_PER_DOCUMENT, 0, documents, 1),
                deleted);
    }
}
