package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Bodies, keys and numbers of requests, read strictly: what is not understood is refused with its
/// place.
final class RequestText {
    static final int BODY_BYTES_MAX = 1 << 20;

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s)");

    private RequestText() {}

    /// A definition or query; YAML where the media type says so. Of a body that did not say how
    /// long it is no more is read than it may be long.
    static Value body(InputStream in, @Nullable MediaType mediaType) {
        return optionalBody(in, mediaType)
                .orElseThrow(() -> InvalidRequest.malformed("", "the request has no body"));
    }

    /// Empty when the request has none.
    static Optional<Value> optionalBody(InputStream in, @Nullable MediaType mediaType) {
        byte[] body;
        try {
            body = in.readNBytes(BODY_BYTES_MAX + 1);
        } catch (IOException e) {
            throw InvalidRequest.malformed("", "the body ended early: " + e.getMessage());
        }
        if (body.length == 0) {
            return Optional.empty();
        }
        if (body.length > BODY_BYTES_MAX) {
            throw tooLarge("more than " + BODY_BYTES_MAX);
        }
        boolean yaml = mediaType != null && mediaType.getSubtype().endsWith("yaml");
        return Optional.of(yaml ? Json.parseYaml(body) : Json.parse(body));
    }

    static InvalidRequest tooLarge(String lengthBytes) {
        return InvalidRequest.tooLarge(
                "", "body of %s bytes, expected at most %d".formatted(lengthBytes, BODY_BYTES_MAX));
    }

    /// A key as it stands in a path: percent-encoded parts joined by `,`. A key of one part is the
    /// whole text, commas included.
    static DocumentKey key(Schema schema, String encoded) {
        List<String> texts =
                schema.keyPaths().size() <= 1 ? List.of(encoded) : List.of(encoded.split(",", -1));
        List<Value> parts = new ArrayList<>();
        texts.forEach(text -> parts.add(Value.of(percentDecoded(text))));
        return schema.keyFrom(parts);
    }

    /// A whole number from a query parameter.
    static int number(String parameter, @Nullable String text, int usual, int least, int most) {
        if (text == null) {
            return usual;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Refused below, with everything else that is no such number.
        }
        throw InvalidRequest.malformed(
                parameter,
                "%s %s, expected a whole number from %d to %d"
                        .formatted(parameter, text, least, most));
    }

    static boolean bool(String parameter, @Nullable String text, boolean usual) {
        return switch (text) {
            case null -> usual;
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw InvalidRequest.malformed(
                            parameter, "%s %s, expected true or false".formatted(parameter, text));
        };
    }

    /// A duration such as `500ms` or `5s`.
    static Duration duration(String place, @Nullable String text, Duration usual, Duration most) {
        if (text == null) {
            return usual;
        }
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            Duration duration =
                    matcher.group(2).equals("s")
                            ? Duration.ofSeconds(amount)
                            : Duration.ofMillis(amount);
            if (!duration.isZero() && duration.compareTo(most) <= 0) {
                return duration;
            }
        }
        throw InvalidRequest.malformed(
                place,
                "%s %s, expected a duration from 1ms to %ds such as 500ms or 5s"
                        .formatted(
                                place.startsWith("/") ? place.substring(1) : place,
                                text,
                                most.toSeconds()));
    }

    /// A generation from a query parameter, or null when there is none.
    static @Nullable Long generation(String parameter, @Nullable String text) {
        if (text == null) {
            return null;
        }
        if (!text.matches("[0-9]{1,18}")) {
            throw InvalidRequest.malformed(
                    parameter, "%s %s, expected a generation".formatted(parameter, text));
        }
        return Long.valueOf(text);
    }

    static String percentDecoded(String text) {
        var bytes = new ByteArrayOutputStream(text.length());
        for (int at = 0; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c != '%') {
                bytes.writeBytes(String.valueOf(c).getBytes(StandardCharsets.UTF_8));
                continue;
            }
            if (at + 2 >= text.length()
                    || !HexFormat.isHexDigit(text.charAt(at + 1))
                    || !HexFormat.isHexDigit(text.charAt(at + 2))) {
                throw InvalidRequest.malformed(
                        "", "key %s: %% without two hexadecimal digits".formatted(text));
            }
            bytes.write(HexFormat.fromHexDigits(text, at + 1, at + 3));
            at += 2;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw InvalidRequest.malformed("", "key %s is not UTF-8".formatted(text));
        }
    }
}
