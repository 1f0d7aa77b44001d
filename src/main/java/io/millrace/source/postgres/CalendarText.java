package io.millrace.source.postgres;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Dates and times as the database writes them under `DateStyle = ISO`, as ISO 8601. Stateless.
///
/// `infinity` and `-infinity` stay what they are.
final class CalendarText {
    private static final String DATE = "([0-9]{4,7})-([0-9]{2}-[0-9]{2})";
    private static final String TIME = "([0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,6})?)";
    private static final String OFFSET = "([+-][0-9]{2})(?::([0-9]{2}))?(?::([0-9]{2}))?";
    private static final String ERA = "( BC)?";

    private static final Pattern DATE_TEXT = Pattern.compile(DATE + ERA);
    private static final Pattern TIMESTAMP_TEXT = Pattern.compile(DATE + " " + TIME + ERA);
    private static final Pattern ZONED_TEXT = Pattern.compile(DATE + " " + TIME + OFFSET + ERA);

    private static final int FOUR_DIGITS_MAX = 9_999;

    private CalendarText() {}

    static String date(String text) {
        if (isInfinite(text)) {
            return text;
        }
        Matcher matcher = DATE_TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ColumnType.refused("date", text, "a date such as 2026-11-21");
        }
        return date(matcher, 3);
    }

    static String timestamp(String text) {
        if (isInfinite(text)) {
            return text;
        }
        Matcher matcher = TIMESTAMP_TEXT.matcher(text);
        if (!matcher.matches()) {
            throw ColumnType.refused("timestamp", text, "a time such as 2026-11-21 12:30:00.5");
        }
        return date(matcher, 4) + "T" + matcher.group(3);
    }

    static String timestampZoned(String text) {
        if (isInfinite(text)) {
            return text;
        }
        Matcher matcher = ZONED_TEXT.matcher(text);
        try {
            if (matcher.matches()) {
                String local = date(matcher, 7) + "T" + matcher.group(3);
                int offset = offsetSeconds(matcher);
                return (offset == 0 ? local : inUtc(local, offset)) + "Z";
            }
        } catch (DateTimeException e) {
            // Refused below: a month of 13, say.
        }
        throw ColumnType.refused(
                "timestamp with time zone", text, "a time such as 2026-11-21 12:30:00.5+00");
    }

    private static boolean isInfinite(String text) {
        return text.equals("infinity") || text.equals("-infinity");
    }

    /// A year 0 is 1 BC, and years that do not have four digits carry a sign.
    private static String date(Matcher matcher, int eraGroup) {
        int year = Integer.parseInt(matcher.group(1));
        String rest = "-" + matcher.group(2);
        if (matcher.group(eraGroup) == null) {
            return (year > FOUR_DIGITS_MAX ? "+" + year : matcher.group(1)) + rest;
        }
        return (year == 1 ? "0000" : "-%04d".formatted(year - 1)) + rest;
    }

    private static int offsetSeconds(Matcher matcher) {
        int hours = Integer.parseInt(matcher.group(4));
        int seconds =
                Math.abs(hours) * 3_600 + number(matcher.group(5)) * 60 + number(matcher.group(6));
        return matcher.group(4).startsWith("-") ? -seconds : seconds;
    }

    private static int number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static String inUtc(String local, int offsetSeconds) {
        int dot = local.indexOf('.');
        String fraction = dot < 0 ? "" : local.substring(dot);
        LocalDateTime utc =
                LocalDateTime.parse(dot < 0 ? local : local.substring(0, dot))
                        .minusSeconds(offsetSeconds);
        String shown = utc.toString();
        boolean withoutSeconds = utc.getSecond() == 0;
        return (withoutSeconds ? shown + ":00" : shown) + fraction;
    }
}
