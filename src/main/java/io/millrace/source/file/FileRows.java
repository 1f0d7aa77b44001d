package io.millrace.source.file;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.document.Document;
import io.millrace.document.Value;
import io.millrace.document.WriteMode;
import io.millrace.json.Csv;
import io.millrace.json.Json;
import io.millrace.source.ChangeLines;
import io.millrace.source.LineReader.Line;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Turns a line into a change. Confined to the reader's thread.
sealed interface FileRows {

    /// @param number of the line, counted from 1
    /// @throws InvalidRequest naming the line, what was found and what was expected
    Change change(Line line, long number, Origin origin);

    static FileRows ndjson(FileBinding binding) {
        return new Ndjson(new ChangeLines(binding.schema()));
    }

    /// @param header the first line of the file
    /// @throws InvalidRequest CONFLICT when it cannot name columns
    static FileRows csv(FileBinding binding, byte[] header) {
        Csv csv = new Csv(binding.delimiter());
        List<String> columns;
        try {
            columns = csv.cells(header, 1);
        } catch (InvalidRequest e) {
            throw InvalidRequest.conflict(
                    "header of file %s: %s".formatted(binding.path(), e.getMessage()));
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).isBlank() || !seen.add(columns.get(i))) {
                throw InvalidRequest.conflict(
                        "header of file %s: column %d is named \"%s\", expected a name that no other column has"
                                .formatted(binding.path(), i + 1, columns.get(i)));
            }
        }
        return new Records(binding, csv, columns);
    }

    record Ndjson(ChangeLines lines) implements FileRows {
        @Override
        public Change change(Line line, long number, Origin origin) {
            checkLength(line, number);
            return lines.parse(line.bytes(), number, origin);
        }
    }

    /// Records of CSV: every cell is a text under its column's name; an empty one is left out.
    record Records(FileBinding binding, Csv csv, List<String> columns) implements FileRows {
        @Override
        public Change change(Line line, long number, Origin origin) {
            checkLength(line, number);
            Document document = document(csv.cells(line.bytes(), number), number);
            if (binding.schema().rules().mode() == WriteMode.APPEND) {
                return new Change.Append(document, origin);
            }
            try {
                return new Change.Upsert(binding.schema().keyOf(document), document, origin);
            } catch (InvalidRequest e) {
                throw InvalidRequest.malformed(
                        e.pointer(), "line %d: %s".formatted(number, e.getMessage()));
            }
        }

        private Document document(List<String> cells, long number) {
            if (cells.size() != columns.size()) {
                throw InvalidRequest.malformed(
                        "",
                        "line %d: %d cells, expected %d as in the header"
                                .formatted(number, cells.size(), columns.size()));
            }
            Map<String, Value> members = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                if (!cells.get(i).isEmpty()) {
                    members.put(columns.get(i), Value.of(cells.get(i)));
                }
            }
            return Document.of(new Value.Obj(members));
        }
    }

    private static void checkLength(Line line, long number) {
        if (line.isTooLong()) {
            throw InvalidRequest.tooLarge(
                    "",
                    "line %d: %d bytes, expected at most %d; its first %d are kept"
                            .formatted(
                                    number,
                                    line.lengthBytes(),
                                    Json.DOCUMENT_BYTES_MAX,
                                    line.bytes().length));
        }
    }

    static Reject reject(InvalidRequest reason, Origin origin) {
        return new Reject(Reject.Stage.DECODE, String.valueOf(reason.getMessage()), origin);
    }
}
