package io.millrace.document;

import java.time.LocalDate;
import java.time.Month;
import java.time.Year;

/// Reads the spelling of a time that nearly every document has, `2018-02-01T12:30:00.5Z` with or
/// without a fraction and a `Z`, many times faster than a formatter does. Whatever looks different
/// is left to one. Stateless.
final class PlainTime {
    /// No time: there is a formatter for all others.
    static final long NONE = Long.MIN_VALUE;

    private static final int FRACTION = 19;
    private static final int FRACTION_DIGITS_MAX = 9;
    private static final int MICROS_DIGITS = 6;
    private static final long SECONDS_PER_DAY = 86_400;
    private static final long MICROS_PER_SECOND = 1_000_000;

    private PlainTime() {}

    /// Microseconds since 1970, what is smaller cut off; [#NONE] when the text is not of this form,
    /// or names a day or a time of day that does not exist.
    static long micros(String text) {
        int end = text.length();
        if (end > FRACTION && text.charAt(end - 1) == 'Z') {
            end--;
        }
        if (end < FRACTION
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || text.charAt(10) != 'T'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            return NONE;
        }
        int year = number(text, 0, 4);
        int month = number(text, 5, 7);
        int day = number(text, 8, 10);
        int hour = number(text, 11, 13);
        int minute = number(text, 14, 16);
        int second = number(text, 17, FRACTION);
        int micros = fractionMicros(text, end);
        boolean isTime = (hour | minute | second | micros) >= 0;
        if (!isTime || hour > 23 || minute > 59 || second > 59 || !isDay(year, month, day)) {
            return NONE;
        }
        long seconds =
                LocalDate.of(year, month, day).toEpochDay() * SECONDS_PER_DAY
                        + (hour * 60L + minute) * 60
                        + second;
        return seconds * MICROS_PER_SECOND + micros;
    }

    private static boolean isDay(int year, int month, int day) {
        return year >= 0
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= Month.of(month).length(Year.isLeap(year));
    }

    /// Below 0 for what is no fraction of a second.
    private static int fractionMicros(String text, int end) {
        if (end == FRACTION) {
            return 0;
        }
        int digits = end - FRACTION - 1;
        if (text.charAt(FRACTION) != '.' || digits < 1 || digits > FRACTION_DIGITS_MAX) {
            return -1;
        }
        int kept = Math.min(digits, MICROS_DIGITS);
        int micros = number(text, FRACTION + 1, FRACTION + 1 + kept);
        if (micros < 0 || number(text, FRACTION + 1 + kept, end) < 0) {
            return -1;
        }
        for (int i = kept; i < MICROS_DIGITS; i++) {
            micros *= 10;
        }
        return micros;
    }

    /// Below 0 for what is not all digits; 0 for nothing.
    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
