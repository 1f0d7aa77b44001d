package io.millrace.search;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// Walks the values of a field in the documents of several segments, rising, with how many
/// documents hold each. What lies behind the last value asked for is not counted where that saves
/// time. Confined to one search.
final class CountedValues {
    private final PriorityQueue<Cursor> least =
            new PriorityQueue<>(Comparator.comparing(Cursor::value));
    private @Nullable TermValue value;
    private long count;

    /// @param counts of the slices that are not widened
    /// @param widened the others
    /// @param after where to begin behind; null for the first value
    CountedValues(List<TermCounts> counts, List<FieldSlice> widened, @Nullable TermValue after) {
        counts.forEach(each -> add(new TermCursor(each, after)));
        widened.forEach(slice -> add(new NumberCursor(slice, after)));
    }

    private void add(Cursor cursor) {
        if (cursor.advance()) {
            least.add(cursor);
        }
    }

    /// Goes to the next value; false when there is none.
    boolean advance() {
        Cursor first = least.peek();
        if (first == null) {
            return false;
        }
        TermValue next = first.value();
        count = 0;
        List<Cursor> moved = new ArrayList<>();
        while (!least.isEmpty() && least.element().value().equals(next)) {
            Cursor cursor = least.remove();
            count += cursor.count();
            moved.add(cursor);
        }
        for (Cursor cursor : moved) {
            if (cursor.advance()) {
                least.add(cursor);
            }
        }
        value = next;
        return true;
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

        private TermCursor(TermCounts counts, @Nullable TermValue after) {
            this.counts = counts;
            this.ordinal = (after == null ? 0 : counts.slice().position(after, true)) - 1;
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
