package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Steps of time follow each other without gap or overlap, also where clocks are set.
class TimeStepsTest {
    private static final Field SEEN =
            Field.of("seen", FieldType.TIMESTAMP).withUnit(TimestampUnit.ISO);
    private static final Field DAY = Field.of("day", FieldType.DATE);

    @ParameterizedTest
    @CsvSource({
        "day, UTC, 2026-03-29T12:00:00Z, 2026-03-29T00:00:00Z, 2026-03-30T00:00:00Z",
        // A day of 23 hours and one of 25.
        "day, Europe/Berlin, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "day, Europe/Berlin, 2026-10-25T12:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        // The hour that comes twice.
        "hour, Europe/Berlin, 2026-10-25T00:30:00Z, 2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
        "hour, Europe/Berlin, 2026-10-25T01:30:00Z, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
        "hour, Asia/Kathmandu, 2026-01-01T00:20:00Z, 2026-01-01T00:15:00Z, 2026-01-01T01:15:00Z",
        // Clocks are set back by half an hour: the hour goes on for half of one.
        "hour, Australia/Lord_Howe, 2026-04-04T14:10:00Z, 2026-04-04T14:00:00Z, 2026-04-04T15:00:00Z",
        "hour, Australia/Lord_Howe, 2026-04-04T15:10:00Z, 2026-04-04T15:00:00Z, 2026-04-04T15:30:00Z",
        // A minute of the next day had begun when the last hour of this one came again.
        "day, America/St_Johns, 2010-11-07T02:45:00Z, 2010-11-07T02:30:00Z, 2010-11-08T03:30:00Z",
        // A day that was left out.
        "day, Pacific/Apia, 2011-12-30T10:00:00Z, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z",
        "week, UTC, 2026-11-22T23:59:59Z, 2026-11-16T00:00:00Z, 2026-11-23T00:00:00Z",
        "month, Europe/Berlin, 2026-11-30T23:30:00Z, 2026-11-30T23:00:00Z, 2026-12-31T23:00:00Z",
        "quarter, UTC, 2026-06-30T00:00:00Z, 2026-04-01T00:00:00Z, 2026-07-01T00:00:00Z",
        "year, UTC, 2024-12-31T23:59:59.999999Z, 2024-01-01T00:00:00Z, 2025-01-01T00:00:00Z",
        "minute, +05:30, 1969-12-31T23:59:59Z, 1969-12-31T23:59:00Z, 1970-01-01T00:00:00Z",
    })
    void stepOfTheCalendarHoldsATime(
            String unit, String zone, String time, String start, String end) {
        TimeSteps steps = new TimeSteps(TimeSteps.Calendar.ofLabel(unit).orElseThrow(), zone, 1, 0);
        Steps.Step step = steps.of(SEEN, at(time));
        assertEquals(at(start), step.start());
        assertEquals(at(end), step.end());
        assertEquals(Value.of(start), step.shown());
    }

    @Test
    void stepsOfADayTouchEachOtherForAYear() {
        for (String zone : List.of("Europe/Berlin", "Australia/Lord_Howe", "America/Santiago")) {
            for (TimeSteps.Calendar unit :
                    List.of(TimeSteps.Calendar.HOUR, TimeSteps.Calendar.DAY)) {
                TimeSteps steps = new TimeSteps(unit, zone, 1, 0);
                Steps.Step step = steps.of(SEEN, at("2026-01-01T00:07:00Z"));
                while (step.end() != null && step.end().compareTo(at("2027-01-01T00:00:00Z")) < 0) {
                    Steps.Step next = steps.of(SEEN, step.end());
                    assertEquals(step.end(), next.start(), zone);
                    TermValue last = TermValue.of(Objects.requireNonNull(next.end()).ordered() - 1);
                    assertEquals(next, steps.of(SEEN, last), zone);
                    step = next;
                }
            }
        }
    }

    /// Also where a day was left out, or clocks were set by some minutes.
    @Test
    void everyTimeOfEveryZoneLiesInOneStep() {
        List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
        long from = at("1850-01-01T00:00:00Z").ordered();
        long to = at("2150-01-01T00:00:00Z").ordered();
        Seeded.repeat(
                400,
                random -> {
                    String zone = zones.get(random.nextInt(zones.size()));
                    TermValue time = TermValue.of(nearChange(zone, random.nextLong(from, to)));
                    for (TimeSteps.Calendar unit : TimeSteps.Calendar.values()) {
                        TimeSteps steps = new TimeSteps(unit, zone, 1, 0);
                        Steps.Step step = steps.of(SEEN, time);
                        TermValue end = Objects.requireNonNull(step.end());
                        String message = "%s of %s around %s".formatted(unit, zone, step.shown());
                        assertTrue(step.start().compareTo(time) <= 0, message);
                        assertTrue(end.compareTo(time) > 0, message);
                        assertEquals(step, steps.of(SEEN, step.start()), message);
                        assertEquals(
                                step, steps.of(SEEN, TermValue.of(end.ordered() - 1)), message);
                        assertEquals(end, steps.of(SEEN, end).start(), message);
                    }
                });
    }

    /// Within half a day of the next time that clocks are set, where there is one.
    private static long nearChange(String zone, long micros) {
        ZoneOffsetTransition next =
                ZoneId.of(zone).getRules().nextTransition(Instant.EPOCH.plusMillis(micros / 1_000));
        long halfDay = 43_200_000_000L;
        return next == null ? micros : Coercion.microsOf(next.getInstant()) + micros % halfDay;
    }

    @Test
    void stepsOfOneLengthCountFrom1970AndTheOffset() {
        TimeSteps steps = new TimeSteps(null, "UTC", 6 * 3_600_000_000L, 3_600_000_000L);
        List<String> starts = new ArrayList<>();
        for (String time :
                List.of("1969-12-31T23:00:00Z", "1970-01-01T00:59:59Z", "1970-01-01T01:00:00Z")) {
            starts.add(steps.of(SEEN, at(time)).shown().toString());
        }
        assertEquals(
                List.of("1969-12-31T19:00:00Z", "1969-12-31T19:00:00Z", "1970-01-01T01:00:00Z"),
                starts);
    }

    @Test
    void endsOfAllTimeEndTheirSteps() {
        TimeSteps steps = new TimeSteps(null, "UTC", 86_400_000_000L, 0);
        assertEquals(null, steps.of(SEEN, TermValue.of(Long.MAX_VALUE)).end());
        assertEquals(
                TermValue.of(Long.MIN_VALUE), steps.of(SEEN, TermValue.of(Long.MIN_VALUE)).start());
        TimeSteps weeks = new TimeSteps(TimeSteps.Calendar.WEEK, "UTC", 1, 0);
        Value day = Value.of(LocalDate.ofEpochDay(-292_000_005L).toString());
        assertEquals(day, weeks.of(DAY, TermValue.of(-292_000_000L)).shown());
    }

    private static TermValue at(String time) {
        return TermValue.of(Coercion.microsOf(Instant.parse(time)));
    }
}
