package io.millrace.json;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.millrace.MillraceException.InvalidRequest;
import java.io.IOException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A place in a text, both counted from 1, columns mostly in bytes; and the words for what is wrong
/// there.
record TextPlace(long line, int column) {
    private static final int MESSAGE_CHARS_MAX = 300;

    /// What Jackson adds for programmers: where its source object is, which switch to flip.
    private static final Pattern ASIDES =
            Pattern.compile(
                    " ?\\((start marker )?at \\[Source[^\\]]*\\]\\)"
                            + "|, from `[^`]*`"
                            + "|: enable `[^`]*` to allow"
                            + "|\\s*at \\[Source.*");

    static TextPlace at(byte[] utf8, int offset, long firstLine) {
        long line = firstLine;
        int lineStart = 0;
        for (int i = 0; i < offset; i++) {
            if (utf8[i] == '\n') {
                line++;
                lineStart = i + 1;
            }
        }
        return new TextPlace(line, offset - lineStart + 1);
    }

    InvalidRequest malformed(String message) {
        return malformed(line, column, message);
    }

    static InvalidRequest malformed(long line, int column, String message) {
        return InvalidRequest.malformed(
                "", "line %d, column %d: %s".formatted(line, column, message));
    }

    /// Jackson's complaint in our words.
    static InvalidRequest malformed(IOException failure, long firstLine) {
        String message = String.valueOf(failure.getMessage());
        JsonLocation place = null;
        if (failure instanceof JsonProcessingException processing) {
            message = processing.getOriginalMessage();
            place = processing.getLocation();
        }
        String cleaned = ASIDES.matcher(message.replace('\n', ' ')).replaceAll("").strip();
        if (cleaned.length() > MESSAGE_CHARS_MAX) {
            cleaned = cleaned.substring(0, MESSAGE_CHARS_MAX) + "…";
        }
        if (!cleaned.isEmpty()) {
            cleaned = cleaned.substring(0, 1).toLowerCase(Locale.ROOT) + cleaned.substring(1);
        }
        return place == null
                ? InvalidRequest.malformed("", cleaned)
                : malformed(place.getLineNr() + firstLine - 1, place.getColumnNr(), cleaned);
    }

    static String describe(@Nullable JsonToken token) {
        return switch (token) {
            case null -> "nothing";
            case START_OBJECT, END_OBJECT, FIELD_NAME -> "an object";
            case START_ARRAY, END_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "a boolean";
            case VALUE_NULL -> "null";
            case VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE -> "something that is not JSON";
        };
    }
}
