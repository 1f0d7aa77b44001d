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
/// match, which ends as soon as there are enough. The more documents match, the sooner. Where it is
/// known, or guessed, up to which rank a hit may come, the documents before it are set apart first,
/// and the rest of those that match are not looked at.
///
/// Heap: the hits. Confined to one search.
final class SegmentTop {

    /// A walk that turns out to cost so many times what the other way does is given up.
    private static final long PATIENCE = 2;

    private final SortOrder order;
    private final int limit;
    private final @Nullable PageStart start;
    private final SegmentRanks ranks;
    private final Comparator<RankedHit> comparator;
    private final PriorityQueue<RankedHit> worstFirst;

    /// Instead of those, where one rank alone orders: of all segments; null elsewhere.
    private final @Nullable BestRanks byRank;

    private final long cutBefore;
    private final boolean hasFirstRank;
    private final SearchBudget budget = SearchBudget.current();
    private RankedHit next;

    /// A document whose first rank is above it cannot be among the hits.
    private long cut;

    /// Documents of a first rank below it were offered: a walk that was given up got there.
    private long walkedTo = Long.MIN_VALUE;

    /// @param start null for the first page
    /// @param byRank null where several hits of a segment are compared by more than a rank
    /// @param cut the first rank of the last hit so far, or a guess of it; [Long#MAX_VALUE] when
    ///   there is room
    SegmentTop(
            SortOrder order,
            int limit,
            @Nullable PageStart start,
            SegmentRanks ranks,
            @Nullable BestRanks byRank,
            long cut) {
        this.order = order;
        this.limit = limit;
        this.start = start;
        this.ranks = ranks;
        this.cutBefore = cut;
        this.hasFirstRank =
                !order.keys().isEmpty()
                        && order.keys().getFirst().kind() != SortOrder.Kind.DOCUMENT_KEY;
        this.cut = cut;
        this.byRank = byRank;
        comparator = order.insideSegment();
        worstFirst = new PriorityQueue<>(comparator.reversed());
        next = new RankedHit(ranks.keyCount());
    }

    /// The first hits of the segment, if they were not added to those of all.
    ///
    /// @param from the first document that can be a hit
    List<RankedHit> find(SegmentMatches matches, int from) {
        budget.check();
        List<MatchScorer.Word> words = words();
        if (words != null) {
            addBest(matches, (MatchScorer) Objects.requireNonNull(ranks.scorer()), words);
            return List.of();
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
                if (byRank == null) {
                    worstFirst.clear();
                    budget.letGo(held);
                    cut = cutBefore;
                    walkedTo = Long.MIN_VALUE;
                }
                scan(matches);
            }
        }
        List<RankedHit> sorted = new ArrayList<>(worstFirst);
        sorted.sort(comparator);
        return sorted;
    }

    private void scan(SegmentMatches matches) {
        if (ranks.isFirstOneEach()) {
            PackedBuffer buffer = matches.scratch().buffer;
            long[] first = matches.scratch().values;
            long least = start == null ? walkedTo : Math.max(walkedTo, start.firstRankMin());
            SpanTerms upToCut = upToCut(matches);
            if (upToCut != null) {
                matches.forEachAmong(
                        upToCut,
                        document -> {
                            offerIfFirst(document, ranks.firstRank(document), least);
                            return true;
                        });
                return;
            }
            matches.forEachBatch((documents, count) -> {
                ranks.firstRanks(documents, count, first, buffer);
                for (int i = 0; i < count; i++) {
                    offerIfFirst(documents[i], first[i], least);
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

    private void offerIfFirst(int document, long firstRank, long least) {
        if (firstRank >= least && firstRank <= cut && !isBehindTies(firstRank)) {
            offer(document, firstRank);
        }
    }

    /// The documents up to the cut, where that saves looking at others; null elsewhere.
    private @Nullable SpanTerms upToCut(SegmentMatches matches) {
        if (cut == Long.MAX_VALUE || ranks.firstTerms() == null) {
            return null;
        }
        int begin = ranks.firstOrdinal(start);
        return OrderCosts.isSettingApartCheaper(
                        matches.roughCount(), ranks.documentsUpTo(cut, begin))
                ? ranks.upTo(cut, begin, matches.scratch())
                : null;
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
        if (byRank == null || !isByScore() || !(ranks.scorer() instanceof MatchScorer scorer)) {
            return null;
        }
        List<MatchScorer.Word> words = scorer.words();
        return words == null || words.size() > BestMatches.WORDS_MAX ? null : words;
    }

    private void addBest(SegmentMatches matches, MatchScorer scorer, List<MatchScorer.Word> words) {
        if (scorer.isPossible(words)) {
            BestScores best = new BestScores(Objects.requireNonNull(byRank));
            new BestMatches(scorer, words, matches, best, start, ranks).find();
        }
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
        return BestScores.scoreOf(cut);
    }

    /// True when as many documents as are wanted come before all others of this first rank:
    /// documents and segments are met in the order of ties. Of a guess it is taken to be so, see
    /// [TopHits#isSettled].
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
        return Math.min(probes, documentsUpToCut()) * probeCost(matches, terms) < scanCost(matches);
    }

    /// Of those that a walk meets, how many come up to the cut.
    private long documentsUpToCut() {
        return cut == Long.MAX_VALUE
                ? ranks.documentCount()
                : ranks.documentsUpTo(cut, ranks.firstOrdinal(start));
    }

    private long scanCost(SegmentMatches matches) {
        long before = ranks.isFirstOneEach() ? documentsUpToCut() : ranks.documentCount();
        return OrderCosts.scan(matches.roughCount(), before, matches.windowCount());
    }

    /// Where a walk begins among terms of many documents, those are asked for together.
    private long probeCost(SegmentMatches matches, TermsReader terms) {
        int first = start == null ? -1 : ranks.firstOrdinal(start);
        if (first < 0 || first >= terms.termCount()) {
            return OrderCosts.PROBE;
        }
        long windowsCost = matches.windowCount() * OrderCosts.WINDOW;
        return Math.min(
                OrderCosts.PROBE,
                OrderCosts.SCAN + windowsCost / Math.max(1, terms.documentCount(first)));
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
        add(byRank, document, firstRank);
    }

    private void add(BestRanks all, int document, long rank) {
        all.add(ranks.segmentOrdinal(), document, rank);
        if (all.isFull()) {
            cut = all.last();
        }
    }

    private void offer(int document) {
        ranks.load(document, next);
        if (start != null && !start.isBefore(next)) {
            return;
        }
        if (byRank != null) {
            add(byRank, document, next.ranks[0]);
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
            int from = ranks.firstOrdinal(start);
            for (int ordinal = from; ordinal >= 0 && ordinal < terms.termCount(); ordinal += step) {
                long rank = ranks.firstRankOfTerm(ordinal);
                if (rank > cut || isBehindTies(rank)) {
                    return true;
                }
                if (costLeft < 0) {
                    walkedTo = rank;
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
            long windowsCost = matches.windowCount() * OrderCosts.WINDOW;
            if (set.cardinality() * OrderCosts.PROBE < windowsCost / 2) {
                offerEach(set.toArray(), (int) set.cardinality(), rank);
            } else {
                costLeft -= windowsCost;
                matches.forEachIn(set, document -> offerOf(document, rank));
            }
        }

        /// Those of some documents that match.
        private void offerEach(int[] documents, int count, long rank) {
            costLeft -= count * OrderCosts.PROBE;
            budget.spend(count);
            for (int i = 0; i < count; i++) {
                if (matches.contains(documents[i]) && !offerOf(documents[i], rank)) {
                    return;
                }
            }
        }

        /// A document of several terms counts by one of them.
        private boolean offerOf(int document, long rank) {
            costLeft -= OrderCosts.RANK;
            if (byRank != null || ranks.firstRank(document) == rank) {
                offer(document, rank);
            }
            return !isBehindTies(rank);
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
