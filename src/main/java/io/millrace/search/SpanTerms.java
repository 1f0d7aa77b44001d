package io.millrace.search;

import io.millrace.segment.DocumentLists;
import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.TermsReader;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The documents of neighbouring terms, united window by window: from the sets of terms that have
/// some documents in most windows, and from lists of the documents of rare ones, made once.
/// Confined to one search.
final class SpanTerms {
    /// A term with fewer documents for each window is rare: to find a window in its set takes as
    /// long as to list them.
    private static final int RARE_BELOW = 4;

    /// Of a set that is held.
    private static final int SET_BYTES = 64;

    /// Between two looks at the budget.
    private static final int TERMS_TOGETHER = 4_096;

    private final List<DocumentSet> sets;
    private final DocumentLists rare;

    /// True when the terms are those outside of the span.
    private final boolean isOutside;

    /// Null when all documents have a value.
    private final @Nullable DocumentSet present;

    private final SearchBudget budget = SearchBudget.current();

    /// @param ranges of ordinals: from, to, from, to
    /// @param isOutside the terms are those outside of the span
    /// @param present null when all documents have a value
    SpanTerms(
            TermsReader terms,
            int[] ranges,
            boolean isOutside,
            @Nullable DocumentSet present,
            int documentCount,
            Windows scratch) {
        this.isOutside = isOutside;
        this.present = present;
        int windows = Math.ceilDiv(documentCount, DocumentWindow.DOCUMENTS);
        long rareDocuments = 0;
        int frequent = 0;
        for (int range = 0; range < ranges.length; range += 2) {
            rareDocuments += terms.fewDocuments(ranges[range], ranges[range + 1]);
            int behind = terms.setsBefore(ranges[range + 1]);
            for (int i = terms.setsBefore(ranges[range]); i < behind; i++) {
                budget.spend(1);
                int documents = terms.setDocuments(i);
                boolean isRare = isRare(documents, windows);
                rareDocuments += isRare ? documents : 0;
                frequent += isRare ? 0 : 1;
            }
        }
        budget.hold(DocumentLists.bytesMax(windows, rareDocuments) + (long) frequent * SET_BYTES);
        rare = new DocumentLists(windows, rareDocuments);
        sets = new ArrayList<>(frequent);
        for (int range = 0; range < ranges.length; range += 2) {
            for (int from = ranges[range]; from < ranges[range + 1]; from += TERMS_TOGETHER) {
                int to = Math.min(ranges[range + 1], from + TERMS_TOGETHER);
                budget.spend(to - from);
                terms.addFew(from, to, rare, scratch.buffer);
            }
            int behind = terms.setsBefore(ranges[range + 1]);
            for (int i = terms.setsBefore(ranges[range]); i < behind; i++) {
                budget.spend(TermSpan.STEPS_PER_TERM);
                DocumentSet set = terms.setAt(i);
                if (isRare(terms.setDocuments(i), windows)) {
                    rare.add(set);
                } else {
                    sets.add(set);
                }
            }
        }
    }

    /// The terms of `from` up to `to`; none when those are not in order.
    static SpanTerms inside(
            TermsReader terms, int from, int to, int documentCount, Windows scratch) {
        int[] range = {from, Math.max(from, to)};
        return new SpanTerms(terms, range, false, null, documentCount, scratch);
    }

    static boolean isRare(int documents, int windows) {
        return documents < windows * RARE_BELOW;
    }

    /// @param united is overwritten
    void retain(int window, DocumentWindow in, DocumentWindow united) {
        united.clear();
        budget.spend(sets.size());
        for (DocumentSet set : sets) {
            united.add(set, window);
        }
        united.add(rare, window);
        if (!isOutside) {
            in.retain(united);
            return;
        }
        in.remove(united);
        if (present != null) {
            in.retain(present, window);
        }
    }
}
