package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Steps of time: of one length, or those of the calendar in a time zone. All begin `offsetMicros`
/// later than they would without.
///
/// - calendar: null for steps of `widthMicros`, counted from 1970 in UTC
record TimeSteps(@Nullable Calendar calendar, String zone, long widthMicros, long offsetMicros)
        implements Steps {
    private static final Pattern WIDTH = Pattern.compile("(-?[0-9]{1,9})(ms|s|m|h|d)");
    private static final long MICROS_PER_DAY = 86_400_000_000L;
    private static final long MICROS_PER_SECOND = 1_000_000;

    enum Calendar {
        MINUTE,
        HOUR,
        DAY,
        WEEK,
        MONTH,
        QUARTER,
        YEAR;

        static final List<String> LABELS = Arrays.stream(values()).map(Calendar::label).toList();

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Optional<Calendar> ofLabel(String label) {
            return Arrays.stream(values()).filter(unit -> unit.label().equals(label)).findFirst();
        }

        boolean fits(FieldType type) {
            return type == FieldType.TIMESTAMP || compareTo(DAY) >= 0;
        }
    }

    @Override
    public Step of(Field field, TermValue value) {
        try {
            return field.type() == FieldType.DATE
                    ? days(field, value.ordered())
                    : times(field, value.ordered());
        } catch (DateTimeException | ArithmeticException e) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "the step around %s lies in no calendar"
                            .formatted(Coercion.fromOrdered(field, value.ordered())));
        }
    }

    /// Each of them is made quickly, whatever time it is.
    @Override
    public boolean areMore(int count, Field field, TermValue first, TermValue last) {
        return false;
    }

    private Step days(Field field, long day) {
        if (calendar == null) {
            long width = widthMicros / MICROS_PER_DAY;
            long start = floor(day, width, offsetMicros / MICROS_PER_DAY);
            return step(field, day, start, start + width);
        }
        LocalDate first = floor(LocalDate.ofEpochDay(day), calendar);
        return step(field, day, first.toEpochDay(), next(first, calendar).toEpochDay());
    }

    private Step times(Field field, long micros) {
        if (calendar == null) {
            long start = floor(micros, widthMicros, offsetMicros);
            return step(field, micros, start, start + widthMicros);
        }
        Instant time = instant(Math.subtractExact(micros, offsetMicros));
        Span span =
                switch (calendar) {
                    case MINUTE -> clock(time, ChronoUnit.MINUTES);
                    case HOUR -> clock(time, ChronoUnit.HOURS);
                    case DAY, WEEK, MONTH, QUARTER, YEAR -> dates(time, calendar);
                };
        return step(
                field, micros, micros(span.start) + offsetMicros, micros(span.end) + offsetMicros);
    }

    private record Span(Instant start, Instant end) {}

    /// An hour or a minute of the local clock, cut short where that is set: the next one begins
    /// there.
    private Span clock(Instant time, ChronoUnit unit) {
        ZoneRules rules = ZoneId.of(zone).getRules();
        ZoneOffset offset = rules.getOffset(time);
        LocalDateTime first = LocalDateTime.ofInstant(time, offset).truncatedTo(unit);
        Instant start = first.toInstant(offset);
        Instant end = first.plus(1, unit).toInstant(offset);
        ZoneOffsetTransition set = rules.previousTransition(time.plusNanos(1));
        ZoneOffsetTransition next = rules.nextTransition(time);
        return new Span(
                set != null && set.getInstant().isAfter(start) ? set.getInstant() : start,
                next != null && next.getInstant().isBefore(end) ? next.getInstant() : end);
    }

    /// Whole days. Where a day comes again, since clocks are set back over its end, what comes
    /// again belongs to the day that had begun.
    private Span dates(Instant time, Calendar unit) {
        ZoneId local = ZoneId.of(zone);
        LocalDate first = floor(LocalDate.ofInstant(time, local), unit);
        LocalDate next = next(first, unit);
        if (!next.atStartOfDay(local).toInstant().isAfter(time)) {
            first = next;
            next = next(first, unit);
        }
        return new Span(
                first.atStartOfDay(local).toInstant(), next.atStartOfDay(local).toInstant());
    }

    /// What ran over an end of all time is cut off there.
    private static Step step(Field field, long value, long start, long end) {
        long from = start > value ? Long.MIN_VALUE : start;
        return new Step(
                TermValue.of(from),
                end > value ? TermValue.of(end) : null,
                Coercion.fromOrdered(field, from));
    }

    private static long floor(long value, long width, long offset) {
        long ahead = Math.floorMod(value, width) - Math.floorMod(offset, width);
        return value - Math.floorMod(ahead, width);
    }

    private static LocalDate floor(LocalDate day, Calendar unit) {
        return switch (unit) {
            case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> day.withDayOfMonth(1);
            case QUARTER -> day.with(IsoFields.DAY_OF_QUARTER, 1);
            case YEAR -> day.withDayOfYear(1);
            case MINUTE, HOUR, DAY -> day;
        };
    }

    private static LocalDate next(LocalDate first, Calendar unit) {
        return switch (unit) {
            case WEEK -> first.plusWeeks(1);
            case MONTH -> first.plusMonths(1);
            case QUARTER -> first.plusMonths(3);
            case YEAR -> first.plusYears(1);
            case MINUTE, HOUR, DAY -> first.plusDays(1);
        };
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
    }

    private static long micros(Instant instant) {
        try {
            return Coercion.microsOf(instant);
        } catch (ArithmeticException e) {
            return instant.getEpochSecond() < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /// How long a step is that a word such as `6h` names, in microseconds.
    static Optional<Long> microsOf(String text) {
        Matcher matcher = WIDTH.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long unit =
                switch (matcher.group(2)) {
                    case "ms" -> 1_000L;
                    case "s" -> MICROS_PER_SECOND;
                    case "m" -> 60 * MICROS_PER_SECOND;
                    case "h" -> 3_600 * MICROS_PER_SECOND;
                    case "d" -> MICROS_PER_DAY;
                    default -> throw new MillraceException.Bug("unit " + matcher.group(2));
                };
        try {
            return Optional.of(Math.multiplyExact(Long.parseLong(matcher.group(1)), unit));
        } catch (ArithmeticException e) {
            return Optional.empty();
        }
    }
}
