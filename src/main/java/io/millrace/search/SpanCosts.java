package io.millrace.search;

import io.millrace.segment.DocumentSet;
import io.millrace.segment.TermsReader;
import org.jspecify.annotations.Nullable;

/// What it takes to unite the terms inside a span or, where no document has two values, those
/// outside: whichever is less. Held against a look at the column of each candidate.
///
/// - ranges: of ordinals: from, to, from, to
/// - onceNanos: before the first window
/// - windowNanos: for each window
record SpanCosts(int[] ranges, boolean isOutside, long onceNanos, long windowNanos) {
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

    /// Null when there are too many terms.
    ///
    /// @param isSingle no document has two values
    static @Nullable SpanCosts least(
            TermsReader terms, int from, int to, boolean isSingle, int windows) {
        SpanCosts inside = of(terms, new int[] {from, to}, false, windows);
        if (!isSingle) {
            return inside;
        }
        SpanCosts outside = of(terms, new int[] {0, from, to, terms.termCount()}, true, windows);
        if (inside == null || outside == null) {
            return inside == null ? outside : inside;
        }
        return outside.all(windows) < inside.all(windows) ? outside : inside;
    }

    private static @Nullable SpanCosts of(
            TermsReader terms, int[] ranges, boolean isOutside, int windows) {
        long once = 0;
        long window = WINDOW;
        for (int range = 0; range < ranges.length; range += 2) {
            int first = terms.setsBefore(ranges[range]);
            int behind = terms.setsBefore(ranges[range + 1]);
            if (behind - first > SETS_MAX) {
                return null;
            }
            long rare = terms.documentCount(ranges[range], ranges[range + 1]);
            for (int i = first; i < behind; i++) {
                int documents = terms.setDocuments(i);
                if (!SpanTerms.isRare(documents, windows)) {
                    rare -= documents;
                    int each = documents / windows;
                    window += SET_FOUND + (each > WORDS_DOCUMENTS ? SET_OF_WORDS : each);
                }
            }
            once += (behind - first) * SET_OPENED + rare * RARE_DOCUMENT;
        }
        return new SpanCosts(ranges, isOutside, once, window);
    }

    private long all(int windows) {
        return onceNanos + windows * windowNanos;
    }

    /// Whether to unite terms for a window rather than to look at the column.
    ///
    /// @param candidates in that window; others are taken to be like it
    /// @param isMade what has to be done once is done
    boolean isLess(int candidates, boolean isMade, int windows) {
        long nanos = isMade ? windowNanos : windowNanos + onceNanos / windows;
        return nanos < candidates * COLUMN;
    }

    SpanTerms make(
            TermsReader terms, @Nullable DocumentSet present, int documentCount, Windows scratch) {
        return new SpanTerms(terms, ranges, isOutside, present, documentCount, scratch);
    }
}
