package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The documents of neighbouring terms, united window by window: those of frequent terms from their
/// sets, those of all others from one bitmap, made once. Confined to one search.
///
/// Heap: a bit for each document of the segment.
final class SpanTerms {
    // Nanoseconds, about; only their proportions matter.
    private static final long COLUMN_COST = 2;
    private static final long DOCUMENT_COST = 2;
    private static final long SET_COST = 20;
    private static final long SET_WINDOW_COST = 4;
    private static final long FREQUENT_WINDOW_COST = 250;
    private static final long WINDOW_COST = 400;

    /// The bits of so many documents are cleared and looked at in that time.
    private static final long BITMAP_DOCUMENTS = 256;

    /// A term with more documents for each window is frequent.
    private static final int FREQUENT_PER_WINDOW = 256;

    private static final int SETS_MAX = 4_096;

    /// Between two looks at the budget.
    private static final int TERMS_TOGETHER = 4_096;

    private final List<DocumentSet> frequent;

    /// Those of all other terms.
    private final long[] rare;

    /// True when the terms are those outside of the span.
    private final boolean isOutside;

    /// Null when all documents have a value.
    private final @Nullable DocumentSet present;

    private SpanTerms(
            List<DocumentSet> frequent,
            long[] rare,
            boolean isOutside,
            @Nullable DocumentSet present) {
        this.frequent = frequent;
        this.rare = rare;
        this.isOutside = isOutside;
        this.present = present;
    }

    /// The terms inside or outside of a span; null when the column is the cheaper way.
    ///
    /// @param isSingle no document has two values
    /// @param present null when all documents have a value
    /// @param candidates documents whose column would be looked at
    static @Nullable SpanTerms cheapest(
            TermsReader terms,
            int from,
            int to,
            boolean isSingle,
            @Nullable DocumentSet present,
            int documentCount,
            long candidates,
            Windows scratch) {
        int end = terms.termCount();
        long columnCost = candidates * COLUMN_COST;
        long insideCost = cost(terms, new int[] {from, to}, documentCount, columnCost);
        long outsideCost =
                isSingle
                        ? cost(terms, new int[] {0, from, to, end}, documentCount, columnCost)
                        : Long.MAX_VALUE;
        if (Math.min(insideCost, outsideCost) >= columnCost) {
            return null;
        }
        return outsideCost < insideCost
                ? of(terms, new int[] {0, from, to, end}, true, present, documentCount, scratch)
                : of(terms, new int[] {from, to}, false, present, documentCount, scratch);
    }

    /// The terms of `from` up to `to`; none when those are not in order.
    static SpanTerms inside(
            TermsReader terms, int from, int to, int documentCount, Windows scratch) {
        int[] range = {from, Math.max(from, to)};
        return of(terms, range, false, null, documentCount, scratch);
    }

    /// What it takes to unite ranges of terms, or something above `max`.
    ///
    /// @param ranges of ordinals: from, to, from, to
    private static long cost(TermsReader terms, int[] ranges, int documentCount, long max) {
        int windows = Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS);
        long cost = windows * WINDOW_COST + documentCount / BITMAP_DOCUMENTS;
        for (int range = 0; range < ranges.length; range += 2) {
            int first = terms.setsBefore(ranges[range]);
            int behind = terms.setsBefore(ranges[range + 1]);
            if (behind - first > SETS_MAX) {
                return Long.MAX_VALUE;
            }
            long held = terms.documentCount(ranges[range], ranges[range + 1]);
            for (int i = first; i < behind && cost <= max; i++) {
                int documents = terms.setDocuments(i);
                held -= documents;
                cost +=
                        isFrequent(documents, windows)
                                ? windows * FREQUENT_WINDOW_COST
                                : SET_COST + windows * SET_WINDOW_COST + documents * DOCUMENT_COST;
            }
            cost += held * DOCUMENT_COST;
        }
        return cost;
    }

    private static boolean isFrequent(int documents, int windows) {
        return documents >= windows * FREQUENT_PER_WINDOW;
    }

    private static SpanTerms of(
            TermsReader terms,
            int[] ranges,
            boolean isOutside,
            @Nullable DocumentSet present,
            int documentCount,
            Windows scratch) {
        int windows = Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS);
        List<DocumentSet> frequent = new ArrayList<>();
        long[] rare = new long[Math.ceilDiv(documentCount, Long.SIZE)];
        SearchBudget budget = SearchBudget.current();
        budget.hold((long) rare.length * Long.BYTES);
        for (int range = 0; range < ranges.length; range += 2) {
            for (int from = ranges[range]; from < ranges[range + 1]; from += TERMS_TOGETHER) {
                int to = Math.min(ranges[range + 1], from + TERMS_TOGETHER);
                budget.spend(to - from);
                terms.addFew(from, to, rare, scratch.buffer());
            }
            int behind = terms.setsBefore(ranges[range + 1]);
            for (int i = terms.setsBefore(ranges[range]); i < behind; i++) {
                budget.spend(TermSpan.STEPS_PER_TERM);
                DocumentSet set = terms.setAt(i);
                if (isFrequent(terms.setDocuments(i), windows)) {
                    frequent.add(set);
                } else {
                    set.addTo(rare);
                }
            }
        }
        return new SpanTerms(frequent, rare, isOutside, present);
    }

    /// @param united is overwritten
    void retain(int window, DocumentWindow in, DocumentWindow united) {
        if (isOutside) {
            for (int i = 0; i < frequent.size() && !in.isEmpty(); i++) {
                in.remove(frequent.get(i), window);
            }
            in.removeBits(rare, window);
            if (present != null) {
                in.retain(present, window);
            }
            return;
        }
        united.clear();
        for (DocumentSet set : frequent) {
            united.add(set, window);
        }
        united.addBits(rare, window);
        in.retain(united);
    }
}
