package io.millrace.document;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Locale;

/// The spellings of a uuid: 32 hexadecimal digits of either case, hyphens behind any group of four,
/// braces around them or `urn:uuid:` before them.
final class UuidText {
    static final int BYTES = 16;

    private static final String URN = "urn:uuid:";
    private static final int DIGITS = 32;

    private UuidText() {}

    /// 16 bytes, the first digit in front; unsigned, they order like the canonical text.
    ///
    /// @throws IllegalArgumentException when the text is no uuid
    static byte[] parse(String text) {
        String rest = text.toLowerCase(Locale.ROOT);
        if (rest.startsWith(URN)) {
            rest = rest.substring(URN.length());
        } else if (rest.startsWith("{") && rest.endsWith("}")) {
            rest = rest.substring(1, rest.length() - 1);
        }
        StringBuilder digits = new StringBuilder(DIGITS);
        boolean mayPart = false;
        for (int i = 0; i < rest.length(); i++) {
            char c = rest.charAt(i);
            if (c == '-' && mayPart && digits.length() < DIGITS) {
                mayPart = false;
            } else if (HexFormat.isHexDigit(c) && digits.length() < DIGITS) {
                digits.append(c);
                mayPart = digits.length() % 4 == 0;
            } else {
                throw new IllegalArgumentException("character " + i + " of " + text);
            }
        }
        if (digits.length() != DIGITS) {
            throw new IllegalArgumentException(digits.length() + " digits");
        }
        return HexFormat.of().parseHex(digits);
    }

    /// The canonical spelling: lower case, groups of 8, 4, 4, 4 and 12 digits.
    static String of(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new java.util.UUID(in.getLong(), in.getLong()).toString();
    }
}
