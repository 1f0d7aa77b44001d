package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.PackedBuffer;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// The first hits of one segment. Found in one of two ways: by looking at all that match, or by
/// walking the terms of the first sort key from the wanted end and asking whether their documents
/// match, which ends as soon as there are enough. The more documents match, the sooner.
///
/// Heap: the hits. Confined to one search.
final class SegmentTop {

    // Nanoseconds, about; only their proportions matter: to look at a document that matches, to
    // find those of a window, to ask of one document whether it matches, and to rank one that does.
    private static final long SCAN_COST = 6;
    private static final long WINDOW_COST = 700;
    private static final long PROBE_COST = 45;
    private static final long RANK_COST = 20;

    /// A walk that turns out to cost so many times what the other way does is given up.
    private static final long PATIENCE = 2;

    private final SortOrder order;
    private final int limit;
    private final @Nullable PageStart start;
    private final SegmentRanks ranks;
    private final Comparator<RankedHit> comparator;
    private final PriorityQueue<RankedHit> worstFirst;

    /// Instead of those, where one value alone orders that every document has; null elsewhere.
    private final @Nullable BestRanks byRank;

    private final long cutBefore;
    private final boolean hasFirstRank;
    private final SearchBudget budget = SearchBudget.current();
    private RankedHit next;

    /// A document whose first rank is above it cannot be among the hits.
    private long cut;

    /// @param start null for the first page
    /// @param cut the first rank of the last hit so far, [Long#MAX_VALUE] when there is room
    SegmentTop(
            SortOrder order, int limit, @Nullable PageStart start, SegmentRanks ranks, long cut) {
        this.order = order;
        this.limit = limit;
        this.start = start;
        this.ranks = ranks;
        this.cutBefore = cut;
        this.hasFirstRank =
                !order.keys().isEmpty()
                        && order.keys().getFirst().kind() != SortOrder.Kind.DOCUMENT_KEY;
        this.cut = cut;
        byRank = order.keys().size() == 1 && ranks.isFirstOneEach() ? new BestRanks(limit) : null;
        comparator = order.insideSegment();
        worstFirst = new PriorityQueue<>(comparator.reversed());
        next = new RankedHit(ranks.keyCount());
    }

    /// @param from the first document that can be a hit
    List<RankedHit> find(SegmentMatches matches, int from) {
        budget.check();
        List<MatchScorer.Word> words = words();
        if (words != null) {
            return best(matches, (MatchScorer) Objects.requireNonNull(ranks.scorer()), words);
        }
        if (order.keys().isEmpty()) {
            matches.forEach(
                    from,
                    document -> {
                        offer(document);
                        return !isFull();
                    });
        } else {
            long held = budget.heldBytes();
            if (!walk(matches)) {
                worstFirst.clear();
                if (byRank != null) {
                    byRank.clear();
                }
                budget.letGo(held);
                cut = cutBefore;
                scan(matches);
            }
        }
        if (byRank != null) {
            return byRank.hits(ranks.segmentOrdinal());
        }
        List<RankedHit> sorted = new ArrayList<>(worstFirst);
        sorted.sort(comparator);
        return sorted;
    }

    private void scan(SegmentMatches matches) {
        if (ranks.isFirstOneEach()) {
            PackedBuffer buffer = matches.scratch().buffer();
            long[] first = matches.scratch().values;
            long least = start == null ? Long.MIN_VALUE : start.firstRankMin();
            matches.forEachBatch((documents, count) -> {
                ranks.firstRanks(documents, count, first, buffer);
                for (int i = 0; i < count; i++) {
                    if (first[i] >= least && first[i] <= cut && !isBehindTies(first[i])) {
                        offer(documents[i], first[i]);
                    }
                }
            });
        } else if (ranks.isFirstByColumn()) {
            matches.forEach(
                    0,
                    document -> {
                        if (ranks.mayBeFirst(document, cut)) {
                            offer(document);
                        }
                        return true;
                    });
        } else {
            matches.forEachNeeded(
                    () -> needed(matches),
                    document -> {
                        offer(document);
                        return true;
                    });
        }
    }

    /// What a document needs to have a better score than the last hit; null where that is open.
    private @Nullable WindowFilter needed(SegmentMatches matches) {
        if (!isByScore() || cut == Long.MAX_VALUE) {
            return null;
        }
        SegmentFilter needed = ranks.needed(floor());
        return needed == null ? null : matches.byWindow(needed);
    }

    /// The words by whose bounds the best are found, where scores are sums over words and nothing
    /// else orders; null elsewhere.
    private @Nullable List<MatchScorer.Word> words() {
        if (!isByScore() || !(ranks.scorer() instanceof MatchScorer scorer)) {
            return null;
        }
        List<MatchScorer.Word> words = scorer.words();
        return words == null || words.size() > BestMatches.WORDS_MAX ? null : words;
    }

    private List<RankedHit> best(
            SegmentMatches matches, MatchScorer scorer, List<MatchScorer.Word> words) {
        if (!scorer.isPossible(words)) {
            return List.of();
        }
        float floor = cut == Long.MAX_VALUE ? -1 : floor();
        BestScores best = new BestScores(limit, floor);
        return new BestMatches(scorer, words, matches, best, start, ranks).find();
    }

    /// True when a score alone orders: documents are met in the order of ties, so that one with the
    /// same score comes behind.
    private boolean isByScore() {
        return order.keys().size() == 1
                && order.keys().getFirst().kind() == SortOrder.Kind.SCORE
                && order.keys().getFirst().descending();
    }

    /// The score of the last hit.
    private float floor() {
        return Float.intBitsToFloat((int) ~cut);
    }

    /// True when as many documents as are wanted come before all others of this first rank:
    /// documents and segments are met in the order of ties.
    private boolean isBehindTies(long firstRank) {
        return firstRank == cut && cut != Long.MAX_VALUE && order.keys().size() == 1;
    }

    /// False when it is not worth it, or turned out so.
    private boolean walk(SegmentMatches matches) {
        TermsReader terms = ranks.firstTerms();
        if (terms == null) {
            return false;
        }
        if (matches.roughCount() == 0) {
            return true;
        }
        if (!isWalkCheaper(matches, terms)) {
            return false;
        }
        if (matches.isCounted()) {
            // It does not look at all of them: they are counted beside it, and so beforehand.
            if (matches.count() == 0) {
                return true;
            }
            if (!isWalkCheaper(matches, terms)) {
                return false;
            }
        }
        return new Walk(matches, terms, PATIENCE * scanCost(matches)).isDone();
    }

    private boolean isWalkCheaper(SegmentMatches matches, TermsReader terms) {
        long probes = (long) limit * ranks.documentCount() / matches.roughCount();
        if (cut != Long.MAX_VALUE) {
            probes = Math.min(probes, documentsBefore(terms));
        }
        return probes * probeCost(matches, terms) < scanCost(matches);
    }

    private static long scanCost(SegmentMatches matches) {
        return matches.roughCount() * SCAN_COST + matches.windowCount() * WINDOW_COST;
    }

    /// Where a walk begins among terms of many documents, those are asked for together.
    private long probeCost(SegmentMatches matches, TermsReader terms) {
        int first = start == null ? -1 : start.firstOrdinal(terms);
        if (first < 0 || first >= terms.termCount()) {
            return PROBE_COST;
        }
        long windowsCost = matches.windowCount() * WINDOW_COST;
        return Math.min(
                PROBE_COST, SCAN_COST + windowsCost / Math.max(1, terms.documentCount(first)));
    }

    /// How many documents have a first rank up to the cut, of those that a walk meets.
    private long documentsBefore(TermsReader terms) {
        SortOrder.Key key = order.keys().getFirst();
        if (key.kind() != SortOrder.Kind.NUMBER) {
            return ranks.documentCount();
        }
        boolean descending = key.descending();
        int from = descending ? terms.ceiling(~cut) : 0;
        int to = descending ? terms.termCount() : terms.ceiling(cut);
        if (start != null) {
            int first = start.firstOrdinal(terms);
            from = descending ? from : Math.max(0, first);
            to = descending ? Math.min(to, first + 1) : to;
        }
        return from < to ? terms.documentCount(from, to) : 0;
    }

    private boolean isFull() {
        return byRank != null ? byRank.isFull() : worstFirst.size() >= limit;
    }

    /// @param firstRank of the document
    private void offer(int document, long firstRank) {
        if (byRank == null) {
            offer(document);
            return;
        }
        if (start != null) {
            BestRanks.load(ranks.segmentOrdinal(), document, firstRank, next);
            if (!start.isBefore(next)) {
                return;
            }
        }
        if (byRank.add(document, firstRank)) {
            budget.hold(RankedHit.bytes(1));
        }
        if (byRank.isFull()) {
            cut = Math.min(cut, byRank.last());
        }
    }

    private void offer(int document) {
        ranks.load(document, next);
        if (start != null && !start.isBefore(next)) {
            return;
        }
        if (!isFull()) {
            worstFirst.add(next);
            budget.hold(RankedHit.bytes(ranks.keyCount()));
            next = new RankedHit(ranks.keyCount());
        } else if (comparator.compare(next, worstFirst.element()) < 0) {
            RankedHit dropped = worstFirst.remove();
            worstFirst.add(next);
            next = dropped;
        } else {
            return;
        }
        if (isFull() && hasFirstRank && !worstFirst.element().isMissing(0)) {
            cut = Math.min(cut, worstFirst.element().ranks[0]);
        }
    }

    /// From term to term of the first key, in its order.
    private final class Walk {
        private final SegmentMatches matches;
        private final TermsReader terms;
        private final SortOrder.Key key = order.keys().getFirst();

        /// Documents of one term are met in the order of ties.
        private final boolean isOnlyKey = order.keys().size() == 1;

        private final int[] few = new int[TermsReader.FEW];
        private long costLeft;

        Walk(SegmentMatches matches, TermsReader terms, long costMax) {
            this.matches = matches;
            this.terms = terms;
            this.costLeft = costMax;
        }

        boolean isDone() {
            if (key.missingFirst()) {
                offerMissing();
                if (byRank == null && isFull() && worstFirst.element().isMissing(0)) {
                    return true;
                }
            }
            int step = key.descending() ? -1 : 1;
            int from = key.descending() ? terms.termCount() - 1 : 0;
            if (start != null) {
                from = start.firstOrdinal(terms);
            }
            for (int ordinal = from; ordinal >= 0 && ordinal < terms.termCount(); ordinal += step) {
                long rank = ranks.firstRankOfTerm(ordinal);
                if (rank > cut || isBehindTies(rank)) {
                    return true;
                }
                if (costLeft < 0) {
                    return false;
                }
                offerTerm(ordinal, rank);
            }
            if (!key.missingFirst()) {
                offerMissing();
            }
            return true;
        }

        private void offerTerm(int ordinal, long rank) {
            int count = terms.few(ordinal, few);
            if (count >= 0) {
                offerEach(few, count, rank);
                return;
            }
            DocumentSet set = terms.set(ordinal);
            long windowsCost = matches.windowCount() * WINDOW_COST;
            if (set.cardinality() * PROBE_COST < windowsCost / 2) {
                offerEach(set.toArray(), (int) set.cardinality(), rank);
            } else {
                costLeft -= windowsCost;
                matches.forEachIn(set, document -> offerOf(document, rank));
            }
        }

        /// Those of some documents that match.
        private void offerEach(int[] documents, int count, long rank) {
            costLeft -= count * PROBE_COST;
            budget.spend(count);
            for (int i = 0; i < count; i++) {
                if (matches.contains(documents[i]) && !offerOf(documents[i], rank)) {
                    return;
                }
            }
        }

        /// A document of several terms counts by one of them.
        private boolean offerOf(int document, long rank) {
            costLeft -= RANK_COST;
            if (byRank != null || ranks.firstRank(document) == rank) {
                offer(document, rank);
            }
            return !(isOnlyKey && isFull());
        }

        private void offerMissing() {
            if (terms.presentSet().cardinality() < ranks.documentCount()) {
                matches.forEachOutside(
                        terms.presentSet(),
                        document -> {
                            offer(document);
                            return !(isOnlyKey && isFull());
                        });
            }
        }
    }
}
