package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Field;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Some documents of one segment, and the values of one field in them.
///
/// - documents: those to look at
/// - isWidened: the dictionary holds longs that stand for doubles
record FieldSlice(
        Field field,
        TermsReader terms,
        ColumnReader column,
        boolean isWidened,
        int segmentDocuments,
        SliceDocuments documents) {

    /// Empty where no document has a value.
    static Optional<FieldSlice> of(Field field, SegmentReader segment, SliceDocuments documents) {
        TermsReader terms = segment.terms(field.path());
        if (terms == null || terms.termCount() == 0 || documents.cardinality() == 0) {
            return Optional.empty();
        }
        ColumnReader column = segment.column(field.path());
        if (column == null) {
            throw new MillraceException.Bug(
                    "segment %s: field %s has terms but no column"
                            .formatted(segment.meta().id(), field.path()));
        }
        return Optional.of(
                new FieldSlice(
                        field,
                        terms,
                        column,
                        Widening.applies(field, segment),
                        segment.documentCount(),
                        documents));
    }

    /// True when the column holds numbers, false when it holds ordinals.
    boolean isNumeric() {
        return field.type().isNumeric();
    }

    TermValue value(int ordinal) {
        if (!isNumeric()) {
            return TermValue.of(terms.bytes(ordinal));
        }
        long ordered = terms.ordered(ordinal);
        return TermValue.of(isWidened ? Widening.ordered(ordered) : ordered);
    }

    /// The ordinal of a value, or -1; not where the column is widened.
    int find(TermValue value) {
        return isNumeric()
                ? terms.find(value.ordered())
                : terms.find(Objects.requireNonNull(value.bytes()));
    }

    /// How many terms lie before a value, itself among them when `after`.
    int position(TermValue value, boolean after) {
        if (isWidened) {
            return Widening.position(terms, value.ordered(), after);
        }
        int ordinal =
                isNumeric()
                        ? terms.ceiling(value.ordered())
                        : terms.ceiling(Objects.requireNonNull(value.bytes()));
        return after && ordinal < terms.termCount() && isAt(ordinal, value) ? ordinal + 1 : ordinal;
    }

    private boolean isAt(int ordinal, TermValue value) {
        return isNumeric()
                ? terms.ordered(ordinal) == value.ordered()
                : Arrays.equals(terms.bytes(ordinal), value.bytes());
    }

    /// What the column holds for a term.
    long columnValue(int ordinal) {
        return isNumeric() ? terms.ordered(ordinal) : ordinal;
    }

    /// The term of what the column holds.
    int ordinal(long columnValue) {
        return isNumeric() ? terms.find(columnValue) : Math.toIntExact(columnValue);
    }

    /// The documents with any of the terms from one ordinal to before another.
    ImmutableRoaringBitmap documents(int from, int to) {
        if (from >= to) {
            return new MutableRoaringBitmap();
        }
        ImmutableRoaringBitmap found =
                new TermSpan(terms, column, from, to, isNumeric(), segmentDocuments)
                        .documents(documents.bitmap());
        return ImmutableRoaringBitmap.and(found, documents.bitmap());
    }
}
