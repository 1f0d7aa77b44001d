package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.TermsReader;
import org.jspecify.annotations.Nullable;

/// What it takes to unite the terms inside a span or, where no document has two values, those
/// outside: whichever is less. Held against a look at the column of each candidate.
///
/// - ranges: of ordinals: from, to, from, to
/// - isOutside: the terms are those outside of the span
/// - windows: of the segment
/// - onceNanos: before the first window
/// - windowNanos: for each window
record SpanCosts(int[] ranges, boolean isOutside, int windows, long onceNanos, long windowNanos) {
    // Nanoseconds, about; only their proportions matter.
    private static final long COLUMN = 5;
    private static final long WINDOW = 500;
    private static final long SET_OPENED = 60;
    private static final long SET_FOUND = 12;
    private static final long SET_OF_WORDS = 250;
    private static final long RARE_DOCUMENT = 4;

    /// Of a window that has a bit for each.
    private static final int WORDS_DOCUMENTS = 4_096;

    private static final int SETS_MAX = 4_096;

    /// Null when the column is the cheaper way for so many candidates in a window: found without a
    /// look at any term, or when there are too many.
    ///
    /// @param isSingle no document has two values
    static @Nullable SpanCosts least(
            TermsReader terms, int from, int to, boolean isSingle, int windows, int candidates) {
        int end = terms.termCount();
        SpanCosts inside = of(terms, new int[] {from, to}, false, windows, candidates);
        if (!isSingle) {
            return inside;
        }
        SpanCosts outside = of(terms, new int[] {0, from, to, end}, true, windows, candidates);
        if (inside == null || outside == null) {
            return inside == null ? outside : inside;
        }
        return outside.allNanos() < inside.allNanos() ? outside : inside;
    }

    private static @Nullable SpanCosts of(
            TermsReader terms, int[] ranges, boolean isOutside, int windows, int candidates) {
        int sets = 0;
        for (int range = 0; range < ranges.length; range += 2) {
            sets += terms.setsBefore(ranges[range + 1]) - terms.setsBefore(ranges[range]);
        }
        long once = sets * SET_OPENED;
        if (sets > SETS_MAX || WINDOW + once / windows >= candidates * COLUMN) {
            return null;
        }
        long window = WINDOW;
        for (int range = 0; range < ranges.length; range += 2) {
            once += terms.fewDocuments(ranges[range], ranges[range + 1]) * RARE_DOCUMENT;
            int behind = terms.setsBefore(ranges[range + 1]);
            for (int i = terms.setsBefore(ranges[range]); i < behind; i++) {
                int documents = terms.setDocuments(i);
                if (SpanTerms.isRare(documents, windows)) {
                    once += documents * RARE_DOCUMENT;
                } else {
                    int each = documents / windows;
                    window += SET_FOUND + (each > WORDS_DOCUMENTS ? SET_OF_WORDS : each);
                }
            }
        }
        return new SpanCosts(ranges, isOutside, windows, once, window);
    }

    private long allNanos() {
        return onceNanos + windows * windowNanos;
    }

    /// Whether to unite terms for a window rather than to look at the column.
    ///
    /// @param candidates in that window; those that follow are taken to be like it
    /// @param isMade what has to be done once is done
    boolean isLess(int window, int candidates, boolean isMade) {
        long nanos = isMade ? windowNanos : windowNanos + onceNanos / (windows - window);
        return nanos < candidates * COLUMN;
    }

    SpanTerms make(
            TermsReader terms, @Nullable DocumentSet present, int documentCount, Windows scratch) {
        return new SpanTerms(terms, ranges, isOutside, present, documentCount, scratch);
    }
}
