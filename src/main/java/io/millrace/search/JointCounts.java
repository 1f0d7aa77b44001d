package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.segment.SharedTerms;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Counts the frequent values of one segment over several others: where they are there is known
/// beforehand ([TermsReader#shared]), so that no value is read or looked for. Confined to one
/// search.
final class JointCounts {

    /// A joint value by its rank, with its documents in all segments.
    private record Named(int rank, long documents) {
        private static final Comparator<Named> MOST_FIRST =
                Comparator.comparingLong(Named::documents).reversed().thenComparingInt(Named::rank);
    }

    private final int[] mostFirst;
    private final List<TermCounts> counts;
    private final List<SharedTerms> shared;

    /// By rank, documents of the segments that are counted as a whole.
    private final long[] known;

    /// By rank, what the other segments have at most.
    private final long[] open;

    private final List<Integer> openSegments = new ArrayList<>();

    /// Whatever was looked at ahead, so that the compiler does not leave that away.
    long touched;

    /// @param names the dictionary whose frequent values are counted
    /// @param counts of the segments, that of `names` is or is not among them
    JointCounts(TermsReader names, List<TermCounts> counts) {
        this.counts = counts;
        mostFirst = names.frequent().ranks();
        shared = new ArrayList<>(counts.size());
        for (TermCounts each : counts) {
            shared.add(names.shared(each.slice().terms()));
        }
        known = new long[mostFirst.length];
        open = new long[mostFirst.length];
    }

    /// Where the joint values are in a segment.
    SharedTerms shared(int segment) {
        return shared.get(segment);
    }

    /// The joint values of most documents, at most `limit`; of equal ones the least.
    ///
    /// @param minCount documents of each, 1 or more
    List<TermFacet.Counted> top(int limit, int minCount) {
        prepare(limit, minCount);
        SearchBudget budget = SearchBudget.current();
        PriorityQueue<Named> lastFirst = new PriorityQueue<>(Named.MOST_FIRST.reversed());
        long least = minCount;
        for (int i = 0; i < mostFirst.length; i++) {
            if (i % TermCounts.TOUCHED_AHEAD == 0) {
                touch(i, least);
            }
            int rank = mostFirst[i];
            budget.spend(1);
            long documents = count(rank, least);
            if (documents < least) {
                continue;
            }
            lastFirst.add(new Named(rank, documents));
            if (lastFirst.size() > limit) {
                lastFirst.remove();
            }
            if (lastFirst.size() == limit) {
                least = lastFirst.element().documents();
            }
        }
        List<TermFacet.Counted> top = new ArrayList<>(lastFirst.size());
        for (Named each : lastFirst) {
            top.add(new TermFacet.Counted(value(each.rank()), each.documents()));
        }
        return top;
    }

    /// Documents of values far apart come from memory: many at a time here, one by one afterwards.
    private void touch(int from, long least) {
        int end = Math.min(from + TermCounts.TOUCHED_AHEAD, mostFirst.length);
        for (int i = from; i < end; i++) {
            int rank = mostFirst[i];
            if (known[rank] + open[rank] >= least) {
                for (int segment : openSegments) {
                    touched += counts.get(segment).touch(shared.get(segment), rank);
                }
            }
        }
    }

    /// Counts segments as a whole where that is the cheaper way.
    private void prepare(int limit, int minCount) {
        long all = 0;
        for (TermCounts each : counts) {
            all += each.documentCount();
        }
        for (int i = 0; i < counts.size(); i++) {
            TermCounts own = counts.get(i);
            long part = Math.max(1, minCount * own.documentCount() / all);
            own.readWhereCheaper(limit, (int) part);
            if (own.isComplete()) {
                int[] taken = own.takeOut(shared.get(i));
                for (int rank = 0; rank < known.length; rank++) {
                    known[rank] += taken[rank];
                }
            } else {
                openSegments.add(i);
                int[] held = shared.get(i).documents();
                int most = Math.toIntExact(own.documentCount());
                for (int rank = 0; rank < open.length; rank++) {
                    open[rank] += Math.min(most, held[rank]);
                }
            }
        }
    }

    /// How many documents hold a value, or anything less than `least` where it is less.
    private long count(int rank, long least) {
        long most = known[rank] + open[rank];
        for (int i : openSegments) {
            if (most < least) {
                return most;
            }
            TermCounts own = counts.get(i);
            long ownMost = Math.min(own.documentCount(), shared.get(i).documents()[rank]);
            long ownLeast = Math.max(0, least - (most - ownMost));
            most += own.count(shared.get(i), rank, (int) ownLeast) - ownMost;
        }
        return most;
    }

    private TermValue value(int rank) {
        for (int i = 0; i < counts.size(); i++) {
            int ordinal = shared.get(i).ordinals()[rank];
            if (ordinal >= 0) {
                return counts.get(i).slice().value(ordinal);
            }
        }
        throw new MillraceException.Bug("a value with documents is in none of their segments");
    }
}
