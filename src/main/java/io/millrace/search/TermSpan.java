package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.TermsReader;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;
import org.roaringbitmap.RoaringBitmapWriter;
import org.roaringbitmap.buffer.BufferFastAggregation;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// The documents of neighbouring terms of one field, what ranges and prefixes come down to. Found
/// in one of two ways, by the number of terms against the number of documents to look at: the union
/// of the terms' documents, or a walk over the column.
///
/// - lowest, highest: the values of the first and last term as the column holds them
/// - present: the documents that have any value
final class TermSpan {

    /// Documents whose column can be looked at in the time of joining one term's documents.
    private static final int DOCUMENTS_PER_TERM = 16;

    /// Steps of a budget that joining one term's documents counts.
    private static final int STEPS_PER_TERM = DOCUMENTS_PER_TERM;

    private final TermsReader terms;
    private final ColumnReader column;
    private final int from;
    private final int to;
    private final long lowest;
    private final long highest;
    private final ImmutableRoaringBitmap present;
    private final long presentCount;

    /// @param from first ordinal
    /// @param to ordinal behind the last, above `from`
    /// @param numeric true when the column holds numbers, false when it holds ordinals
    TermSpan(TermsReader terms, ColumnReader column, int from, int to, boolean numeric) {
        this.terms = terms;
        this.column = column;
        this.from = from;
        this.to = to;
        this.lowest = numeric ? terms.ordered(from) : from;
        this.highest = numeric ? terms.ordered(to - 1) : to - 1;
        this.present = terms.present();
        this.presentCount = present.getLongCardinality();
    }

    long costDocuments() {
        return isUnionCheaper(presentCount)
                ? Math.max(1, presentCount * (to - from) / terms.termCount())
                : presentCount;
    }

    /// See [SegmentFilter#documents].
    ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
        if (to - from == terms.termCount()) {
            return present;
        }
        ImmutableRoaringBitmap toLookAt = candidates;
        if (toLookAt == null || toLookAt.getLongCardinality() > presentCount) {
            toLookAt = present;
        }
        return isUnionCheaper(toLookAt.getLongCardinality()) ? union() : walk(toLookAt);
    }

    private boolean isUnionCheaper(long documents) {
        return (long) (to - from) * DOCUMENTS_PER_TERM <= documents;
    }

    private ImmutableRoaringBitmap union() {
        if (to - from == 1) {
            return terms.documents(from);
        }
        SearchBudget budget = SearchBudget.current();
        Iterator<ImmutableRoaringBitmap> each =
                IntStream.range(from, to)
                        .mapToObj(ordinal -> {
                            budget.spend(STEPS_PER_TERM);
                            return terms.documents(ordinal);
                        })
                        .iterator();
        return BufferFastAggregation.naive_or(each);
    }

    private MutableRoaringBitmap walk(ImmutableRoaringBitmap documents) {
        RoaringBitmapWriter<MutableRoaringBitmap> found = RoaringBitmapWriter.bufferWriter().get();
        SearchBudget budget = SearchBudget.current();
        BatchIterator batches = documents.getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int count = batches.nextBatch(batch);
            budget.spend(count);
            for (int i = 0; i < count; i++) {
                if (holds(batch[i])) {
                    found.add(batch[i]);
                }
            }
        }
        return found.get();
    }

    private boolean holds(int document) {
        int count = column.valueCount(document);
        for (int i = 0; i < count; i++) {
            long value = column.value(document, i);
            if (value > highest) {
                return false;
            }
            if (value >= lowest) {
                return true;
            }
        }
        return false;
    }
}
