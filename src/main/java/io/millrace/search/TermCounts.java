package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.FrequentTerms;
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
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// How many documents of one slice hold each term. Found in one of three ways, by estimated time:
///
/// - the documents of every term are intersected with those of the slice: few terms
/// - those of the terms that most documents hold are, down to where no other term can count: many
///   terms, a large slice, and only the most frequent are wanted
/// - the column of every document of the slice is read: else
///
/// Not for columns that are [Widening] to doubles. Confined to one search.
final class TermCounts {
    // Nanoseconds, about; only their proportions matter.
    private static final long DOCUMENT_COST = 8;
    private static final long VALUE_COST = 5;
    private static final long TERM_COST = 60;
    private static final long CONTAINER_COST = 30;
    private static final long BITMAP_COST = 1_000;
    private static final long MEMBER_COST = 2;
    private static final int CONTAINER_DOCUMENTS = 1 << 16;

    /// Containers of more documents than this are bitmaps, others are sorted arrays.
    private static final int ARRAY_DOCUMENTS_MAX = 4_096;

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

    /// What intersections have cost so far.
    private long spent;

    TermCounts(FieldSlice slice) {
        this.slice = slice;
        terms = slice.terms();
        documentCount = slice.documents().getLongCardinality();
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

    /// True when all terms are counted.
    boolean isComplete() {
        return counted != null;
    }

    int count(int ordinal) {
        if (counted != null) {
            return counted.get(ordinal);
        }
        if (isWhole) {
            return terms.documentCount(ordinal);
        }
        Integer known = intersected.get(ordinal);
        if (known != null) {
            return known;
        }
        spent += costOf(terms.documentCount(ordinal));
        if (spent > readingCost / 2) {
            return all().get(ordinal);
        }
        int documents = intersect(ordinal);
        intersected.put(ordinal, documents);
        return documents;
    }

    private int intersect(int ordinal) {
        return ImmutableRoaringBitmap.andCardinality(terms.documents(ordinal), slice.documents());
    }

    private long costOf(int held) {
        long containers = 1L + slice.segmentDocuments() / CONTAINER_DOCUMENTS;
        long fewer = Math.min(held, documentCount);
        boolean areBitmaps = fewer > containers * ARRAY_DOCUMENTS_MAX;
        return TERM_COST
                + containers * CONTAINER_COST
                + (areBitmaps ? containers * BITMAP_COST : MEMBER_COST * fewer);
    }

    /// The terms of most documents, at most `limit`, most first; of equal ones the first.
    List<Count> top(int limit, int minCount) {
        PriorityQueue<Count> lastFirst = new PriorityQueue<>(Count.MOST_FIRST.reversed());
        IntConsumer take =
                ordinal -> {
                    int documents = count(ordinal);
                    if (documents >= minCount
                            && (lastFirst.size() < limit
                                    || documents >= lastFirst.element().documents())) {
                        lastFirst.add(new Count(ordinal, documents));
                        if (lastFirst.size() > limit) {
                            lastFirst.remove();
                        }
                    }
                };
        Bound last = () -> lastFirst.size() < limit ? minCount : lastFirst.element().documents();
        if (!isKnown(take, last)) {
            lastFirst.clear();
            each(take);
        }
        return lastFirst.stream().sorted(Count.MOST_FIRST).toList();
    }

    /// The terms of at least so many documents.
    List<Count> atLeast(int least) {
        List<Count> found = new ArrayList<>();
        IntConsumer take =
                ordinal -> {
                    int documents = count(ordinal);
                    if (documents >= least) {
                        found.add(new Count(ordinal, documents));
                    }
                };
        if (!isKnown(take, () -> least)) {
            found.clear();
            each(take);
        }
        return found;
    }

    /// Hands over every term that has documents, rising.
    private void each(IntConsumer take) {
        if (isWhole) {
            for (int ordinal = 0; ordinal < terms.termCount(); ordinal++) {
                budget.spend(1);
                take.accept(ordinal);
            }
        } else {
            for (int ordinal : all().rising()) {
                budget.spend(1);
                take.accept(ordinal);
            }
        }
    }

    private interface Bound {
        int least();
    }

    /// Hands over the frequent terms, down to where no other one can reach the bound; false when
    /// another way is better.
    private boolean isKnown(IntConsumer take, Bound bound) {
        if (counted != null || (!isWhole && expectedCostOfAll() <= readingCost)) {
            return false;
        }
        FrequentTerms frequent = terms.frequent();
        for (int ordinal : frequent.ordinals()) {
            if (Math.min(documentCount, terms.documentCount(ordinal)) < bound.least()) {
                return true;
            }
            take.accept(ordinal);
            if (counted != null) {
                return false;
            }
        }
        return Math.min(documentCount, frequent.othersDocumentsMax()) < bound.least();
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
        return isWhole ? terms.termCount() : all().rising().length;
    }

    private long expectedCostOfAll() {
        if (isWhole) {
            return terms.termCount() * VALUE_COST;
        }
        long held = 1L + slice.column().start(slice.segmentDocuments()) / terms.termCount();
        return terms.termCount() * costOf((int) Math.min(Integer.MAX_VALUE, held));
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
            int documents = isWhole ? terms.documentCount(ordinal) : intersect(ordinal);
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
        BatchIterator batches = slice.documents().getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int size = batches.nextBatch(batch);
            SearchBudget.current().spend(size);
            for (int i = 0; i < size; i++) {
                int end = column.start(batch[i] + 1);
                for (int at = column.start(batch[i]); at < end; at++) {
                    counts.add((int) column.valueAt(at), 1);
                }
            }
        }
        return counts;
    }
}
