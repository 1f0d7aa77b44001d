package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// What the rows of a table become, for one form of the table: its columns in the order in which
/// cells come. Every column is a member of the document, under its own name, null where it is null.
/// Confined to one thread.
final class RowMapping {
    /// A column as the cells show it.
    record Cell(String name, ColumnType type) {}

    private final List<Cell> cells;

    /// Those of the cells, in UTF-8.
    private final byte[][] names;

    private final RowJson json;
    private final Schema schema;

    /// Where the parts of the key are.
    private final int[] keyCells;

    private final int[] allCells;

    private final DocumentWriter writer = new DocumentWriter();

    /// @param schema whose key paths are names of columns
    /// @throws MillraceException.Fenced when a column of the key is not there
    RowMapping(TableName table, List<Cell> cells, Schema schema) {
        this.cells = List.copyOf(cells);
        this.schema = schema;
        this.names = new byte[cells.size()][];
        for (int i = 0; i < names.length; i++) {
            names[i] = cells.get(i).name().getBytes(StandardCharsets.UTF_8);
        }
        List<String> columns = cells.stream().map(Cell::name).toList();
        json = new RowJson(columns);
        allCells = IntStream.range(0, columns.size()).toArray();
        keyCells = schema.keyPaths().stream().mapToInt(columns::indexOf).toArray();
        for (int i = 0; i < keyCells.length; i++) {
            if (keyCells[i] < 0) {
                throw new MillraceException.Fenced(
                        ("table %s has no column %s any more, which is of the key of the index; it has"
                                        + " %s. Rebuild the index")
                                .formatted(
                                        table,
                                        schema.keyPaths().get(i),
                                        String.join(", ", columns)));
            }
        }
    }

    /// Of a table as the catalog has it.
    static RowMapping of(TableShape table, Schema schema) {
        return new RowMapping(
                table.name(),
                table.columns().stream()
                        .map(column -> new Cell(column.name(), column.type()))
                        .toList(),
                schema);
    }

    /// Columns a row has here.
    int size() {
        return cells.size();
    }

    /// @throws InvalidRequest when a part is null, not sent, or does not fit
    DocumentKey key(Tuple row) {
        List<Value> parts = new ArrayList<>(keyCells.length);
        for (int cell : keyCells) {
            parts.add(
                    hasValue(row, cell)
                            ? cells.get(cell).type().parse(row.text(cell))
                            : Value.NULL);
        }
        return schema.keyFrom(parts);
    }

    /// True when both rows have the same bytes wherever the key is.
    boolean hasSameKey(Tuple row, Tuple other) {
        for (int cell : keyCells) {
            if (row.kind(cell) != other.kind(cell)
                    || !Arrays.equals(row.bytes(cell), other.bytes(cell))) {
                return false;
            }
        }
        return true;
    }

    /// The row as a document; what was not sent is left out.
    ///
    /// @throws InvalidRequest naming the column whose value is none of its type
    Document document(Tuple row) {
        writer.reset();
        writer.beginObject();
        for (int i = 0; i < cells.size(); i++) {
            if (row.kind(i) == Tuple.UNCHANGED) {
                continue;
            }
            writer.name(names[i]);
            if (row.kind(i) == Tuple.NULL) {
                writer.nul();
            } else {
                write(row, i);
            }
        }
        writer.end();
        return writer.finish();
    }

    private void write(Tuple row, int cell) {
        if (row.kind(cell) != Tuple.TEXT) {
            throw InvalidRequest.malformed(
                    "",
                    "column %s came in binary, expected text".formatted(cells.get(cell).name()));
        }
        try {
            cells.get(cell).type().write(row.message(), row.start(cell), row.end(cell), writer);
        } catch (InvalidRequest e) {
            throw InvalidRequest.malformed(
                    "", "column %s: %s".formatted(cells.get(cell).name(), e.getMessage()));
        }
    }

    /// Names of the columns that were not sent, because their large value is as it was.
    List<String> unchanged(Tuple row) {
        List<String> unchanged = List.of();
        for (int i = 0; i < cells.size(); i++) {
            if (row.kind(i) == Tuple.UNCHANGED) {
                if (unchanged.isEmpty()) {
                    unchanged = new ArrayList<>();
                }
                unchanged.add(cells.get(i).name());
            }
        }
        return unchanged;
    }

    /// The row as it came: an object of the server's texts, without what was not sent.
    byte[] json(Tuple row) {
        return json.object(row, allCells);
    }

    /// The key as it came, like [#json].
    byte[] keyJson(Tuple row) {
        return json.object(row, keyCells);
    }

    private static boolean hasValue(Tuple row, int cell) {
        return row.kind(cell) == Tuple.TEXT || row.kind(cell) == Tuple.BINARY;
    }
}
