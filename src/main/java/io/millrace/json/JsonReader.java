package io.millrace.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Document;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Value;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reads one JSON text. Used once, by one thread.
final class JsonReader {
    /// Shared: it keeps the table of member names that parsers reuse.
    static final JsonFactory FACTORY =
            new JsonFactoryBuilder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNestingDepth(Json.DEPTH_MAX)
                                    .maxNameLength(Json.NAME_CHARS_MAX)
                                    .maxNumberLength(Json.NUMBER_CHARS_MAX)
                                    .maxStringLength(Json.DOCUMENT_BYTES_MAX)
                                    .build())
                    // A global intern per new name buys nothing here and is slow under attack.
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
                    .build();

    private final byte[] utf8;
    private final long firstLine;
    private final boolean surrogateEscapes;
    private final MemberNames names = new MemberNames();

    /// @param firstLine where the text begins in a larger one, for messages; counted from 1
    JsonReader(byte[] utf8, long firstLine) {
        this.utf8 = utf8;
        this.firstLine = firstLine;
        this.surrogateEscapes = check(utf8, "document", firstLine);
    }

    /// Refuses what no JSON or YAML text may hold; true when it has escaped surrogates.
    static boolean check(byte[] utf8, String what, long firstLine) {
        if (utf8.length > Json.DOCUMENT_BYTES_MAX) {
            throw InvalidRequest.tooLarge(
                    "",
                    "%s of %d bytes, expected at most %d"
                            .formatted(what, utf8.length, Json.DOCUMENT_BYTES_MAX));
        }
        if (utf8.length >= 3
                && utf8[0] == (byte) 0xEF
                && utf8[1] == (byte) 0xBB
                && utf8[2] == (byte) 0xBF) {
            throw TextPlace.malformed(firstLine, 1, "byte order mark, expected plain UTF-8");
        }
        for (int i = 0; i < Math.min(4, utf8.length); i++) {
            // Jackson would take these for UTF-16 or UTF-32.
            if (utf8[i] == 0) {
                throw TextPlace.malformed(firstLine, i + 1, "zero byte, expected plain UTF-8");
            }
        }
        int checked = Utf8Text.check(utf8);
        if (checked >= 0) {
            throw TextPlace.at(utf8, checked, firstLine)
                    .malformed("byte 0x%02x is not UTF-8".formatted(utf8[checked]));
        }
        return checked == Utf8Text.WITH_SURROGATE_ESCAPES;
    }

    /// Jackson's parser of bytes refuses an escaped surrogate pair in a member name; its parser of
    /// characters takes it.
    private JsonParser parser() throws IOException {
        return surrogateEscapes
                ? FACTORY.createParser(new String(utf8, StandardCharsets.UTF_8))
                : FACTORY.createParser(utf8);
    }

    Document readDocument() {
        try (JsonParser parser = parser()) {
            JsonToken first = parser.nextToken();
            if (first != JsonToken.START_OBJECT) {
                throw unexpectedRoot(parser, first, "an object");
            }
            var writer = new DocumentWriter();
            copyObject(parser, writer);
            expectEnd(parser);
            return writer.finish();
        } catch (IOException e) {
            throw TextPlace.malformed(e, firstLine);
        }
    }

    Value readValue() {
        try (JsonParser parser = parser()) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw unexpectedRoot(parser, first, "a JSON value");
            }
            Value value = value(parser, first);
            expectEnd(parser);
            return value;
        } catch (IOException e) {
            throw TextPlace.malformed(e, firstLine);
        }
    }

    /// Copies the object that the parser just entered, with everything in it. A loop, not a
    /// recursion: it runs once per record of a topic.
    private void copyObject(JsonParser parser, DocumentWriter writer) throws IOException {
        writer.beginObject();
        names.beginObject();
        int depth = 1;
        while (depth > 0) {
            JsonToken token = parser.nextToken();
            if (token == null) {
                throw at(parser, "the text ends inside the document");
            }
            switch (token) {
                case FIELD_NAME -> writer.name(memberName(parser));
                case START_OBJECT -> {
                    writer.beginObject();
                    names.beginObject();
                    depth++;
                }
                case END_OBJECT -> {
                    writer.end();
                    names.endObject();
                    depth--;
                }
                case START_ARRAY -> {
                    writer.beginArray();
                    depth++;
                }
                case END_ARRAY -> {
                    writer.end();
                    depth--;
                }
                case VALUE_STRING -> writer.text(text(parser));
                case VALUE_NUMBER_INT -> {
                    if (parser.getTextLength() < 19) {
                        writer.integer(parser.getLongValue());
                    } else {
                        writer.value(number(parser));
                    }
                }
                case VALUE_NUMBER_FLOAT -> {
                    double real = shortReal(parser);
                    if (Double.isNaN(real)) {
                        writer.value(number(parser));
                    } else {
                        writer.real(real);
                    }
                }
                case VALUE_TRUE -> writer.bool(true);
                case VALUE_FALSE -> writer.bool(false);
                case VALUE_NULL -> writer.nul();
                case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> throw at(parser, "no JSON value");
            }
        }
    }

    private Value value(JsonParser parser, JsonToken token) throws IOException {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Value> members = new LinkedHashMap<>();
                names.beginObject();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = memberName(parser);
                    members.put(name, value(parser, parser.nextToken()));
                }
                names.endObject();
                yield new Value.Obj(members);
            }
            case START_ARRAY -> {
                List<Value> items = new ArrayList<>();
                JsonToken next = parser.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    items.add(value(parser, next));
                    next = parser.nextToken();
                }
                yield new Value.Array(items);
            }
            case VALUE_STRING -> Value.of(text(parser));
            case VALUE_NUMBER_INT -> number(parser);
            case VALUE_NUMBER_FLOAT -> {
                double real = shortReal(parser);
                yield Double.isNaN(real) ? number(parser) : Value.of(real);
            }
            case VALUE_TRUE -> Value.of(true);
            case VALUE_FALSE -> Value.of(false);
            case VALUE_NULL -> Value.NULL;
            case FIELD_NAME, END_OBJECT, END_ARRAY, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw at(parser, "no JSON value");
        };
    }

    private String memberName(JsonParser parser) throws IOException {
        String name = parser.currentName();
        if (surrogateEscapes && Utf8Text.hasLoneSurrogate(name)) {
            throw at(parser, "member name with half a surrogate pair");
        }
        if (!names.add(name)) {
            throw at(parser, "member " + shown(name) + " stands twice in one object");
        }
        return name;
    }

    private String text(JsonParser parser) throws IOException {
        String text = parser.getText();
        if (surrogateEscapes && Utf8Text.hasLoneSurrogate(text)) {
            throw at(parser, "string with half a surrogate pair");
        }
        return text;
    }

    private static double shortReal(JsonParser parser) throws IOException {
        int from = parser.getTextOffset();
        return NumberText.shortReal(
                parser.getTextCharacters(), from, from + parser.getTextLength());
    }

    private Value number(JsonParser parser) throws IOException {
        String text = parser.getText();
        if (text.length() > Json.NUMBER_CHARS_MAX) {
            throw at(
                    parser,
                    "number of %d characters, expected at most %d"
                            .formatted(text.length(), Json.NUMBER_CHARS_MAX));
        }
        try {
            return NumberText.decode(text);
        } catch (NumberFormatException e) {
            throw at(parser, "number " + shown(text) + " has an " + e.getMessage());
        }
    }

    private void expectEnd(JsonParser parser) throws IOException {
        if (parser.nextToken() != null) {
            throw at(parser, "more text after the end of the value");
        }
    }

    private InvalidRequest unexpectedRoot(
            JsonParser parser,
            @org.jspecify.annotations.Nullable JsonToken found,
            String expected) {
        return at(parser, "found " + TextPlace.describe(found) + ", expected " + expected);
    }

    private InvalidRequest at(JsonParser parser, String message) {
        JsonLocation place = parser.currentTokenLocation();
        return TextPlace.malformed(place.getLineNr() + firstLine - 1, place.getColumnNr(), message);
    }

    static String shown(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
