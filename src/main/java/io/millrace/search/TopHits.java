package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The first hits of a search so far. Holds at most twice `limit` of them, and no more than match.
/// Confined to one search.
///
/// Where one rank alone orders, the segments add to the same documents; elsewhere each finds its
/// own first hits, which are merged.
final class TopHits {
    private final SortOrder order;
    private final int limit;
    private final @Nullable PageStart start;

    /// By the hits, as the budget of the search knows it.
    private long heldBytes;

    private final @Nullable BestRanks byRank;

    private List<RankedHit> best = List.of();

    /// Documents from this first rank on were passed over, see [GuessedCut].
    private long guess = GuessedCut.NONE;

    /// @param start null for the first page
    /// @param isByRank one key orders, of which every document has one rank that is comparable
    ///   across segments
    TopHits(SortOrder order, int limit, @Nullable PageStart start, boolean isByRank) {
        this.order = order;
        this.limit = limit;
        this.start = start;
        byRank = isByRank && limit > 0 ? new BestRanks(limit) : null;
    }

    /// True when no further segment can change the hits.
    boolean isComplete() {
        return limit == 0 || (order.keys().isEmpty() && isFull());
    }

    /// Before the first segment: documents from this first rank on may be passed over.
    void guess(long cut) {
        guess = cut;
    }

    /// After the last segment. False when documents that were passed over may be among the first:
    /// some of just the guessed rank were, others were not.
    boolean isSettled() {
        return guess == GuessedCut.NONE || (isFull() && isLastBefore(guess));
    }

    private boolean isLastBefore(long rank) {
        if (byRank != null) {
            return byRank.last() < rank;
        }
        RankedHit last = best.getLast();
        return !last.isMissing(0) && last.ranks[0] < rank;
    }

    /// All segments are collected again, and no document is passed over.
    void restart() {
        guess = GuessedCut.NONE;
        best = List.of();
        if (byRank != null) {
            byRank.clear();
        }
        SearchBudget budget = SearchBudget.current();
        budget.letGo(budget.heldBytes() - heldBytes);
        heldBytes = 0;
    }

    private boolean isFull() {
        return byRank != null ? byRank.isFull() : best.size() == limit;
    }

    /// In order. Nothing is collected any more.
    List<RankedHit> hits() {
        if (byRank != null && byRank.size() > 0) {
            best = byRank.takeAll();
        }
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
                new SegmentTop(order, limit, start, ranks, byRank, cut()).find(matches, from);
        if (byRank != null) {
            heldBytes = (long) byRank.size() * RankedHit.bytes(1);
        } else if (!fresh.isEmpty()) {
            merge(fresh, ranks);
        }
        budget.letGo(heldByOthers);
        budget.hold(heldBytes);
    }

    private void merge(List<RankedHit> fresh, SegmentRanks ranks) {
        SearchBudget budget = SearchBudget.current();
        for (RankedHit hit : fresh) {
            ranks.resolve(hit);
            budget.hold(hit.valueBytes());
        }
        best = best.isEmpty() ? fresh : merged(best, fresh);
        heldBytes = 0;
        for (RankedHit hit : best) {
            heldBytes += RankedHit.bytes(ranks.keyCount()) + hit.valueBytes();
        }
    }

    /// The first rank of the last hit, where other segments rank alike; as long as there is room,
    /// the guess.
    private long cut() {
        if (byRank != null) {
            return byRank.isFull() ? byRank.last() : guess;
        }
        boolean isKnown =
                isFull()
                        && !order.keys().isEmpty()
                        && isComparable(order.keys().getFirst().kind())
                        && !best.getLast().isMissing(0);
        return isKnown ? best.getLast().ranks[0] : guess;
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
