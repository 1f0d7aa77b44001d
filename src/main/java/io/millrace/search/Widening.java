package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;

/// How to read a field that is a double by now where a segment still holds longs.
///
/// Each long counts as the double nearest to it, as if the segment had been written anew: an answer
/// never depends on whether a merge has come by. That mapping rises, so the order of the longs
/// serves, and several neighbours may be one value.
final class Widening {
    private Widening() {}

    static boolean applies(Field field, SegmentReader segment) {
        return field.type() == FieldType.DOUBLE
                && segment.schema()
                        .field(field.path())
                        .filter(written -> written.type() == FieldType.LONG)
                        .isPresent();
    }

    /// The ordered double that stands for a long.
    static long ordered(long whole) {
        return Coercion.doubleToOrdered((double) whole);
    }

    /// How many terms lie before an ordered double, those equal to it among them when `after`.
    static int position(TermsReader longs, long ordered, boolean after) {
        int from = 0;
        int to = longs.termCount();
        while (from < to) {
            int middle = (from + to) >>> 1;
            long term = ordered(longs.ordered(middle));
            if (after ? term <= ordered : term < ordered) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }
}
