package io.millrace.rest;

import io.millrace.MillraceException.InvalidRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/// The opaque `position` of an answer. Clients hand it back, they do not read it.
sealed interface PositionToken {
    String incarnation();

    /// A generation of one incarnation.
    record OfGeneration(String incarnation, long generation) implements PositionToken {}

    /// What a push index accepted and has not committed: a sequence number of one session.
    record OfPush(String incarnation, long session, long next) implements PositionToken {}

    static String of(String incarnation, long generation) {
        return encoded("1:" + incarnation + ":" + generation);
    }

    static String ofPush(String incarnation, long session, long next) {
        return encoded("2:" + incarnation + ":" + HexFormat.of().toHexDigits(session) + ":" + next);
    }

    private static String encoded(String plain) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }

    /// @param place in the request, for the message
    static PositionToken parse(String place, String token) {
        try {
            String plain = new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8);
            String[] parts = plain.split(":", -1);
            if (parts.length == 3 && parts[0].equals("1")) {
                return new OfGeneration(parts[1], Long.parseLong(parts[2]));
            }
            if (parts.length == 4 && parts[0].equals("2")) {
                return new OfPush(
                        parts[1],
                        HexFormat.fromHexDigitsToLong(parts[2]),
                        Long.parseLong(parts[3]));
            }
        } catch (IllegalArgumentException e) {
            // Refused below, like everything else that we did not write.
        }
        throw InvalidRequest.malformed(
                place,
                "%s %s, expected the position of an earlier answer, topic:partition:offset, or source:LSN"
                        .formatted(place, token.length() <= 60 ? token : token.substring(0, 60)));
    }
}
