package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.segment.ColumnReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.roaringbitmap.BatchIterator;

/// Counts the documents of each step of a field over several segments. In each segment the steps
/// are found by the dictionary, between the least and the greatest value that a document of the
/// slice has; then the column is read once. Confined to one search.
final class HistogramFacet {
    /// What a step takes, its bounds included.
    private static final long STEP_BYTES = 96;

    /// One step and its documents in all segments.
    static final class Counted {
        final Steps.Step step;
        long documents;

        private Counted(Steps.Step step) {
            this.step = step;
        }
    }

    private final Facet facet;
    private final Steps steps;
    private final TreeMap<TermValue, Counted> counted = new TreeMap<>();

    private HistogramFacet(Facet facet, Steps steps) {
        this.facet = facet;
        this.steps = steps;
    }

    /// In rising order.
    ///
    /// @throws MillraceException.InvalidRequest when there are more than
    ///   [SearchLimits#FACET_BUCKETS_MAX]
    static List<Counted> of(Facet facet, Facet.Histogram asked, List<FieldSlice> slices) {
        HistogramFacet histogram = new HistogramFacet(facet, asked.steps());
        slices.forEach(histogram::count);
        if (asked.minCount() == 0) {
            histogram.fill();
        }
        return histogram.counted.values().stream()
                .filter(each -> each.documents >= asked.minCount())
                .toList();
    }

    private void fill() {
        if (!counted.isEmpty()
                && steps.areMore(
                        SearchLimits.FACET_BUCKETS_MAX,
                        facet.field(),
                        counted.firstKey(),
                        counted.lastKey())) {
            throw tooMany();
        }
        SearchBudget budget = SearchBudget.current();
        for (TermValue at = counted.isEmpty() ? null : counted.firstKey();
                at != null && at.compareTo(counted.lastKey()) < 0; ) {
            TermValue next = Objects.requireNonNull(counted.get(at)).step.end();
            if (next != null && !counted.containsKey(next)) {
                budget.spend(1);
                budget.hold(STEP_BYTES);
                add(steps.of(facet.field(), next));
                next = counted.ceilingKey(next);
            }
            at = next;
        }
    }

    private Counted add(Steps.Step step) {
        Counted known = counted.get(step.start());
        if (known == null) {
            known = new Counted(step);
            counted.put(step.start(), known);
            if (counted.size() > SearchLimits.FACET_BUCKETS_MAX) {
                throw tooMany();
            }
        }
        return known;
    }

    private MillraceException tooMany() {
        return MillraceException.InvalidRequest.malformed(
                "",
                "more than %d buckets of field %s, expected a wider interval or a filter"
                        .formatted(
                                SearchLimits.FACET_BUCKETS_MAX,
                                Place.quoted(facet.field().path())));
    }

    private void count(FieldSlice slice) {
        ColumnReader column = slice.column();
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        BatchIterator batches = slice.documents().bitmap().getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int size = batches.nextBatch(batch);
            SearchBudget.current().spend(size);
            for (int i = 0; i < size; i++) {
                int start = column.start(batch[i]);
                int end = column.start(batch[i] + 1);
                if (start < end) {
                    least = Math.min(least, column.valueAt(start));
                    greatest = Math.max(greatest, column.valueAt(end - 1));
                }
            }
        }
        if (least > greatest) {
            return;
        }
        int last = slice.ordinal(greatest);
        SearchBudget budget = SearchBudget.current();
        // Steps of terms between those that match, too: which of them have documents shows below.
        List<Steps.Step> found = new ArrayList<>();
        long[] starts = new long[16];
        for (int ordinal = slice.ordinal(least); ordinal <= last; ) {
            Steps.Step step = steps.of(facet.field(), slice.value(ordinal));
            budget.spend(1);
            budget.hold(STEP_BYTES);
            if (found.size() == starts.length) {
                starts = Arrays.copyOf(starts, 2 * starts.length);
            }
            starts[found.size()] = slice.columnValue(ordinal);
            found.add(step);
            TermValue end = step.end();
            ordinal = end == null ? last + 1 : slice.position(end, false);
        }
        count(slice, Arrays.copyOf(starts, found.size()), found);
    }

    /// @param starts the least value of each step, as the column holds it
    private void count(FieldSlice slice, long[] starts, List<Steps.Step> found) {
        ColumnReader column = slice.column();
        long[] counts = new long[starts.length];
        BatchIterator batches = slice.documents().bitmap().getBatchIterator();
        int[] batch = new int[256];
        int step = 0;
        while (batches.hasNext()) {
            int size = batches.nextBatch(batch);
            SearchBudget.current().spend(size);
            for (int i = 0; i < size; i++) {
                int end = column.start(batch[i] + 1);
                int before = -1;
                for (int at = column.start(batch[i]); at < end; at++) {
                    long value = column.valueAt(at);
                    // Neighbours are often in the same step.
                    if (value < starts[step]
                            || (step + 1 < starts.length && value >= starts[step + 1])) {
                        int place = Arrays.binarySearch(starts, value);
                        step = place >= 0 ? place : -2 - place;
                    }
                    if (step != before) {
                        counts[step]++;
                    }
                    before = step;
                }
            }
        }
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] > 0) {
                add(found.get(i)).documents += counts[i];
            }
        }
    }
}
