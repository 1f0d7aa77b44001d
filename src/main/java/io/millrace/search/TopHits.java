package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The first hits of a search so far. Holds at most twice `limit` of them, and no more than match.
/// Confined to one search.
final class TopHits {
    private final SortOrder order;
    private final int limit;
    private final @Nullable PageStart start;

    /// By the hits, as the budget of the search knows it.
    private long heldBytes;

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
    void collect(SegmentMatches matches, SegmentRanks ranks) {
        if (isComplete()) {
            return;
        }
        SearchBudget budget = SearchBudget.current();
        long heldByOthers = budget.heldBytes() - heldBytes;
        int from = start == null ? 0 : ranks.enter(start);
        List<RankedHit> fresh =
                new SegmentTop(order, limit, start, ranks, cut()).find(matches, from);
        if (fresh.isEmpty()) {
            budget.letGo(heldByOthers + heldBytes);
            return;
        }
        for (RankedHit hit : fresh) {
            ranks.resolve(hit);
            budget.hold(hit.valueBytes());
        }
        best = best.isEmpty() ? fresh : merged(best, fresh);
        heldBytes = 0;
        for (RankedHit hit : best) {
            heldBytes += RankedHit.bytes(ranks.keyCount()) + hit.valueBytes();
        }
        budget.letGo(heldByOthers);
        budget.hold(heldBytes);
    }

    /// The first rank of the last hit, where other segments rank alike.
    private long cut() {
        boolean isFull =
                best.size() == limit
                        && !order.keys().isEmpty()
                        && isComparable(order.keys().getFirst().kind())
                        && !best.getLast().isMissing(0);
        return isFull ? best.getLast().ranks[0] : Long.MAX_VALUE;
    }

    private static boolean isComparable(SortOrder.Kind kind) {
        return kind == SortOrder.Kind.NUMBER || kind == SortOrder.Kind.SCORE;
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
