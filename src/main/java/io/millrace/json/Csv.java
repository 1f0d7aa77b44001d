package io.millrace.json;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.csv.CsvFactory;
import com.fasterxml.jackson.dataformat.csv.CsvParser;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import io.millrace.MillraceException.InvalidRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Records of comma-separated values (RFC 4180), with the delimiter that they are written with.
/// Immutable; may be shared between threads.
public final class Csv {
    private static final CsvFactory FACTORY = new CsvFactory();

    private final CsvSchema schema;

    public Csv(char delimiter) {
        schema = CsvSchema.emptySchema().withColumnSeparator(delimiter);
    }

    /// The cells of one record, quotes undone.
    ///
    /// @param utf8 the record without the line feed that ends it
    /// @param number of its first line, for messages
    /// @throws InvalidRequest naming the line, when it is no UTF-8, or not one record
    public List<String> cells(byte[] utf8, long number) {
        JsonReader.check(utf8, "record", number);
        List<String> cells = new ArrayList<>();
        try (CsvParser parser = FACTORY.createParser(utf8)) {
            parser.setSchema(schema);
            JsonToken token = parser.nextToken();
            if (token != null && token != JsonToken.START_ARRAY) {
                throw malformed(number, "found " + token + ", expected a record");
            }
            while (token != null && token != JsonToken.END_ARRAY) {
                token = parser.nextToken();
                if (token == JsonToken.VALUE_STRING) {
                    cells.add(parser.getText());
                }
            }
            if (parser.nextToken() != null) {
                throw malformed(number, "found a second record, expected one");
            }
        } catch (IOException e) {
            throw malformed(
                    number,
                    "no record of comma-separated values: "
                            + String.valueOf(e.getMessage()).lines().findFirst().orElse(""));
        }
        return cells;
    }

    private static InvalidRequest malformed(long number, String what) {
        return InvalidRequest.malformed("", "line %d: %s".formatted(number, what));
    }
}
