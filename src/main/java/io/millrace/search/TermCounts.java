package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.FrequentTerms;
import io.millrace.segment.PackedBuffer;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;
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
    private static final long DOCUMENT_COST = 40_000;
    private static final long VALUE_COST = 3_000;
    private static final long TERM_COST = 80_000;
    private static final long WINDOW_COST = 40_000;
    private static final long WORDS_COST = 300_000;
    private static final long MEMBER_COST = 1_200;

    /// Of a step of the budget.
    private static final long STEP_COST = 12_000;

    private static final int STEPS_OF_FEW = (int) (TERM_COST / STEP_COST);

    /// A window of more documents than this is a bit for each that could be.
    private static final int LISTED_MAX = 4_096;

    /// What many terms have in common with the slice is guessed; that of one differs.
    private static final int GUESS_MARGIN = 2;

    /// Documents, and values, that are read together.
    private static final int DOCUMENTS_PER_READ = 512;

    private static final int VALUES_PER_READ = 4_096;

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
        spent += costOf(terms.documentCount(ordinal));
        if (spent > readingCost) {
            return all().get(ordinal);
        }
        int documents = intersect(ordinal, least);
        if (documents >= least) {
            intersected.put(ordinal, documents);
        }
        return documents;
    }

    private int intersect(int ordinal, int least) {
        int count = terms.few(ordinal, few);
        if (count >= 0) {
            budget.spend(STEPS_OF_FEW);
            return slice.documents().count(few, count);
        }
        budget.spend(Math.toIntExact(costOf(terms.documentCount(ordinal)) / STEP_COST));
        return slice.documents().count(terms, ordinal, least);
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
        IntConsumer take =
                ordinal -> {
                    int documents = count(ordinal, last.least());
                    if (documents >= minCount
                            && (lastFirst.size() < limit
                                    || documents >= lastFirst.element().documents())) {
                        lastFirst.add(new Count(ordinal, documents));
                        if (lastFirst.size() > limit) {
                            lastFirst.remove();
                        }
                    }
                };
        if (!isKnown(take, last, guessedBound(limit, minCount))) {
            lastFirst.clear();
            each(take, last);
        }
        return lastFirst.stream().sorted(Count.MOST_FIRST).toList();
    }

    /// The terms of at least so many documents.
    List<Count> atLeast(int least) {
        List<Count> found = new ArrayList<>();
        IntConsumer take =
                ordinal -> {
                    int documents = count(ordinal, least);
                    if (documents >= least) {
                        found.add(new Count(ordinal, documents));
                    }
                };
        if (!isKnown(take, () -> least, least)) {
            found.clear();
            each(take, () -> least);
        }
        return found;
    }

    /// Hands over every term that has documents and reaches the bound, in any order.
    private void each(IntConsumer take, Bound bound) {
        if (isWhole) {
            for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
                take.accept(ordinal);
            }
            return;
        }
        OrdinalCounts all = all();
        int place = -1;
        while ((place = all.nextPlace(place + 1, Math.max(1, bound.least()))) >= 0) {
            budget.spend(1);
            take.accept(all.ordinalAt(place));
        }
    }

    private interface Bound {
        int least();
    }

    /// What the last of the terms of most documents may have in common with the slice.
    private long guessedBound(int limit, int minCount) {
        int[] documents = terms.frequent().documents();
        return limit > documents.length
                ? minCount
                : Math.max(
                        minCount,
                        documents[limit - 1]
                                * documentCount
                                / slice.segmentDocuments()
                                / GUESS_MARGIN);
    }

    /// Hands over the frequent terms, down to where no other one can reach the bound; false when
    /// another way is better.
    ///
    /// @param guess of what the bound will be
    private boolean isKnown(IntConsumer take, Bound bound, long guess) {
        if (counted != null || (!isWhole && isReadingCheaper(guess))) {
            return false;
        }
        FrequentTerms frequent = terms.frequent();
        for (int i = 0; i < frequent.ordinals().length; i++) {
            if (Math.min(documentCount, frequent.documents()[i]) < bound.least()) {
                return true;
            }
            take.accept(frequent.ordinals()[i]);
            if (counted != null) {
                return false;
            }
        }
        return Math.min(documentCount, frequent.othersDocumentsMax()) < bound.least();
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
            cost += costOf(documents);
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
            known = expectedCostOfAll() <= readingCost ? byTerms() : byColumn();
            counted = known;
        }
        return known;
    }

    private OrdinalCounts byTerms() {
        OrdinalCounts counts = OrdinalCounts.of(terms.termCount(), terms.termCount());
        for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
            budget.spend(1);
            int documents = isWhole ? terms.documentCount(ordinal) : intersect(ordinal, 0);
            if (documents > 0) {
                counts.add(ordinal, documents);
            }
        }
        return counts;
    }

    private OrdinalCounts byColumn() {
        OrdinalCounts counts = OrdinalCounts.of(terms.termCount(), expectedValues);
        if (slice.isNumeric()) {
            LongCounts.of(slice)
                    .forEach((number, documents) -> counts.add(terms.find(number), documents));
            return counts;
        }
        ColumnReader column = slice.column();
        PackedBuffer buffer = slice.documents().scratch().buffer();
        int[] documents = new int[DOCUMENTS_PER_READ];
        long[] starts = new long[DOCUMENTS_PER_READ];
        long[] ends = new long[DOCUMENTS_PER_READ];
        long[] values = new long[VALUES_PER_READ];
        int size;
        for (int from = 0; ; from = documents[size - 1]) {
            size = slice.documents().next(from, documents);
            if (size == 0) {
                return counts;
            }
            budget.spend(size);
            if (column.isOneEach()) {
                column.values(documents, size, values, buffer);
                counts.add(values, size);
                documents[size - 1]++;
                continue;
            }
            column.starts(documents, size, starts, buffer);
            for (int i = 0; i < size; i++) {
                documents[i]++;
            }
            column.starts(documents, size, ends, buffer);
            count(column, starts, ends, size, values, counts);
        }
    }

    /// Counts the values of ranges of places.
    private void count(
            ColumnReader column,
            long[] starts,
            long[] ends,
            int ranges,
            long[] values,
            OrdinalCounts counts) {
        PackedBuffer buffer = slice.documents().scratch().buffer();
        int from = 0;
        while (from < ranges) {
            int to = from;
            long fitting = 0;
            while (to < ranges && fitting + ends[to] - starts[to] <= values.length) {
                fitting += ends[to] - starts[to];
                to++;
            }
            if (to > from) {
                counts.add(values, column.values(starts, ends, from, to, values, buffer));
                from = to;
                continue;
            }
            // One document with more values than are read together.
            column.values((int) starts[from], values.length, values, buffer);
            counts.add(values, values.length);
            starts[from] += values.length;
        }
    }
}
