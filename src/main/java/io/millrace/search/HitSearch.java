package io.millrace.search;

import io.millrace.index.SegmentView;
import io.millrace.segment.SegmentReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the first hits of a request and the number of all, one segment after the other. Confined
/// to one search.
final class HitSearch {
    private final SearchRequest request;
    private final Query condition;
    private final Optional<Query> scoring;
    private final MatchStatistics statistics;
    private final SortOrder order;

    /// In the order of ties.
    private final List<SegmentView> segments;

    private final Facets facets;
    private final Windows windows;

    /// By segment, without scores.
    private final SegmentRanks[] ranks;

    private final TopHits top;
    private final int limit;
    private final @Nullable PageStart start;
    private final SearchBudget budget = SearchBudget.current();
    private long total;

    /// @param limit of hits
    HitSearch(
            SearchRequest request,
            int limit,
            SortOrder order,
            MatchStatistics statistics,
            List<SegmentView> segments,
            Facets facets,
            Windows windows) {
        this.request = request;
        this.condition = request.condition();
        this.scoring = request.query().filter(Query::scores);
        this.statistics = statistics;
        this.order = order;
        this.segments = segments;
        this.facets = facets;
        this.windows = windows;
        this.limit = limit;
        start = request.after().map(last -> PageStart.of(order, last, segments)).orElse(null);
        ranks = new SegmentRanks[segments.size()];
        Arrays.setAll(ranks, i -> new SegmentRanks(order, segments.get(i).reader(), i, null));
        top = new TopHits(order, limit, start, isByRank());
    }

    /// In order; asked once.
    List<RankedHit> hits() {
        return top.hits();
    }

    /// How many documents match; known when the request says that they are counted.
    long total() {
        return total;
    }

    void run() {
        int largest = largest();
        SegmentMatches ofLargest =
                isGuessable(largest) ? matches(largest, request.isCounted()) : null;
        if (ofLargest != null) {
            top.guess(new GuessedCut(ranks, limit).of(ofLargest, largest));
        }
        for (int i = 0; i < segments.size(); i++) {
            long heldBefore = budget.heldBytes();
            SegmentMatches matches =
                    i == largest && ofLargest != null ? ofLargest : matches(i, request.isCounted());
            ofLargest = i == largest ? null : ofLargest;
            if (request.facets().isEmpty()) {
                budget.letGo(heldBefore);
            } else {
                // Everything that was made to find them is kept with them to the end.
                budget.enter(Profile.Stage.FACETS);
                facets.add(segments.get(i), matches);
            }
            collect(i, matches);
            if (request.isCounted()) {
                budget.enter(Profile.Stage.FILTER);
                long heldByHits = budget.heldBytes();
                total += matches.count();
                budget.letGo(heldByHits);
            }
        }
        if (!top.isSettled()) {
            collectAgain();
        }
    }

    /// All is counted by now.
    private void collectAgain() {
        top.restart();
        for (int i = 0; i < segments.size(); i++) {
            long heldBefore = budget.heldBytes();
            SegmentMatches matches = matches(i, false);
            budget.letGo(heldBefore);
            collect(i, matches);
        }
    }

    private SegmentMatches matches(int i, boolean isCounted) {
        budget.enter(Profile.Stage.FILTER);
        SegmentView segment = segments.get(i);
        SegmentFilter plan = new FilterPlanner(segment.reader(), statistics).plan(condition);
        return new SegmentMatches(condition, isCounted, segment, plan, windows);
    }

    private void collect(int i, SegmentMatches matches) {
        budget.enter(Profile.Stage.ORDER);
        if (top.isComplete()) {
            return;
        }
        if (scoring.isEmpty() || !order.usesScore()) {
            top.collect(matches, ranks[i]);
            return;
        }
        SegmentReader segment = segments.get(i).reader();
        DocumentScorer scorer =
                DocumentScorer.of(scoring.get(), segment, statistics, matches::bitmap);
        top.collect(matches, new SegmentRanks(order, segment, i, scorer));
    }

    private int largest() {
        int largest = 0;
        for (int i = 1; i < segments.size(); i++) {
            if (segments.get(i).documentCount() > segments.get(largest).documentCount()) {
                largest = i;
            }
        }
        return largest;
    }

    /// Not for later pages, where counting part of what matches would cost more than it saves; nor
    /// where documents without a value come first, which no rank tells of. Whoever observes a
    /// search wants to see each segment looked at once.
    private boolean isGuessable(int largest) {
        return limit > 0
                && start == null
                && !segments.isEmpty()
                && budget.profile() == null
                && !order.keys().isEmpty()
                && order.keys().getFirst().kind() == SortOrder.Kind.NUMBER
                && !order.keys().getFirst().missingFirst()
                && ranks[largest].firstTerms() != null;
    }

    private boolean isByRank() {
        if (order.keys().size() != 1) {
            return false;
        }
        return switch (order.keys().getFirst().kind()) {
            case SCORE -> true;
            case NUMBER -> Arrays.stream(ranks).allMatch(SegmentRanks::isFirstOneEach);
            case TERM, DOCUMENT_KEY -> false;
        };
    }
}
