package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.millrace.testing.Seeded;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlainTimeTest {
    private static final long YEAR_0_SECONDS =
            Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long YEAR_10000_SECONDS =
            Instant.parse("+10000-01-01T00:00:00Z").getEpochSecond();

    @Test
    void everyTimeOfFourDigitYearsIsReadAsTheFormatterReadsIt() {
        Seeded.repeat(
                2_000,
                random -> {
                    String text = time(random).toString();
                    String shown =
                            random.nextBoolean() ? text : text.substring(0, text.length() - 1);
                    long micros = PlainTime.micros(shown);
                    assertNotEquals(PlainTime.NONE, micros, shown);
                    assertEquals(Coercion.microsOf(Coercion.parseIso(shown)), micros, shown);
                });
    }

    @Test
    void whatTheFormatterRefusesOrReadsOtherwiseIsLeftToIt() {
        Seeded.repeat(
                20_000,
                random -> {
                    StringBuilder text = new StringBuilder(time(random).toString());
                    for (int i = random.nextInt(3); i >= 0; i--) {
                        int at = random.nextInt(text.length());
                        text.setCharAt(at, "0123456789-:.TZ+ ".charAt(random.nextInt(17)));
                    }
                    long micros = PlainTime.micros(text.toString());
                    if (micros != PlainTime.NONE) {
                        assertEquals(microsOrNone(text.toString()), micros, text.toString());
                    }
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "2018-02-01",
                "2018-02-01T12:30Z",
                "2018-02-01T12:30:00+02:00",
                "2018-02-01T12:30:00.Z",
                "2018-02-01T12:30:00.0123456789Z",
                "2018-02-01T12:30:00ZZ",
                "2018-02-29T12:30:00Z",
                "2018-13-01T12:30:00Z",
                "2018-02-00T12:30:00Z",
                "2018-02-01T24:00:00Z",
                "2018-02-01T12:60:00Z",
                "2018-02-01T12:30:60Z",
                "-018-02-01T12:30:00Z",
                "2018-02-01t12:30:00Z"
            })
    void otherSpellingsAreNotRead(String text) {
        assertEquals(PlainTime.NONE, PlainTime.micros(text));
    }

    private static Instant time(RandomGenerator random) {
        Instant time =
                Instant.ofEpochSecond(
                        random.nextLong(YEAR_0_SECONDS, YEAR_10000_SECONDS),
                        random.nextInt(1_000_000_000));
        return switch (random.nextInt(4)) {
            case 0 -> time.truncatedTo(ChronoUnit.SECONDS);
            case 1 -> time.truncatedTo(ChronoUnit.MILLIS);
            case 2 -> time.truncatedTo(ChronoUnit.MICROS);
            default -> time;
        };
    }

    private static long microsOrNone(String text) {
        try {
            return Coercion.microsOf(Coercion.parseIso(text));
        } catch (DateTimeException e) {
            return PlainTime.NONE;
        }
    }
}
