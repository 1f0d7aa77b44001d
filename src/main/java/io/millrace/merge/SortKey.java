package io.millrace.merge;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.DocumentPlacement;
import io.millrace.segment.TermsReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/// One key of a declared order for all live documents of the inputs, counted through: 8 bytes a
/// document outside the heap, and for strings 4 bytes a term while the keys are read.
final class SortKey {
    private final boolean descending;
    private final LongBuffer ranks;
    private final BitSet missing = new BitSet();

    private SortKey(boolean descending, int count) {
        this.descending = descending;
        ranks =
                ByteBuffer.allocateDirect(Math.multiplyExact(count, Long.BYTES))
                        .order(ByteOrder.nativeOrder())
                        .asLongBuffer();
    }

    /// @param documents in the order in which they are counted
    static SortKey of(
            MergeOrder.Key key,
            List<MergeInput> inputs,
            Schema schema,
            ConcatenatedDocuments documents) {
        Field field =
                schema.field(key.path())
                        .filter(declared -> declared.type().isOrdered())
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        "merge order by %s, which is no ordered field of %s"
                                                .formatted(key.path(), schema)));
        SortKey ranks = new SortKey(key.descending(), documents.documentCount());
        List<@Nullable IntBuffer> ordinals =
                field.type().isNumeric() ? List.of() : stringRanks(inputs, field.path());
        int at = 0;
        for (DocumentPlacement.Walk walk = documents.walk(); walk.next(); ) {
            MergeInput input = inputs.get(walk.input());
            ColumnReader column = input.reader().column(field.path());
            boolean widens = widens(input, field);
            IntBuffer rankOf = ordinals.isEmpty() ? null : ordinals.get(walk.input());
            for (int document = walk.from(); document < walk.to(); document++, at++) {
                int count = column == null ? 0 : column.valueCount(document);
                if (column == null || count == 0) {
                    ranks.missing.set(at);
                    continue;
                }
                long value = column.value(document, key.descending() ? count - 1 : 0);
                if (rankOf != null) {
                    value = rankOf.get((int) value);
                } else if (widens) {
                    value = Coercion.doubleToOrdered((double) value);
                }
                ranks.ranks.put(at, value);
            }
        }
        return ranks;
    }

    int compare(int a, int b) {
        if (!missing.isEmpty()) {
            boolean missingA = missing.get(a);
            boolean missingB = missing.get(b);
            if (missingA || missingB) {
                return Boolean.compare(missingA, missingB);
            }
        }
        int order = Long.compare(ranks.get(a), ranks.get(b));
        return descending ? -order : order;
    }

    private static boolean widens(MergeInput input, Field field) {
        return field.type() == FieldType.DOUBLE
                && input.reader().schema().field(field.path()).map(Field::type).orElse(null)
                        == FieldType.LONG;
    }

    /// Where one input stands in its sorted strings.
    private static final class Place {
        final int input;
        final TermsReader terms;
        int ordinal;
        byte[] string;

        Place(int input, TermsReader terms) {
            this.input = input;
            this.terms = terms;
            string = terms.bytes(0);
        }

        boolean advance() {
            if (++ordinal == terms.termCount()) {
                return false;
            }
            string = terms.bytes(ordinal);
            return true;
        }
    }

    /// Per input: the rank of each of its strings among the strings of all; null for an input
    /// without any.
    private static List<@Nullable IntBuffer> stringRanks(List<MergeInput> inputs, String path) {
        List<@Nullable IntBuffer> ranks = new ArrayList<>();
        PriorityQueue<Place> places =
                new PriorityQueue<>(
                        Comparator.comparing((Place place) -> place.string, Arrays::compareUnsigned)
                                .thenComparingInt(place -> place.input));
        for (int i = 0; i < inputs.size(); i++) {
            TermsReader terms = inputs.get(i).reader().terms(path);
            if (terms == null) {
                ranks.add(null);
            } else {
                ranks.add(SortedDocuments.ints(terms.termCount()));
                places.add(new Place(i, terms));
            }
        }
        byte[] before = new byte[0];
        int rank = -1;
        while (true) {
            Place place = places.poll();
            if (place == null) {
                return ranks;
            }
            if (rank < 0 || !Arrays.equals(place.string, before)) {
                before = place.string;
                rank++;
            }
            IntBuffer of = ranks.get(place.input);
            if (of != null) {
                of.put(place.ordinal, rank);
            }
            if (place.advance()) {
                places.add(place);
            }
        }
    }
}
