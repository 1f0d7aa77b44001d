package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// The first hits of a search so far. Holds at most twice `limit` of them, and no more than match.
/// Confined to one search.
final class TopHits {
    private final SortOrder order;
    private final int limit;
    private final @Nullable PageStart start;
    private List<RankedHit> best = List.of();

    /// @param start null for the first page
    TopHits(SortOrder order, int limit, @Nullable PageStart start) {
        this.order = order;
        this.limit = limit;
        this.start = start;
    }

    /// True when no further segment can change the hits.
    boolean isComplete() {
        return limit == 0 || (order.keys().isEmpty() && best.size() == limit);
    }

    /// In order.
    List<RankedHit> hits() {
        return best;
    }

    /// Takes in the matching documents of the next segment.
    void collect(ImmutableRoaringBitmap matching, SegmentRanks ranks) {
        if (isComplete() || matching.isEmpty()) {
            return;
        }
        ImmutableRoaringBitmap behind = start == null ? matching : ranks.behind(start, matching);
        List<RankedHit> fresh = behind.isEmpty() ? List.of() : top(behind, ranks);
        for (RankedHit hit : fresh) {
            ranks.resolve(hit);
            SearchBudget.current().hold(hit.valueBytes());
        }
        best = best.isEmpty() ? fresh : merged(best, fresh);
    }

    private List<RankedHit> top(ImmutableRoaringBitmap matching, SegmentRanks ranks) {
        int bound = (int) Math.min(limit, matching.getLongCardinality());
        Comparator<RankedHit> comparator = order.insideSegment();
        PriorityQueue<RankedHit> worstFirst = new PriorityQueue<>(bound, comparator.reversed());
        RankedHit next = new RankedHit(ranks.keyCount());
        SearchBudget budget = SearchBudget.current();
        budget.hold((long) bound * RankedHit.bytes(ranks.keyCount()));
        BatchIterator batches = matching.getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int count = batches.nextBatch(batch);
            budget.spend(count);
            for (int i = 0; i < count; i++) {
                ranks.load(batch[i], next);
                if (start != null && !start.isBefore(next)) {
                    continue;
                }
                if (worstFirst.size() < bound) {
                    worstFirst.add(next);
                    next = new RankedHit(ranks.keyCount());
                } else if (comparator.compare(next, worstFirst.element()) < 0) {
                    RankedHit dropped = worstFirst.remove();
                    worstFirst.add(next);
                    next = dropped;
                }
            }
            if (order.keys().isEmpty() && worstFirst.size() == bound) {
                break;
            }
        }
        List<RankedHit> sorted = new ArrayList<>(worstFirst);
        sorted.sort(comparator);
        return sorted;
    }

    private List<RankedHit> merged(List<RankedHit> a, List<RankedHit> b) {
        Comparator<RankedHit> comparator = order.acrossSegments();
        int count = Math.min(limit, a.size() + b.size());
        List<RankedHit> merged = new ArrayList<>(count);
        int i = 0;
        int j = 0;
        while (merged.size() < count) {
            boolean fromA =
                    j == b.size() || (i < a.size() && comparator.compare(a.get(i), b.get(j)) < 0);
            merged.add(fromA ? a.get(i++) : b.get(j++));
        }
        return merged;
    }
}
