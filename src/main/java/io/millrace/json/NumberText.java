package io.millrace.json;

import io.millrace.document.Value;
import java.math.BigDecimal;

/// What a JSON number's text stands for: [Value.Int] where 64 bits hold it, [Value.Real] where a
/// double prints back the same decimal value, [Value.Decimal] otherwise.
final class NumberText {
    /// Decimal digits that every double keeps.
    private static final int EXACT_DIGITS_MAX = 15;

    /// Powers of ten that are exact doubles: a quotient of two exact doubles is rounded once, so it
    /// is the nearest double of the text (Clinger 1990).
    private static final double[] POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
        1e17, 1e18, 1e19, 1e20, 1e21, 1e22
    };

    private NumberText() {}

    /// The double of a short plain fraction such as `-122.197`, or NaN when the text is anything
    /// else.
    ///
    /// @param text a JSON number between `from` and `to`
    static double shortReal(char[] text, int from, int to) {
        boolean negative = text[from] == '-';
        long digits = 0;
        int point = -1;
        int digitCount = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            char c = text[i];
            if (c == '.') {
                point = i;
            } else if (c >= '0' && c <= '9') {
                digits = digits * 10 + (c - '0');
                if (digits != 0 && ++digitCount > EXACT_DIGITS_MAX) {
                    return Double.NaN;
                }
            } else {
                return Double.NaN;
            }
        }
        int fraction = point < 0 ? 0 : to - point - 1;
        if (fraction >= POWERS.length) {
            return Double.NaN;
        }
        double magnitude = digits / POWERS[fraction];
        return negative ? -magnitude : magnitude;
    }

    /// The value of any JSON number.
    ///
    /// @throws NumberFormatException with a message for people when the exponent is out of range
    static Value decode(String text) {
        if (isInteger(text) && text.length() <= 20) {
            try {
                return Value.of(Long.parseLong(text));
            } catch (NumberFormatException e) {
                // Longer than 64 bits by a little: decided below like every other big number.
            }
        }
        BigDecimal exact;
        try {
            exact = new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw exponentOutOfRange(e);
        }
        long exponent = (long) exact.precision() - exact.scale();
        if (Math.abs(exponent) > Json.NUMBER_EXPONENT_MAX
                || Math.abs((long) exact.scale()) > Json.NUMBER_EXPONENT_MAX) {
            throw exponentOutOfRange(null);
        }
        double nearest = Double.parseDouble(text);
        if (Double.isFinite(nearest)
                && new BigDecimal(Double.toString(nearest)).compareTo(exact) == 0) {
            return Value.of(nearest);
        }
        return new Value.Decimal(exact);
    }

    private static boolean isInteger(String text) {
        for (int i = text.charAt(0) == '-' ? 1 : 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }

    private static NumberFormatException exponentOutOfRange(
            @org.jspecify.annotations.Nullable Exception cause) {
        var failure =
                new NumberFormatException(
                        "exponent outside -%1$d to %1$d".formatted(Json.NUMBER_EXPONENT_MAX));
        failure.initCause(cause);
        return failure;
    }
}
