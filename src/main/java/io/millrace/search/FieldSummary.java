package io.millrace.search;

import io.millrace.document.Field;
import io.millrace.document.Value;
import io.millrace.index.SegmentView;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// What the visible documents of one generation hold of a field.
///
/// - documents: those with a value
/// - distinct: different values that can be compared, at most; none of text
/// - isExact: `distinct` is the number, not a bound
/// - min, max: least and greatest of those; null where there is none
public record FieldSummary(
        Field field,
        long documents,
        long distinct,
        boolean isExact,
        @Nullable Value min,
        @Nullable Value max) {

    static FieldSummary of(Field field, List<SegmentView> segments) {
        long documents = 0;
        long distinct = 0;
        int counted = 0;
        boolean isExact = true;
        TermValue min = null;
        TermValue max = null;
        for (SegmentView segment : segments) {
            ImmutableRoaringBitmap present = segment.reader().present(field.path());
            if (present == null) {
                continue;
            }
            ImmutableRoaringBitmap deleted = segment.deleted();
            documents += ImmutableRoaringBitmap.andNotCardinality(present, deleted);
            FieldSlice slice =
                    field.type().isOrdered()
                            ? FieldSlice.of(
                                            field,
                                            segment.reader(),
                                            new SliceDocuments(
                                                    present,
                                                    segment.documentCount(),
                                                    new Windows()))
                                    .orElse(null)
                            : null;
            if (slice == null) {
                continue;
            }
            int termCount = slice.terms().termCount();
            int first = 0;
            int last = termCount - 1;
            while (first < termCount && isGone(slice, first, deleted)) {
                first++;
            }
            while (last > first && isGone(slice, last, deleted)) {
                last--;
            }
            if (first == termCount) {
                continue;
            }
            distinct += last + 1 - first;
            isExact &= ++counted == 1 && deleted.isEmpty() && !slice.isWidened();
            TermValue least = slice.value(first);
            TermValue greatest = slice.value(last);
            min = min == null || least.compareTo(min) < 0 ? least : min;
            max = max == null || greatest.compareTo(max) > 0 ? greatest : max;
        }
        return new FieldSummary(
                field,
                documents,
                distinct,
                isExact,
                min == null ? null : min.shown(field),
                max == null ? null : max.shown(field));
    }

    /// Takes as long as there are deleted documents at an end of the dictionary.
    private static boolean isGone(FieldSlice slice, int ordinal, ImmutableRoaringBitmap deleted) {
        return !deleted.isEmpty()
                && ImmutableRoaringBitmap.andNotCardinality(
                                slice.terms().documents(ordinal), deleted)
                        == 0;
    }
}
