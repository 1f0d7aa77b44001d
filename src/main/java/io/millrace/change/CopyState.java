package io.millrace.change;

import io.millrace.document.Value;
import java.util.ArrayList;
import java.util.List;

/// How far the rows that were there before the stream were copied. Immutable.
///
/// - ranges: in the order of keys, none overlapping another
/// - complete: every row is in one of the ranges; a streamed change of a key whose range already
///   shows it is dropped until the stream is past all of them
public record CopyState(List<CopiedRange> ranges, boolean complete) {
    /// Nothing was copied yet.
    public static final CopyState NOTHING = new CopyState(List.of(), false);

    /// The stream is past all ranges: nothing needs to be remembered.
    public static final CopyState DONE = new CopyState(List.of(), true);

    public CopyState {
        ranges = List.copyOf(ranges);
    }

    public boolean isDone() {
        return complete && ranges.isEmpty();
    }

    Value toRecord() {
        List<Value> rows = new ArrayList<>();
        for (CopiedRange range : ranges) {
            rows.add(
                    new Value.Array(
                            List.of(
                                    cells(range.after()),
                                    cells(range.upTo()),
                                    Value.of(range.position()))));
        }
        return new Value.Array(List.of(Value.of(complete), new Value.Array(rows)));
    }

    static CopyState fromRecord(Value record) {
        List<Value> parts = ((Value.Array) record).items();
        List<CopiedRange> ranges = new ArrayList<>();
        for (Value row : ((Value.Array) parts.get(1)).items()) {
            List<Value> range = ((Value.Array) row).items();
            ranges.add(
                    new CopiedRange(
                            texts(range.get(0)),
                            texts(range.get(1)),
                            ((Value.Int) range.get(2)).value()));
        }
        return new CopyState(ranges, ((Value.Bool) parts.get(0)).value());
    }

    private static Value cells(List<String> cells) {
        return new Value.Array(cells.stream().map(Value::of).toList());
    }

    private static List<String> texts(Value cells) {
        return ((Value.Array) cells)
                .items().stream().map(cell -> ((Value.Text) cell).value()).toList();
    }
}
