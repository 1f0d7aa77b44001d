package io.millrace.segment;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Writes a column section of a rewritten segment ([ColumnLayout]). The terms, written before, know
/// how many values there are and between which bounds they lie, so the values are copied as they
/// come.
final class ColumnRewriter {
    private final RewriteInputs inputs;
    private final SegmentOutput out;
    private final Field field;

    /// By input; null for one without the field.
    private final List<@Nullable MappedColumn> columns;

    private final TermsRewriter terms;

    /// Values of the current document, as the output holds them.
    private long[] values = new long[8];

    ColumnRewriter(
            RewriteInputs inputs,
            SegmentOutput out,
            Field field,
            List<@Nullable MappedColumn> columns,
            TermsRewriter terms) {
        this.inputs = inputs;
        this.out = out;
        this.field = field;
        this.columns = columns;
        this.terms = terms;
    }

    void write(int ordinal) throws IOException {
        int valueCount = Math.toIntExact(terms.postingCount());
        boolean isNumeric = field.type().isNumeric();
        long min = isNumeric ? terms.firstNumber() : 0;
        long max = isNumeric ? terms.lastNumber() : terms.termCount() - 1;
        out.begin();
        PackedWriter packed = new PackedWriter(out, min, max, valueCount);
        boolean oneEach = true;
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            for (int document = walk.from(); document < walk.to(); document++) {
                int count = read(walk.input(), document);
                for (int i = 0; i < count; i++) {
                    packed.add(values[i]);
                }
                oneEach &= count == 1;
            }
        }
        long valuesOffset = packed.end();
        long startsOffset = oneEach ? ColumnLayout.NO_STARTS : writeStarts(valueCount);
        out.putLong(valuesOffset);
        out.putLong(startsOffset);
        out.end(SegmentLayout.Kind.COLUMN, ordinal);
    }

    private long writeStarts(int valueCount) throws IOException {
        PackedWriter starts = new PackedWriter(out, 0, valueCount, inputs.documentCount() + 1);
        long start = 0;
        starts.add(start);
        for (DocumentPlacement.Walk walk = inputs.placement().walk(); walk.next(); ) {
            MappedColumn column = columns.get(walk.input());
            boolean widens = widens(walk.input());
            for (int document = walk.from(); document < walk.to(); document++) {
                start +=
                        widens
                                ? read(walk.input(), document)
                                : column == null ? 0 : column.valueCount(document);
                starts.add(start);
            }
        }
        return starts.end();
    }

    /// Fills the values of a document and returns how many there are.
    private int read(int input, int document) {
        MappedColumn column = columns.get(input);
        int count = column == null ? 0 : column.valueCount(document);
        if (column == null || count == 0) {
            return 0;
        }
        if (values.length < count) {
            values = new long[Math.max(count, values.length * 2)];
        }
        boolean widens = widens(input);
        int kept = 0;
        for (int i = 0; i < count; i++) {
            long value = column.value(document, i);
            if (!field.type().isNumeric()) {
                value = terms.newOrdinal(input, (int) value);
            } else if (widens) {
                value = Coercion.doubleToOrdered((double) value);
            }
            // Two longs that are one double are one value.
            if (kept == 0 || values[kept - 1] != value) {
                values[kept++] = value;
            }
        }
        return kept;
    }

    private boolean widens(int input) {
        return RewriteInputs.widens(inputs.readers().get(input), field);
    }
}
