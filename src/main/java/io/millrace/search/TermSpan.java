package io.millrace.search;

import io.millrace.segment.ColumnReader;
import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.PackedBuffer;
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
/// by the terms or by a walk over the column, by the number of terms and of their documents against
/// the number of documents to look at. Where no document has two values, the terms outside the span
/// tell it as well, and there may be fewer.
///
/// - lowest, highest: the values of the first and last term as the column holds them
/// - presentSet: the documents that have any value
final class TermSpan {

    /// Documents whose column can be looked at in the time of joining one term's documents.
    private static final int DOCUMENTS_PER_TERM = 16;

    /// Steps of a budget that joining one term's documents counts.
    static final int STEPS_PER_TERM = DOCUMENTS_PER_TERM;

    /// Of a window, so few that the column is always the way.
    private static final int WALKED_MAX = 128;

    private final TermsReader terms;
    private final ColumnReader column;
    private final int from;
    private final int to;
    private final long lowest;
    private final long highest;
    private final DocumentSet presentSet;
    private final long presentCount;
    private final int documentCount;

    /// Null while every window had too few candidates for them.
    private @Nullable SpanCosts costs;

    /// What tells the span by terms; null until that is the cheaper way for a window.
    private @Nullable SpanTerms byTerms;

    /// @param from first ordinal
    /// @param to ordinal behind the last, above `from`
    /// @param numeric true when the column holds numbers, false when it holds ordinals
    /// @param documentCount of the segment
    TermSpan(
            TermsReader terms,
            ColumnReader column,
            int from,
            int to,
            boolean numeric,
            int documentCount) {
        this.terms = terms;
        this.column = column;
        this.from = from;
        this.to = to;
        this.lowest = numeric ? terms.ordered(from) : from;
        this.highest = numeric ? terms.ordered(to - 1) : to - 1;
        this.presentSet = terms.presentSet();
        this.presentCount = presentSet.cardinality();
        this.documentCount = documentCount;
    }

    long costDocuments() {
        return isUnionCheaper(presentCount)
                ? Math.max(1, presentCount * (to - from) / terms.termCount())
                : presentCount;
    }

    /// All documents that have a value.
    DocumentSet presentSet() {
        return presentSet;
    }

    /// See [SegmentFilter#documents].
    ImmutableRoaringBitmap documents(@Nullable ImmutableRoaringBitmap candidates) {
        if (to - from == terms.termCount()) {
            return terms.present();
        }
        ImmutableRoaringBitmap toLookAt = candidates;
        if (toLookAt == null || toLookAt.getLongCardinality() > presentCount) {
            toLookAt = terms.present();
        }
        return isUnionCheaper(toLookAt.getLongCardinality()) ? union() : walk(toLookAt);
    }

    /// See [WindowFilter#retain].
    void retain(int window, DocumentWindow in, Windows scratch, int level) {
        if (to - from == terms.termCount()) {
            in.retain(presentSet, window);
            return;
        }
        SpanTerms united = byTerms(window, in, scratch);
        if (united == null) {
            in.retainIf(window * DocumentWindow.DOCUMENTS, byColumn(scratch));
        } else {
            united.retain(window, in, scratch.at(level));
        }
    }

    /// See [WindowFilter#countIn].
    int countIn(int window, DocumentWindow in, Windows scratch, int level) {
        if (to - from < terms.termCount() && byTerms(window, in, scratch) == null) {
            return in.countIf(window * DocumentWindow.DOCUMENTS, byColumn(scratch));
        }
        retain(window, in, scratch, level);
        return in.cardinality();
    }

    private DocumentWindow.Test byColumn(Windows scratch) {
        SearchBudget budget = SearchBudget.current();
        if (!column.isOneEach()) {
            return (documents, count, verdicts) -> {
                budget.spend(count);
                for (int i = 0; i < count; i++) {
                    verdicts[i] = holds(documents[i]) ? 1 : 0;
                }
            };
        }
        PackedBuffer buffer = scratch.buffer;
        return (documents, count, verdicts) -> {
            budget.spend(count);
            column.values(documents, count, verdicts, buffer);
            for (int i = 0; i < count; i++) {
                verdicts[i] = verdicts[i] >= lowest && verdicts[i] <= highest ? 1 : 0;
            }
        };
    }

    /// Null when the column is looked at.
    private @Nullable SpanTerms byTerms(int window, DocumentWindow in, Windows scratch) {
        int candidates = in.cardinality();
        if (candidates <= WALKED_MAX) {
            return null;
        }
        if (costs == null) {
            boolean isSingle = column.start(documentCount) == presentCount;
            int windows = Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS);
            costs = SpanCosts.least(terms, from, to, isSingle, windows, candidates);
        }
        if (costs == null || !costs.isLess(window, candidates, byTerms != null)) {
            return null;
        }
        if (byTerms == null) {
            DocumentSet present = presentCount == documentCount ? null : presentSet;
            byTerms = costs.make(terms, present, documentCount, scratch);
        }
        return byTerms;
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

    /// True when a document has a value in the span.
    boolean holds(int document) {
        int end = column.start(document + 1);
        for (int i = column.start(document); i < end; i++) {
            long value = column.valueAt(i);
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
