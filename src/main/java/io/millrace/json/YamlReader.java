package io.millrace.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;

/// Reads one YAML text as a value, by the rules of JSON: what a definition means must not depend on
/// which of YAML's many number and boolean forms a reader knows. Used once, by one thread.
final class YamlReader {
    /// Definitions nest a handful deep; the parser below recurses.
    private static final int DEPTH_MAX = 50;

    private static final Pattern JSON_NUMBER =
            Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");

    private static final YAMLFactory FACTORY = factory();

    private final MemberNames names = new MemberNames();
    private int depth;

    private YamlReader() {}

    private static YAMLFactory factory() {
        var options = new LoaderOptions();
        options.setNestingDepthLimit(DEPTH_MAX);
        options.setMaxAliasesForCollections(0);
        options.setCodePointLimit(Json.DOCUMENT_BYTES_MAX);
        return YAMLFactory.builder()
                .loaderOptions(options)
                .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
                .build();
    }

    static Value read(byte[] utf8) {
        JsonReader.check(utf8, "text", 1);
        try (YAMLParser parser = FACTORY.createParser(utf8)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                throw InvalidRequest.malformed("", "found nothing, expected a YAML or JSON value");
            }
            Value value = new YamlReader().value(parser, first);
            if (parser.nextToken() != null) {
                throw at(parser, "a second YAML document, expected one");
            }
            return value;
        } catch (IOException e) {
            throw TextPlace.malformed(e, 1);
        }
    }

    private Value value(YAMLParser parser, @Nullable JsonToken token) throws IOException {
        if (token == null) {
            throw at(parser, "the text ends inside a value");
        }
        refuseExtras(parser);
        return switch (token) {
            case START_OBJECT -> {
                enter(parser);
                Map<String, Value> members = new LinkedHashMap<>();
                names.beginObject();
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    if (!names.add(name)) {
                        throw at(
                                parser,
                                "member " + JsonReader.shown(name) + " stands twice in one object");
                    }
                    members.put(name, value(parser, parser.nextToken()));
                }
                names.endObject();
                depth--;
                yield new Value.Obj(members);
            }
            case START_ARRAY -> {
                enter(parser);
                List<Value> items = new ArrayList<>();
                JsonToken next = parser.nextToken();
                while (next != JsonToken.END_ARRAY) {
                    items.add(value(parser, next));
                    next = parser.nextToken();
                }
                depth--;
                yield new Value.Array(items);
            }
            case VALUE_STRING -> {
                String text = parser.getText();
                if (Utf8Text.hasLoneSurrogate(text)) {
                    throw at(parser, "string with half a surrogate pair");
                }
                yield Value.of(text);
            }
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(parser);
            case VALUE_TRUE -> Value.of(true);
            case VALUE_FALSE -> Value.of(false);
            case VALUE_NULL -> Value.NULL;
            case FIELD_NAME, END_OBJECT, END_ARRAY, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                    throw at(parser, "a value that JSON does not have");
        };
    }

    private void enter(YAMLParser parser) {
        if (++depth > DEPTH_MAX) {
            throw at(parser, "nested deeper than " + DEPTH_MAX);
        }
    }

    private static Value number(YAMLParser parser) throws IOException {
        String text = parser.getText();
        if (text.length() > Json.NUMBER_CHARS_MAX || !JSON_NUMBER.matcher(text).matches()) {
            throw at(
                    parser,
                    "number %s, expected JSON's way of writing it; a string needs quotes"
                            .formatted(JsonReader.shown(text)));
        }
        try {
            return NumberText.decode(text);
        } catch (NumberFormatException e) {
            throw at(parser, "number " + JsonReader.shown(text) + " has an " + e.getMessage());
        }
    }

    /// Aliases could grow a short text without bound, tags could change what a value is.
    private static void refuseExtras(YAMLParser parser) throws IOException {
        if (parser.isCurrentAlias()) {
            throw at(parser, "alias *" + parser.getText() + ", expected the value itself");
        }
        if (parser.getTypeId() != null) {
            throw at(parser, "tag !" + parser.getTypeId() + ", expected none");
        }
    }

    private static InvalidRequest at(JsonParser parser, String message) {
        JsonLocation place = parser.currentTokenLocation();
        return TextPlace.malformed(place.getLineNr(), place.getColumnNr(), message);
    }
}
