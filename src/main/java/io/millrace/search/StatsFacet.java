package io.millrace.search;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import io.millrace.segment.ColumnReader;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.BatchIterator;

/// Adds up the values of a field over several segments, without rounding. Confined to one search.
final class StatsFacet {
    private final Field field;
    private long count;
    private @Nullable TermValue min;
    private @Nullable TermValue max;

    /// What longs come to: up to 2^31 of them are added before they are moved on.
    private BigInteger wholes = BigInteger.ZERO;

    private BigDecimal decimals = BigDecimal.ZERO;
    private final ExactSum reals = new ExactSum();

    private StatsFacet(Field field) {
        this.field = field;
    }

    static FacetResult.Stats of(Field field, List<FieldSlice> slices) {
        StatsFacet stats = new StatsFacet(field);
        slices.forEach(stats::add);
        return stats.result();
    }

    private void add(FieldSlice slice) {
        if (field.type() == FieldType.DECIMAL) {
            addTerms(slice);
            return;
        }
        ColumnReader column = slice.column();
        long least = Long.MAX_VALUE;
        long greatest = Long.MIN_VALUE;
        long high = 0;
        long low = 0;
        BatchIterator batches = slice.documents().bitmap().getBatchIterator();
        int[] batch = new int[256];
        while (batches.hasNext()) {
            int size = batches.nextBatch(batch);
            SearchBudget.current().spend(size);
            for (int i = 0; i < size; i++) {
                int start = column.start(batch[i]);
                int end = column.start(batch[i] + 1);
                for (int at = start; at < end; at++) {
                    long value = column.valueAt(at);
                    // Several longs of a document may be one double.
                    if (slice.isWidened()
                            && at > start
                            && Widening.ordered(value)
                                    == Widening.ordered(column.valueAt(at - 1))) {
                        continue;
                    }
                    least = Math.min(least, value);
                    greatest = Math.max(greatest, value);
                    count++;
                    if (field.type() == FieldType.DOUBLE) {
                        reals.add(slice.isWidened() ? value : Coercion.orderedToDouble(value));
                    } else {
                        high += value >> Integer.SIZE;
                        low += value & 0xFFFF_FFFFL;
                    }
                }
            }
        }
        wholes =
                wholes.add(BigInteger.valueOf(high).shiftLeft(Integer.SIZE))
                        .add(BigInteger.valueOf(low));
        if (least <= greatest) {
            extend(slice.value(slice.ordinal(least)));
            extend(slice.value(slice.ordinal(greatest)));
        }
    }

    /// A value is read once, however many documents hold it.
    private void addTerms(FieldSlice slice) {
        OrdinalCounts counts = new TermCounts(slice).all();
        for (int ordinal : counts.rising()) {
            TermValue value = slice.value(ordinal);
            int documents = counts.get(ordinal);
            count += documents;
            extend(value);
            BigDecimal number = new BigDecimal(value.shown(field).toString());
            decimals = decimals.add(number.multiply(BigDecimal.valueOf(documents)));
        }
    }

    private void extend(TermValue value) {
        min = min == null || value.compareTo(min) < 0 ? value : min;
        max = max == null || value.compareTo(max) > 0 ? value : max;
    }

    private FacetResult.Stats result() {
        if (min == null || max == null) {
            return new FacetResult.Stats(0, null, null, null, null);
        }
        BigDecimal divisor = BigDecimal.valueOf(count);
        Value sum = null;
        Value mean = null;
        switch (field.type()) {
            case LONG -> {
                BigDecimal exact = new BigDecimal(wholes);
                sum =
                        wholes.bitLength() < Long.SIZE
                                ? Value.of(wholes.longValueExact())
                                : new Value.Decimal(exact);
                mean = Value.of(exact.divide(divisor, MathContext.DECIMAL128).doubleValue());
            }
            case DOUBLE -> {
                BigDecimal exact = reals.sum();
                sum = real(exact);
                mean = real(exact.divide(divisor, MathContext.DECIMAL128));
            }
            case DECIMAL -> {
                sum = new Value.Decimal(decimals);
                mean = new Value.Decimal(decimals.divide(divisor, MathContext.DECIMAL128));
            }
            default -> {} // there is no sum of times
        }
        return new FacetResult.Stats(count, min.shown(field), max.shown(field), sum, mean);
    }

    private static Value real(BigDecimal exact) {
        double nearest = exact.doubleValue();
        return Double.isFinite(nearest)
                ? Value.of(nearest)
                : new Value.Decimal(exact.round(MathContext.DECIMAL64));
    }
}
