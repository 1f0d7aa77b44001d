package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import io.millrace.json.Json;
import jakarta.ws.rs.core.MediaType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Bodies and numbers of requests, read strictly: what is not understood is refused with its place.
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
}
