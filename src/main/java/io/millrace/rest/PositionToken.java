package io.millrace.rest;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// The opaque `position` of an answer: a generation of one incarnation. Clients hand it back, they
/// do not read it.
final class PositionToken {
    private static final String VERSION = "1";

    private PositionToken() {}

    static String of(String incarnation, long generation) {
        String plain = VERSION + ":" + incarnation + ":" + generation;
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(plain.getBytes(StandardCharsets.UTF_8));
    }
}
