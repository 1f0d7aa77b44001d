package io.millrace.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Walks the values of a field in the documents of several segments, rising, with how many
/// documents hold each. What lies behind the last value asked for is not counted where that saves
/// time. Confined to one search.
final class CountedValues {
    private final PriorityQueue<Cursor> cursors =
            new PriorityQueue<>(Comparator.comparing(Cursor::value));
    private final byte[] prefix;
    private @Nullable TermValue value;
    private long count;

    /// @param counts of the slices that are not widened
    /// @param widened the others
    /// @param after where to begin behind; null for the first value
    /// @param prefix what the bytes of a value begin with; none for fields of numbers
    CountedValues(
            List<TermCounts> counts,
            List<FieldSlice> widened,
            @Nullable TermValue after,
            byte[] prefix) {
        this.prefix = prefix;
        TermValue least = prefix.length == 0 ? null : TermValue.of(prefix);
        for (TermCounts each : counts) {
            int start = 0;
            if (after != null && (least == null || after.compareTo(least) >= 0)) {
                start = each.slice().position(after, true);
            } else if (least != null) {
                start = each.slice().position(least, false);
            }
            add(new TermCursor(each, start));
        }
        widened.forEach(slice -> add(new NumberCursor(slice, after)));
    }

    private void add(Cursor cursor) {
        if (cursor.advance()) {
            cursors.add(cursor);
        }
    }

    /// Goes to the next value; false when there is none.
    boolean advance() {
        SearchBudget.current().spend(1);
        Cursor first = cursors.peek();
        if (first == null) {
            return false;
        }
        TermValue next = first.value();
        if (next.bytes() != null && !begins(next.bytes())) {
            return false;
        }
        count = 0;
        List<Cursor> moved = new ArrayList<>();
        while (!cursors.isEmpty() && cursors.element().value().equals(next)) {
            Cursor cursor = cursors.remove();
            count += cursor.count();
            moved.add(cursor);
        }
        for (Cursor cursor : moved) {
            if (cursor.advance()) {
                cursors.add(cursor);
            }
        }
        value = next;
        return true;
    }

    private boolean begins(byte[] term) {
        return term.length >= prefix.length
                && Arrays.equals(term, 0, prefix.length, prefix, 0, prefix.length);
    }

    TermValue value() {
        return Objects.requireNonNull(value);
    }

    long count() {
        return count;
    }

    /// The values of one segment.
    private interface Cursor {
        boolean advance();

        TermValue value();

        int count();
    }

    private static final class TermCursor implements Cursor {
        private final TermCounts counts;
        private int ordinal;
        private @Nullable TermValue value;

        private TermCursor(TermCounts counts, int start) {
            this.counts = counts;
            this.ordinal = start - 1;
        }

        @Override
        public boolean advance() {
            ordinal = counts.next(ordinal + 1);
            boolean isThere = ordinal < counts.slice().terms().termCount();
            value = isThere ? counts.slice().value(ordinal) : null;
            return isThere;
        }

        @Override
        public TermValue value() {
            return Objects.requireNonNull(value);
        }

        @Override
        public int count() {
            return counts.count(ordinal);
        }
    }

    private static final class NumberCursor implements Cursor {
        private final LongCounts counts;
        private final long[] rising;
        private int at;

        private NumberCursor(FieldSlice slice, @Nullable TermValue after) {
            counts = LongCounts.of(slice);
            rising = counts.rising();
            at = -1;
            while (after != null && at + 1 < rising.length && rising[at + 1] <= after.ordered()) {
                at++;
            }
        }

        @Override
        public boolean advance() {
            at++;
            return at < rising.length;
        }

        @Override
        public TermValue value() {
            return TermValue.of(rising[at]);
        }

        @Override
        public int count() {
            return counts.get(rising[at]);
        }
    }
}
