package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Times that are written relative to another one: `now`, `now-7d/d`, `2026-01-01||+1M/M`. All in
/// UTC. Stateless.
///
/// ```
/// time   := ("now" | anchor "||") step*
/// step   := ("+" | "-") digits unit | "/" unit      the latter goes back to the unit's beginning
/// unit   := y | M | w (from Monday on) | d | h or H | m | s
/// anchor := what the field takes otherwise
/// ```
final class DateMath {
    private static final String NOW = "now";
    private static final String BEHIND_ANCHOR = "||";
    private static final Pattern STEP =
            Pattern.compile("([+-])(\\d{1,9})([yMwdhHms])|/([yMwdhHms])");
    private static final long MICROS_PER_SECOND = 1_000_000;

    private DateMath() {}

    /// True for what [#resolved] has to be asked about.
    static boolean isRelative(Field field, String text) {
        return (field.type() == FieldType.TIMESTAMP || field.type() == FieldType.DATE)
                && (text.startsWith(NOW) || text.contains(BEHIND_ANCHOR));
    }

    /// The time as ISO 8601 text, which every such field takes; a day for a [FieldType#DATE].
    ///
    /// @throws MillraceException.InvalidRequest when it cannot be read, or no calendar holds it
    static Value resolved(Field field, String text, Instant now) {
        int steps = text.indexOf(BEHIND_ANCHOR);
        LocalDateTime time;
        if (steps >= 0) {
            time = anchor(field, text.substring(0, steps));
            steps += BEHIND_ANCHOR.length();
        } else {
            time = LocalDateTime.ofInstant(now, ZoneOffset.UTC);
            steps = NOW.length();
        }
        Matcher matcher = STEP.matcher(text).region(steps, text.length());
        try {
            while (matcher.lookingAt()) {
                time =
                        matcher.group(4) == null
                                ? moved(time, matcher)
                                : floor(time, matcher.group(4));
                matcher.region(matcher.end(), text.length());
            }
        } catch (DateTimeException | ArithmeticException e) {
            throw MillraceException.InvalidRequest.malformed(
                    "", "time %s lies in no calendar".formatted(Place.quoted(text)));
        }
        if (matcher.regionStart() < text.length()) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "time %s at %s, expected steps such as +1M, -7d or /d with a unit of y, M, w, d,"
                                    .formatted(
                                            Place.quoted(text),
                                            Place.quoted(text.substring(matcher.regionStart())))
                            + " h, m, s");
        }
        return Value.of(
                field.type() == FieldType.DATE
                        ? time.toLocalDate().toString()
                        : time.toInstant(ZoneOffset.UTC).toString());
    }

    private static LocalDateTime anchor(Field field, String text) {
        long ordered = Coercion.ordered(field, Value.of(text));
        return field.type() == FieldType.DATE
                ? LocalDate.ofEpochDay(ordered).atStartOfDay()
                : LocalDateTime.ofEpochSecond(
                        Math.floorDiv(ordered, MICROS_PER_SECOND),
                        (int) Math.floorMod(ordered, MICROS_PER_SECOND) * 1_000,
                        ZoneOffset.UTC);
    }

    private static LocalDateTime moved(LocalDateTime time, Matcher step) {
        long amount = Long.parseLong(step.group(2));
        return time.plus(step.group(1).equals("-") ? -amount : amount, unit(step.group(3)));
    }

    private static LocalDateTime floor(LocalDateTime time, String name) {
        return switch (unit(name)) {
            case YEARS ->
                    time.with(TemporalAdjusters.firstDayOfYear()).truncatedTo(ChronoUnit.DAYS);
            case MONTHS ->
                    time.with(TemporalAdjusters.firstDayOfMonth()).truncatedTo(ChronoUnit.DAYS);
            case WEEKS ->
                    time.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY))
                            .truncatedTo(ChronoUnit.DAYS);
            default -> time.truncatedTo(unit(name));
        };
    }

    private static ChronoUnit unit(String name) {
        return switch (name) {
            case "y" -> ChronoUnit.YEARS;
            case "M" -> ChronoUnit.MONTHS;
            case "w" -> ChronoUnit.WEEKS;
            case "d" -> ChronoUnit.DAYS;
            case "h", "H" -> ChronoUnit.HOURS;
            case "m" -> ChronoUnit.MINUTES;
            case "s" -> ChronoUnit.SECONDS;
            default -> throw new MillraceException.Bug("unit of time " + name);
        };
    }
}
