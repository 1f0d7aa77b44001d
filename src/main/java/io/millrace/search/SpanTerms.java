package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermsReader;
import io.millrace.segment.WindowCopies;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The documents of neighbouring terms, united window by window: those of frequent terms from their
/// sets, those of rare ones sorted into windows once. Confined to one search.
///
/// Heap: 4 bytes for each document of a rare term, at most one in eight of the segment's.
final class SpanTerms {

    /// What it takes to add one document, in a unit of time.
    private static final int DOCUMENT_COST = 1;

    /// To look at the column of one.
    private static final int COLUMN_COST = 4;

    /// To open a set, and to add a window of many documents.
    private static final int SET_COST = 200;

    private static final int WINDOW_COST = 300;

    /// A term with fewer documents is rare.
    private static final int FREQUENT = 1 << 10;

    private static final int SETS_MAX = 512;

    private final List<DocumentSet> frequent;

    /// Of rare terms, by window; those of window w up to windowEnds[w].
    private final int[] rare;

    private final int[] windowEnds;

    /// True when the terms are those outside of the span.
    private final boolean isOutside;

    /// Null when all documents have a value.
    private final @Nullable DocumentSet present;

    private final DocumentWindow united = new DocumentWindow(new WindowCopies());

    private SpanTerms(
            List<DocumentSet> frequent,
            int[] rare,
            int[] windowEnds,
            boolean isOutside,
            @Nullable DocumentSet present) {
        this.frequent = frequent;
        this.rare = rare;
        this.windowEnds = windowEnds;
        this.isOutside = isOutside;
        this.present = present;
    }

    /// The terms inside or outside of a span; null when the column is the cheaper way.
    ///
    /// @param isSingle no document has two values
    /// @param candidates documents whose column would be looked at
    static @Nullable SpanTerms cheapest(
            TermsReader terms,
            int from,
            int to,
            boolean isSingle,
            int documentCount,
            long candidates) {
        int windows = Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS);
        long inside = terms.documentCount(from, to);
        long outside = terms.documentCount(0, terms.termCount()) - inside;
        long insideCost = cost(inside, to - from, windows);
        long outsideCost = cost(outside, terms.termCount() - (to - from), windows);
        boolean isOutside = isSingle && outsideCost < insideCost;
        if (Math.min(insideCost, isOutside ? outsideCost : insideCost)
                >= candidates * COLUMN_COST) {
            return null;
        }
        return isOutside
                ? of(terms, new int[] {0, from, to, terms.termCount()}, true, documentCount)
                : of(terms, new int[] {from, to}, false, documentCount);
    }

    private static long cost(long documents, int terms, int windows) {
        return documents * DOCUMENT_COST
                + (long) Math.min(terms, SETS_MAX) * SET_COST
                + (long) windows * WINDOW_COST;
    }

    /// @param ranges of ordinals: from, to, from, to
    private static @Nullable SpanTerms of(
            TermsReader terms, int[] ranges, boolean isOutside, int documentCount) {
        List<DocumentSet> frequent = new ArrayList<>();
        RareDocuments rare = new RareDocuments(documentCount);
        int sets = 0;
        int[] few = new int[TermsReader.FEW];
        for (int range = 0; range < ranges.length; range += 2) {
            for (int ordinal = ranges[range]; ordinal < ranges[range + 1]; ordinal++) {
                int count = terms.few(ordinal, few);
                if (count >= 0) {
                    if (!rare.add(few, count)) {
                        return null;
                    }
                    continue;
                }
                if (++sets > SETS_MAX) {
                    return null;
                }
                DocumentSet set = terms.set(ordinal);
                if (set.cardinality() >= FREQUENT) {
                    frequent.add(set);
                } else if (!rare.add(set.toArray(), (int) set.cardinality())) {
                    return null;
                }
            }
        }
        DocumentSet present = terms.presentSet();
        return new SpanTerms(
                frequent,
                rare.byWindow(),
                rare.windowEnds,
                isOutside,
                present.cardinality() == documentCount ? null : present);
    }

    void retain(int window, DocumentWindow in) {
        united.clear();
        for (DocumentSet set : frequent) {
            united.add(set, window);
        }
        for (int i = window == 0 ? 0 : windowEnds[window - 1]; i < windowEnds[window]; i++) {
            united.add(rare[i] & (DocumentWindow.DOCUMENTS - 1));
        }
        if (!isOutside) {
            in.retain(united);
            return;
        }
        in.remove(united);
        if (present != null) {
            in.retain(present, window);
        }
    }

    /// Collects documents in any order and sorts them into windows.
    private static final class RareDocuments {
        private final int max;
        private final int[] windowEnds;
        private int[] documents = new int[1 << 10];
        private int size;

        RareDocuments(int documentCount) {
            max = Math.max(documents.length, documentCount / Byte.SIZE);
            windowEnds = new int[Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS)];
        }

        /// False when they are too many.
        boolean add(int[] more, int count) {
            if (size + count > max) {
                return false;
            }
            if (size + count > documents.length) {
                documents = Arrays.copyOf(documents, Math.max(size + count, 2 * size));
            }
            for (int i = 0; i < count; i++) {
                documents[size++] = more[i];
                windowEnds[more[i] / DocumentWindow.DOCUMENTS]++;
            }
            return true;
        }

        /// Afterwards, [#windowEnds] says where each window ends.
        int[] byWindow() {
            int[] sorted = new int[size];
            int start = 0;
            for (int window = 0; window < windowEnds.length; window++) {
                int count = windowEnds[window];
                windowEnds[window] = start;
                start += count;
            }
            for (int i = 0; i < size; i++) {
                sorted[windowEnds[documents[i] / DocumentWindow.DOCUMENTS]++] = documents[i];
            }
            return sorted;
        }
    }
}
