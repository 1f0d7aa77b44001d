package io.millrace.source.postgres;

import java.nio.charset.StandardCharsets;

/// Recognises, in UTF-8, the texts of numbers and times that nearly every row has, and that become
/// values of a document without being parsed. What looks different is left to [ScalarType#parse].
/// Stateless.
final class PlainText {
    static final int DATE_BYTES = 10;

    /// A digit stands for any.
    private static final byte[] DATE = ascii("0000-00-00");

    private static final byte[] TIMESTAMP = ascii("0000-00-00 00:00:00");
    private static final byte[] UTC = ascii("+00");
    private static final int FRACTION_DIGITS_MAX = 6;

    private PlainText() {}

    /// `2026-11-21`, with a year of four digits.
    static boolean isDate(byte[] utf8, int from, int to) {
        return to - from == DATE_BYTES && hasForm(utf8, from, DATE);
    }

    /// `2026-11-21 12:30:00.5`, with or without a fraction.
    static boolean isTimestamp(byte[] utf8, int from, int to) {
        if (to - from < TIMESTAMP.length || !hasForm(utf8, from, TIMESTAMP)) {
            return false;
        }
        int fraction = from + TIMESTAMP.length;
        int digits = to - fraction - 1;
        return fraction == to
                || (utf8[fraction] == '.'
                        && digits >= 1
                        && digits <= FRACTION_DIGITS_MAX
                        && isDigits(utf8, fraction + 1, to));
    }

    /// The same, followed by `+00`.
    static boolean isTimestampInUtc(byte[] utf8, int from, int to) {
        int offset = to - UTC.length;
        return offset >= from
                && hasForm(utf8, offset, UTC)
                && utf8[offset + 1] == '0'
                && utf8[offset + 2] == '0'
                && isTimestamp(utf8, from, offset);
    }

    /// A number with a point in it, written as [java.math.BigDecimal#toString] does: no sign but a
    /// minus, no zeros before the first digit, no exponent needed.
    static boolean isDecimal(byte[] utf8, int from, int to) {
        int first = from < to && utf8[from] == '-' ? from + 1 : from;
        int point = first;
        while (point < to && isDigit(utf8[point])) {
            point++;
        }
        int digits = to - point - 1;
        if (point == first
                || point == to
                || utf8[point] != '.'
                || digits < 1
                || digits > FRACTION_DIGITS_MAX
                || !isDigits(utf8, point + 1, to)) {
            return false;
        }
        boolean isBelowOne = utf8[first] == '0';
        // There is no zero below zero.
        return !isBelowOne || (first == from && point == first + 1);
    }

    private static boolean hasForm(byte[] utf8, int from, byte[] form) {
        for (int i = 0; i < form.length; i++) {
            byte b = utf8[from + i];
            if (form[i] == '0' ? !isDigit(b) : b != form[i]) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigits(byte[] utf8, int from, int to) {
        for (int i = from; i < to; i++) {
            if (!isDigit(utf8[i])) {
                return false;
            }
        }
        return true;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
