package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.FrequentTerms;
import io.millrace.segment.TermsReader;
import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
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
    private static final long BITMAP_COST = 400;
    private static final int CONTAINER_DOCUMENTS = 1 << 16;

    private final FieldSlice slice;
    private final TermsReader terms;
    private final long documentCount;
    private final boolean isWhole;
    private final long readingCost;
    private final long expectedValues;

    /// All of them, once they are counted.
    private @Nullable OrdinalCounts counted;

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

    private record Count(int ordinal, int documents) {}

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
        int held = terms.documentCount(ordinal);
        spent += costOf(held);
        if (spent > readingCost) {
            return all().get(ordinal);
        }
        return intersect(ordinal);
    }

    private int intersect(int ordinal) {
        return ImmutableRoaringBitmap.andCardinality(terms.documents(ordinal), slice.documents());
    }

    private long costOf(int held) {
        long containers = 1L + slice.segmentDocuments() / CONTAINER_DOCUMENTS;
        return TERM_COST
                + containers * CONTAINER_COST
                + Math.min(2 * Math.min(held, documentCount), containers * BITMAP_COST);
    }

    /// Ordinals of the terms of most documents, at least `wanted` if there are as many; which of
    /// equal ones is left open.
    int[] top(int wanted) {
        PriorityQueue<Count> fewestFirst =
                new PriorityQueue<>(Comparator.comparingInt(Count::documents));
        IntConsumer take =
                ordinal -> {
                    int documents = count(ordinal);
                    if (documents > 0) {
                        fewestFirst.add(new Count(ordinal, documents));
                    }
                    if (fewestFirst.size() > wanted) {
                        fewestFirst.remove();
                    }
                };
        if (!isKnown(
                take, () -> fewestFirst.size() < wanted ? 1 : fewestFirst.element().documents)) {
            fewestFirst.clear();
            for (int ordinal : all().rising()) {
                take.accept(ordinal);
            }
        }
        return fewestFirst.stream().mapToInt(Count::ordinal).toArray();
    }

    /// Ordinals of the terms of at least so many documents.
    int[] atLeast(int least) {
        IntStream.Builder found = IntStream.builder();
        IntConsumer take =
                ordinal -> {
                    if (count(ordinal) >= least) {
                        found.add(ordinal);
                    }
                };
        if (isKnown(take, () -> least)) {
            return found.build().toArray();
        }
        OrdinalCounts counts = all();
        return IntStream.of(counts.rising())
                .filter(ordinal -> counts.get(ordinal) >= least)
                .toArray();
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
