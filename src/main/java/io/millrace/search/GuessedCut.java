package io.millrace.search;

import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermsReader;
import java.util.Objects;

/// A first rank below which somewhat more documents match than are wanted, guessed before the
/// segments are searched one after the other. Without it the first segment looks for as many hits
/// as are wanted, the second for half as many, and so on: most of what they find is dropped again.
///
/// The guess is a quantile of the largest segment, held against the terms of the others; how much
/// of a segment matches is counted there, too. Documents that match may lie elsewhere: when there
/// are not enough below it, the search is made again without a guess.
final class GuessedCut {
    /// Not guessed.
    static final long NONE = Long.MAX_VALUE;

    /// What a guess takes, about, in the unit of [OrderCosts].
    private static final long COST = 15_000;

    /// By how many standard deviations more are expected than are wanted; and how many have to be,
    /// at least, when that is held against all segments.
    private static final double MARGIN = 3;

    private static final double MARGIN_MIN = 2;

    private final SegmentRanks[] ranks;
    private final long documents;
    private final long windows;
    private final int limit;

    /// @param ranks of all segments
    /// @param limit of hits
    GuessedCut(SegmentRanks[] ranks, int limit) {
        this.ranks = ranks;
        long allDocuments = 0;
        long allWindows = 0;
        for (SegmentRanks each : ranks) {
            allDocuments += each.documentCount();
            allWindows += Math.ceilDiv(each.documentCount(), DocumentWindow.DOCUMENTS);
        }
        documents = allDocuments;
        windows = allWindows;
        this.limit = limit;
    }

    /// A first rank, or [#NONE].
    ///
    /// @param matches of the segment with most documents, whose terms are in the order of ranks
    long of(SegmentMatches matches, int largest) {
        SegmentRanks sample = ranks[largest];
        if (!isWorthIt((double) matches.roughCount() / sample.documentCount())) {
            return NONE;
        }
        long count = matches.count();
        double share = (double) count / sample.documentCount();
        if (count == 0 || !isWorthIt(share)) {
            return NONE;
        }
        double part = (double) sample.documentCount() / documents;
        long cut = quantile(sample, expected(MARGIN) / share * part);
        return cut == NONE || documentsBefore(cut) * share < expected(MARGIN_MIN) ? NONE : cut;
    }

    /// @param share of the documents that match
    private boolean isWorthIt(double share) {
        long matching = (long) (share * documents);
        long before = (long) (expected(MARGIN) / share);
        long guessed =
                Math.min(OrderCosts.walk(before), OrderCosts.scan(matching, before, windows));
        long scan = OrderCosts.scan(matching, documents, windows);
        long walk = OrderCosts.walk((long) (limit / share * (1 + Math.log(ranks.length))));
        return guessed + COST < Math.min(scan, walk);
    }

    private double expected(double margin) {
        return limit + margin * Math.sqrt(limit);
    }

    /// The least first rank below which at least so many documents of a segment are.
    private long quantile(SegmentRanks segment, double least) {
        TermsReader terms = Objects.requireNonNull(segment.firstTerms());
        int begin = segment.firstOrdinal(null);
        boolean descending = segment.isFirstDescending();
        int count = descending ? begin + 1 : terms.termCount() - begin;
        int low = 0;
        int high = 1;
        while (documentsOf(terms, begin, high, descending) < least) {
            if (high == count) {
                return NONE;
            }
            low = high;
            high = Math.min(2 * high, count);
        }
        while (low + 1 < high) {
            int middle = (low + high) >>> 1;
            if (documentsOf(terms, begin, middle, descending) < least) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return segment.firstRankOfTerm(descending ? begin - high + 1 : begin + high - 1) + 1;
    }

    /// How many documents the next `count` terms have together.
    private static long documentsOf(TermsReader terms, int begin, int count, boolean descending) {
        return descending
                ? terms.documentCount(begin + 1 - count, begin + 1)
                : terms.documentCount(begin, begin + count);
    }

    private long documentsBefore(long cut) {
        long before = 0;
        for (SegmentRanks each : ranks) {
            if (each.firstTerms() != null) {
                before += each.documentsUpTo(cut - 1, each.firstOrdinal(null));
            }
        }
        return before;
    }
}
