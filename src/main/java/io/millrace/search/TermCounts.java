package io.millrace.search;

import io.millrace.segment.DocumentWindow;
import io.millrace.segment.FrequentTerms;
import io.millrace.segment.SharedTerms;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// How many documents of one slice hold each term. Found in one of three ways, by estimated time:
///
/// - the documents of every term are intersected with those of the slice: few terms
/// - those of the terms that most documents hold are, down to where no other term can count: many
///   terms, a large slice, and only the most frequent are wanted
/// - the column of every document of the slice is read: else
///
/// Not for columns that are [Widening] to doubles. Confined to one search.
final class TermCounts {
    // Picoseconds, about; only their proportions matter.
    private static final long DOCUMENT_COST = 60_000;
    private static final long VALUE_COST = 3_000;
    private static final long TERM_COST = 80_000;
    private static final long WINDOW_COST = 40_000;
    private static final long WORDS_COST = 300_000;
    private static final long MEMBER_COST = 600;

    /// Of a step of the budget.
    private static final long STEP_COST = 12_000;

    private static final int STEPS_OF_FEW = (int) (TERM_COST / STEP_COST);

    /// Terms whose documents are on their way from memory at a time.
    static final int TOUCHED_AHEAD = 16;

    /// A window of more documents than this is a bit for each that could be.
    private static final int LISTED_MAX = 4_096;

    private final SearchBudget budget = SearchBudget.current();
    private final FieldSlice slice;
    private final TermsReader terms;
    private final long documentCount;
    private final boolean isWhole;
    private final long readingCost;
    private final long expectedValues;

    /// All of them, once they are counted.
    private @Nullable OrdinalCounts counted;

    /// By ordinal, what was counted of single terms before that.
    private final Map<Integer, Integer> intersected = new HashMap<>();

    private final int[] few = new int[TermsReader.FEW];

    /// What intersections have cost so far.
    private long spent;

    /// Whatever was looked at ahead, so that the compiler does not leave that away.
    long touched;

    /// How many documents hold each of these, where they are taken out.
    private @Nullable SharedTerms sharedTerms;

    private int @Nullable [] takenOut;

    TermCounts(FieldSlice slice) {
        this.slice = slice;
        terms = slice.terms();
        documentCount = slice.documents().cardinality();
        isWhole = documentCount == slice.segmentDocuments();
        long allValues = slice.column().start(slice.segmentDocuments());
        expectedValues = 1 + documentCount * allValues / slice.segmentDocuments();
        readingCost = documentCount * DOCUMENT_COST + expectedValues * VALUE_COST;
    }

    /// A term with its documents in the slice.
    record Count(int ordinal, int documents) {
        private static final Comparator<Count> MOST_FIRST =
                Comparator.comparingInt(Count::documents)
                        .reversed()
                        .thenComparingInt(Count::ordinal);
    }

    FieldSlice slice() {
        return slice;
    }

    /// In the slice.
    long documentCount() {
        return documentCount;
    }

    /// True when all terms are counted.
    boolean isComplete() {
        return counted != null;
    }

    int count(int ordinal) {
        return count(ordinal, 0);
    }

    /// As above, or anything less where it is less than `least`.
    private int count(int ordinal, int least) {
        if (counted != null) {
            return counted.get(ordinal);
        }
        if (isWhole) {
            budget.spend(1);
            return terms.documentCount(ordinal);
        }
        Integer known = intersected.get(ordinal);
        if (known != null) {
            return known;
        }
        int held = terms.documentCount(ordinal);
        int set = held > TermsReader.FEW ? terms.setsBefore(ordinal) : -1;
        int documents = intersected(ordinal, set, held, least);
        if (counted == null && documents >= least) {
            intersected.put(ordinal, documents);
        }
        return documents;
    }

    /// How many documents of the slice hold a term, or anything less where it is less than `least`.
    ///
    /// @param set of the term's documents; -1 where it has none
    /// @param held documents of the segment that hold it
    private int intersected(int ordinal, int set, int held, int least) {
        spent += costOf(held, least);
        return spent > readingCost ? all().get(ordinal) : intersect(ordinal, set, held, least);
    }

    private int intersect(int ordinal, int set, int held, int least) {
        if (set < 0) {
            budget.spend(STEPS_OF_FEW);
            return slice.documents().count(few, terms.few(ordinal, few));
        }
        budget.spend(Math.toIntExact(costOf(held) / STEP_COST));
        return slice.documents().count(terms, ordinal, set, least);
    }

    /// As far as it takes to know that a term is in fewer documents than `least`.
    private long costOf(long held, long least) {
        return least <= 0
                ? costOf(held)
                : TERM_COST + (costOf(held) - TERM_COST) * Math.max(0, held - least) / held;
    }

    private long costOf(long held) {
        long windows = Math.ceilDiv(slice.segmentDocuments(), DocumentWindow.DOCUMENTS);
        return held > windows * LISTED_MAX
                ? TERM_COST + windows * WORDS_COST
                : TERM_COST + windows * WINDOW_COST + held * MEMBER_COST;
    }

    /// The terms of most documents, at most `limit`, most first; of equal ones the first.
    List<Count> top(int limit, int minCount) {
        PriorityQueue<Count> lastFirst = new PriorityQueue<>(Count.MOST_FIRST.reversed());
        Bound last = () -> lastFirst.size() < limit ? minCount : lastFirst.element().documents();
        Visitor take =
                (ordinal, documents) -> {
                    if (documents >= minCount
                            && (lastFirst.size() < limit
                                    || documents >= lastFirst.element().documents())) {
                        lastFirst.add(new Count(ordinal, documents));
                        if (lastFirst.size() > limit) {
                            lastFirst.remove();
                        }
                    }
                };
        readWhereCheaper(limit, minCount);
        if (!isKnown(take, last)) {
            lastFirst.clear();
            each(take, last);
        }
        return lastFirst.stream().sorted(Count.MOST_FIRST).toList();
    }

    /// Counts all terms where that takes less time than to count those of most documents one by
    /// one.
    void readWhereCheaper(int limit, int minCount) {
        if (counted == null && !isWhole && isReadingCheaper(guessedBound(limit, minCount))) {
            all();
        }
    }

    /// How many documents of the slice hold a shared term, or anything less where it is less than
    /// `least`.
    int count(SharedTerms shared, int rank, int least) {
        int held = shared.documents()[rank];
        if (held == 0 || isWhole) {
            return held;
        }
        int ordinal = shared.ordinals()[rank];
        return counted != null
                ? counted.get(ordinal)
                : intersected(ordinal, shared.sets()[rank], held, least);
    }

    /// Looks at the documents of a shared term ahead of [#count], see [TermsReader#touch].
    int touch(SharedTerms shared, int rank) {
        int set = shared.sets()[rank];
        return set < 0 || counted != null || isWhole ? 0 : terms.touch(set);
    }

    /// Takes the shared terms out of what is counted, until [#putBack]; returns how many documents
    /// hold each. All terms are counted.
    int[] takeOut(SharedTerms shared) {
        if (takenOut == null) {
            sharedTerms = shared;
            takenOut = all().takeOut(shared);
        }
        return takenOut;
    }

    void putBack() {
        if (sharedTerms != null && takenOut != null) {
            all().putBack(sharedTerms.ordinals(), takenOut);
            takenOut = null;
        }
    }

    /// No term that is not shared is in more documents of the slice.
    ///
    /// @param closely where all terms are counted, look at them
    long unsharedMax(SharedTerms shared, boolean closely) {
        long most = Math.min(documentCount, shared.othersDocumentsMax());
        if (counted == null || !closely || most == 0) {
            return most;
        }
        takeOut(shared);
        return counted.max();
    }

    /// The terms of at least so many documents that are not shared; those found so far once they
    /// are more than `max`.
    ///
    /// @param least 1 or more
    List<Count> unshared(SharedTerms shared, int least, int max) {
        List<Count> found = new ArrayList<>();
        if (counted == null && !isKnownUnshared(shared, least, found)) {
            found.clear();
            all();
        }
        OrdinalCounts all = counted;
        if (all != null) {
            takeOut(shared);
            int place = -1;
            while (found.size() <= max && (place = all.nextPlace(place + 1, least)) >= 0) {
                budget.spend(1);
                found.add(new Count(all.ordinalAt(place), all.countAt(place)));
            }
        }
        return found;
    }

    /// False when the others have to be counted.
    private boolean isKnownUnshared(SharedTerms shared, int least, List<Count> found) {
        FrequentTerms frequent = terms.frequent();
        for (int i : shared.unshared()) {
            int held = frequent.documents()[i];
            if (Math.min(documentCount, held) < least) {
                return true;
            }
            int ordinal = frequent.ordinals()[i];
            int documents = isWhole ? held : intersected(ordinal, frequent.sets()[i], held, least);
            if (counted != null) {
                return false;
            }
            if (documents >= least) {
                found.add(new Count(ordinal, documents));
            }
        }
        return Math.min(documentCount, frequent.othersDocumentsMax()) < least;
    }

    /// Hands over every term that has documents and reaches the bound, in any order.
    private void each(Visitor take, Bound bound) {
        if (isWhole) {
            for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
                take.visit(ordinal, count(ordinal));
            }
            return;
        }
        OrdinalCounts all = all();
        int place = -1;
        while ((place = all.nextPlace(place + 1, Math.max(1, bound.least()))) >= 0) {
            budget.spend(1);
            take.visit(all.ordinalAt(place), all.countAt(place));
        }
    }

    private interface Bound {
        int least();
    }

    private interface Visitor {
        void visit(int ordinal, int documents);
    }

    /// What the last of the terms of most documents may have in common with the slice.
    private long guessedBound(int limit, int minCount) {
        int[] documents = terms.frequent().documents();
        return limit > documents.length
                ? minCount
                : Math.max(
                        minCount, documents[limit - 1] * documentCount / slice.segmentDocuments());
    }

    /// Hands over the frequent terms, down to where no other one can reach the bound; false when
    /// others can, or all are counted.
    private boolean isKnown(Visitor take, Bound bound) {
        FrequentTerms frequent = terms.frequent();
        for (int i = 0; i < frequent.ordinals().length && counted == null; i++) {
            int held = frequent.documents()[i];
            int least = bound.least();
            if (Math.min(documentCount, held) < least) {
                return true;
            }
            if (i % TOUCHED_AHEAD == 0 && !isWhole) {
                touch(frequent, i, least);
            }
            int ordinal = frequent.ordinals()[i];
            int documents = isWhole ? held : intersected(ordinal, frequent.sets()[i], held, least);
            if (counted == null) {
                take.visit(ordinal, documents);
            }
        }
        return counted == null
                && Math.min(documentCount, frequent.othersDocumentsMax()) < bound.least();
    }

    /// Looks at the documents of terms ahead, see [TermsReader#touch].
    private void touch(FrequentTerms frequent, int from, int least) {
        int end = Math.min(from + TOUCHED_AHEAD, frequent.sets().length);
        for (int i = from; i < end && frequent.documents()[i] >= least; i++) {
            touched += terms.touch(frequent.sets()[i]);
        }
    }

    /// True when all terms are counted sooner than those that can reach a bound.
    private boolean isReadingCheaper(long bound) {
        long costMax = Math.min(readingCost, expectedCostOfAll());
        FrequentTerms frequent = terms.frequent();
        long cost = 0;
        for (int documents : frequent.documents()) {
            if (Math.min(documentCount, documents) < bound) {
                return false;
            }
            cost += costOf(documents, bound);
            if (cost >= costMax) {
                return true;
            }
        }
        return Math.min(documentCount, frequent.othersDocumentsMax()) >= bound;
    }

    /// The first ordinal from one on that has documents; [TermsReader#termCount] when none has.
    int next(int ordinal) {
        int at = ordinal;
        while (counted == null && at < terms.termCount()) {
            budget.spend(1);
            if (count(at) > 0) {
                return at;
            }
            at++;
        }
        if (counted == null) {
            return at;
        }
        int[] rising = counted.rising();
        int found = Arrays.binarySearch(rising, at);
        int index = found >= 0 ? found : -1 - found;
        return index == rising.length ? terms.termCount() : rising[index];
    }

    /// How many terms have documents.
    int distinct() {
        return isWhole ? terms.termCount() : all().distinct();
    }

    private long expectedCostOfAll() {
        if (isWhole) {
            return terms.termCount() * VALUE_COST;
        }
        long held = 1L + slice.column().start(slice.segmentDocuments()) / terms.termCount();
        return terms.termCount() * costOf(held);
    }

    /// Counts all terms.
    OrdinalCounts all() {
        OrdinalCounts known = counted;
        if (known == null) {
            known =
                    expectedCostOfAll() <= readingCost
                            ? byTerms()
                            : ColumnCounts.of(slice, expectedValues);
            counted = known;
        }
        return known;
    }

    private OrdinalCounts byTerms() {
        OrdinalCounts counts = OrdinalCounts.of(terms.termCount(), terms.termCount());
        for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
            budget.spend(1);
            int held = terms.documentCount(ordinal);
            int documents = held;
            if (!isWhole) {
                int set = held > TermsReader.FEW ? terms.setsBefore(ordinal) : -1;
                documents = intersect(ordinal, set, held, 0);
            }
            if (documents > 0) {
                counts.add(ordinal, documents);
            }
        }
        return counts;
    }
}
