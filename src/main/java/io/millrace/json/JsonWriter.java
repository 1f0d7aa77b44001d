package io.millrace.json;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.ByteArrayBuilder;
import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.Value;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Writes compact JSON in UTF-8.
final class JsonWriter {
    private JsonWriter() {}

    static byte[] bytes(Value value) {
        return written(generator -> write(generator, value));
    }

    static byte[] bytes(Document document) {
        return written(generator -> copy(generator, document));
    }

    private static void write(JsonGenerator generator, Value value) throws IOException {
        switch (value) {
            case Value.Null _ -> generator.writeNull();
            case Value.Bool(boolean bool) -> generator.writeBoolean(bool);
            case Value.Int(long integer) -> generator.writeNumber(integer);
            case Value.Real(double real) -> generator.writeNumber(Value.Real.text(real));
            case Value.Decimal(BigDecimal decimal) -> generator.writeNumber(decimal.toString());
            case Value.Text(String text) -> {
                // By way of bytes: Jackson fails on a lone surrogate, the encoder replaces it.
                byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
                generator.writeUTF8String(utf8, 0, utf8.length);
            }
            case Value.Array(var items) -> {
                generator.writeStartArray();
                for (Value item : items) {
                    write(generator, item);
                }
                generator.writeEndArray();
            }
            case Value.Obj(var members) -> {
                generator.writeStartObject();
                for (Map.Entry<String, Value> member : members.entrySet()) {
                    generator.writeFieldName(member.getKey());
                    write(generator, member.getValue());
                }
                generator.writeEndObject();
            }
        }
    }

    private static void copy(JsonGenerator generator, Document document) throws IOException {
        byte[] bytes = document.bytes();
        DocumentCursor cursor = document.cursor();
        boolean[] isObject = new boolean[Json.DEPTH_MAX + 1];
        int depth = 0;
        for (Token token = cursor.next(); token != Token.DONE; token = cursor.next()) {
            if (token == Token.END) {
                if (isObject[depth--]) {
                    generator.writeEndObject();
                } else {
                    generator.writeEndArray();
                }
                continue;
            }
            if (isObject[depth]) {
                generator.writeFieldName(cursor.name());
            }
            switch (token) {
                case OBJECT -> {
                    isObject[++depth] = true;
                    generator.writeStartObject();
                }
                case ARRAY -> {
                    isObject[++depth] = false;
                    generator.writeStartArray();
                }
                case NULL -> generator.writeNull();
                case BOOL -> generator.writeBoolean(cursor.bool());
                case INT -> generator.writeNumber(cursor.integer());
                case REAL -> generator.writeNumber(Value.Real.text(cursor.real()));
                case DECIMAL -> generator.writeNumber(cursor.decimal().toString());
                case TEXT ->
                        generator.writeUTF8String(
                                bytes, cursor.textOffset(), cursor.textLengthBytes());
                case END, DONE -> throw new MillraceException.Bug("no value at " + token);
            }
        }
    }

    private static byte[] written(Writing writing) {
        try (var out = new ByteArrayBuilder(512)) {
            try (JsonGenerator generator = JsonReader.FACTORY.createGenerator(out)) {
                writing.write(generator);
            }
            return out.toByteArray();
        } catch (IOException e) {
            throw new MillraceException.Bug("JSON not written: " + e.getMessage(), e);
        }
    }

    @FunctionalInterface
    private interface Writing {
        void write(JsonGenerator generator) throws IOException;
    }
}
