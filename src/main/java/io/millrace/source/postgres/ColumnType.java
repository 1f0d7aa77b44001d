package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.document.DocumentWriter;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The type of a column: what its text form means. That form is the same in the write-ahead log and
/// in a copy of the table, see [PostgresConnections]. Immutable.
sealed interface ColumnType permits ScalarType, ColumnType.ArrayOf, ColumnType.Composite {

    /// The value in a document. What JSON cannot hold (`NaN`, `infinity`) is its text.
    ///
    /// @throws MillraceException.InvalidRequest when the text is none of this type
    Value parse(String text);

    /// Writes the value of a text in UTF-8, as [#parse] would give it.
    ///
    /// @throws MillraceException.InvalidRequest when the text is none of this type
    default void write(byte[] utf8, int from, int to, DocumentWriter writer) {
        writer.value(parse(new String(utf8, from, to - from, StandardCharsets.UTF_8)));
    }

    /// How the values are indexed; empty where each document decides for itself (`json`).
    Optional<FieldType> fieldType();

    /// True when a document may have several values.
    default boolean isMulti() {
        return false;
    }

    /// An array of any number of dimensions, as nested arrays; where its bounds start is not kept.
    ///
    /// - delimiter: what parts the items: `;` for boxes, else a comma
    record ArrayOf(ColumnType element, char delimiter) implements ColumnType {
        @Override
        public Value parse(String text) {
            return new ArrayText(text, delimiter).parse(element);
        }

        @Override
        public Optional<FieldType> fieldType() {
            return element.fieldType();
        }

        @Override
        public boolean isMulti() {
            return true;
        }
    }

    /// A row in a column, as an object.
    record Composite(List<Attribute> attributes) implements ColumnType {

        /// One column of the row.
        record Attribute(String name, ColumnType type) {}

        public Composite {
            attributes = List.copyOf(attributes);
        }

        @Override
        public Value parse(String text) {
            List<Optional<String>> cells = CompositeText.cells(text);
            if (attributes.isEmpty() && cells.size() == 1 && cells.getFirst().isEmpty()) {
                return Value.Obj.EMPTY;
            }
            if (cells.size() != attributes.size()) {
                throw CompositeText.refused(
                        text, "a row of %d values".formatted(attributes.size()));
            }
            Map<String, Value> members = new LinkedHashMap<>();
            for (int i = 0; i < cells.size(); i++) {
                Attribute attribute = attributes.get(i);
                members.put(
                        attribute.name(),
                        cells.get(i).map(attribute.type()::parse).orElse(Value.NULL));
            }
            return new Value.Obj(members);
        }

        @Override
        public Optional<FieldType> fieldType() {
            return Optional.empty();
        }
    }

    /// @param expected what the text should be
    static MillraceException.InvalidRequest refused(String type, String text, String expected) {
        int shownMax = 100;
        String shown = text.length() <= shownMax ? text : text.substring(0, shownMax) + "…";
        return MillraceException.InvalidRequest.malformed(
                "", "%s value %s, expected %s".formatted(type, shown, expected));
    }
}
