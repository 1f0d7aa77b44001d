package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.testing.Seeded;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CoercionTest {
    private static final Field LONG = Field.of("n", FieldType.LONG);
    private static final Field DOUBLE = Field.of("n", FieldType.DOUBLE);
    private static final Field BOOL = Field.of("n", FieldType.BOOL);
    private static final Field MILLIS = Field.of("t", FieldType.TIMESTAMP);
    private static final Field SECONDS = MILLIS.withUnit(TimestampUnit.SECONDS);
    private static final Field ISO = MILLIS.withUnit(TimestampUnit.ISO);

    @Test
    void doublesOrderLikeTheirLongs() {
        Seeded.repeat(
                5_000,
                random -> {
                    double a = finite(random.nextLong());
                    double b = random.nextInt(4) == 0 ? -a : finite(random.nextLong());
                    long orderedA = Coercion.doubleToOrdered(a);
                    long orderedB = Coercion.doubleToOrdered(b);
                    assertEquals(a, Coercion.orderedToDouble(orderedA));
                    assertEquals(a < b, orderedA < orderedB);
                    assertEquals(a == b, orderedA == orderedB);
                });
        assertEquals(Coercion.doubleToOrdered(0.0), Coercion.doubleToOrdered(-0.0));
        assertTrue(
                Coercion.doubleToOrdered(-Double.MIN_VALUE)
                        < Coercion.doubleToOrdered(Double.MIN_VALUE));
    }

    @Test
    void numbersComeBackInTheUnitOfTheField() {
        Seeded.repeat(
                500,
                random -> {
                    long number = random.nextLong() >> random.nextInt(20, 64);
                    for (Field field : new Field[] {LONG, MILLIS, SECONDS}) {
                        Value value = Value.of(number / 1_000);
                        long ordered = Coercion.ordered(field, value);
                        assertEquals(value, Coercion.fromOrdered(field, ordered));
                    }
                    Value time = Coercion.fromOrdered(ISO, number);
                    assertEquals(number, Coercion.ordered(ISO, time));
                });
    }

    @ParameterizedTest
    @CsvSource({
        "2018-02-01,              1517443200000000",
        "2018-02-01T12:30:00Z,    1517488200000000",
        "2018-02-01T12:30:00,     1517488200000000",
        "2018-02-01T14:30+02:00,  1517488200000000",
        "1969-12-31T23:59:59.999999Z, -1"
    })
    void isoTimesAreMicroseconds(String text, long micros) {
        for (Field field : new Field[] {MILLIS, SECONDS, ISO}) {
            assertEquals(micros, Coercion.ordered(field, Value.of(text)));
        }
        assertEquals(micros, Coercion.microsOf(Instant.EPOCH.plusNanos(micros * 1_000)));
    }

    @Test
    void fractionsOfAMicrosecondAreCutTowardsThePast() {
        assertEquals(1_500, Coercion.ordered(MILLIS, Value.of(1.5)));
        assertEquals(-1, Coercion.ordered(SECONDS, decimal("-0.0000001")));
        assertEquals(0, Coercion.ordered(SECONDS, decimal("0.0000001")));
        assertEquals(-2, Coercion.ordered(MILLIS, decimal("-0.0011")));
        assertEquals(0, Coercion.ordered(MILLIS, decimal("0E+50")));
    }

    /// Short numbers of a size that would fill the memory when written out.
    @ParameterizedTest
    @ValueSource(strings = {"1E+999999999", "-1E+999999999", "1E+40"})
    void hugeNumbersAreRefusedQuickly(String text) {
        for (Field field : new Field[] {LONG, DOUBLE, MILLIS, SECONDS, ISO, BOOL}) {
            if (field == DOUBLE && text.equals("1E+40")) {
                continue;
            }
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () ->
                            assertThrows(
                                    InvalidRequest.class,
                                    () -> Coercion.ordered(field, decimal(text))));
        }
    }

    @Test
    void tinyNumbersAreNoWorkEither() {
        assertTimeoutPreemptively(
                Duration.ofSeconds(10),
                () -> {
                    assertEquals(0, Coercion.ordered(SECONDS, decimal("1E-999999999")));
                    assertEquals(-1, Coercion.ordered(MILLIS, decimal("-1E-999999999")));
                    assertThrows(
                            InvalidRequest.class,
                            () -> Coercion.ordered(LONG, decimal("1E-999999999")));
                });
    }

    @Test
    void wholeNumbersFitALongHoweverTheyAreWritten() {
        assertEquals(7, Coercion.ordered(LONG, Value.of(7.0)));
        assertEquals(7, Coercion.ordered(LONG, Value.of(" 7 ")));
        assertEquals(7, Coercion.ordered(LONG, Value.of("7.0")));
        assertEquals(700, Coercion.ordered(LONG, Value.of("7e2")));
        assertEquals(
                Long.MIN_VALUE, Coercion.ordered(LONG, Value.of(Long.toString(Long.MIN_VALUE))));
        assertEquals(700, Coercion.ordered(LONG, decimal("7E+2")));
        assertEquals(Long.MIN_VALUE, Coercion.ordered(LONG, Value.of(-0x1p63)));
        for (Value value :
                new Value[] {
                    Value.of(7.5),
                    Value.of(0x1p63),
                    decimal("9223372036854775808"),
                    Value.of("7.5"),
                    Value.of("7d"),
                    Value.of("1e999999999"),
                    Value.of("7".repeat(100_000)),
                    Value.of(true),
                    Value.NULL
                }) {
            assertThrows(InvalidRequest.class, () -> Coercion.ordered(LONG, value));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1d", "1.5f", "0x1p3", "NaN", "Infinity", "1e999", "one"})
    void onlyDecimalTextIsADouble(String text) {
        assertThrows(InvalidRequest.class, () -> Coercion.ordered(DOUBLE, Value.of(text)));
        assertEquals(
                Coercion.doubleToOrdered(-1.5e3), Coercion.ordered(DOUBLE, Value.of(" -1.5e3 ")));
    }

    @Test
    void wordsOfABoolMayHaveSpaceAround() {
        assertEquals(1, Coercion.ordered(BOOL, Value.of(" true\n")));
        assertEquals(0, Coercion.ordered(BOOL, Value.of("false ")));
        assertThrows(InvalidRequest.class, () -> Coercion.ordered(BOOL, Value.of("TRUE")));
    }

    @ParameterizedTest
    @CsvSource({
        "12345678.5,  12345678.5",
        "1e7,         10000000.0",
        "-1e20,       -100000000000000000000.0",
        "1e21,        1.0E21",
        "0.0001,      0.0001",
        "1.5e-6,      0.0000015",
        "9.9e-7,      9.9E-7",
        "7.0,         7.0",
        "0.0,         0.0"
    })
    void doublesAreTextInPlainDigits(double number, String text) {
        assertEquals(text, Coercion.text(Field.of("k", FieldType.KEYWORD), Value.of(number)));
    }

    @Test
    void textOfADoubleReadsBack() {
        Seeded.repeat(
                5_000,
                random -> {
                    double any = finite(random.nextLong());
                    double ordinary = random.nextLong() * Math.pow(10, random.nextInt(-30, 5));
                    assertEquals(any, Double.parseDouble(Value.Real.text(any)));
                    assertEquals(ordinary, Double.parseDouble(Value.Real.text(ordinary)));
                });
    }

    @Test
    void scalarsAreTextByTheirJson() {
        Field keyword = Field.of("k", FieldType.KEYWORD);
        assertEquals("300", Coercion.text(keyword, Value.of(300)));
        assertEquals("true", Coercion.text(keyword, Value.of(true)));
        assertEquals("1.5", Coercion.text(keyword, Value.of(1.5)));
        InvalidRequest e =
                assertThrows(
                        InvalidRequest.class,
                        () -> Coercion.text(keyword, new Value.Obj(Map.of("a", Value.of(1)))));
        assertEquals(
                "field k (keyword): an object {\"a\":1}, expected a string, number or boolean",
                e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0",
                "1.50",
                "-0.00000000000000000001",
                "123456789012345678901234567890.5",
                "1e400",
                " 7 "
            })
    void aDecimalKeepsEveryDigit(String text) {
        Field field = Field.of("price", FieldType.DECIMAL);
        BigDecimal number = new BigDecimal(text.strip());
        byte[] term = Coercion.term(field, Value.of(text));
        assertArrayEquals(term, Coercion.term(field, new Value.Decimal(number)));
        Value shown = Coercion.fromTerm(field, term);
        assertEquals(0, number.compareTo(new BigDecimal(shown.toString())));
    }

    @Test
    void aDecimalIsShownAsShortAsItIs() {
        Field field = Field.of("price", FieldType.DECIMAL);
        for (String text : new String[] {"12", "-3.25", "0", "1000", "9223372036854775808"}) {
            Value shown = Coercion.fromTerm(field, Coercion.term(field, Value.of(text)));
            assertEquals(text, shown.toString());
        }
        assertEquals(Value.of(12), Coercion.fromTerm(field, Coercion.term(field, Value.of(12.0))));
    }

    @Test
    void aDecimalOfTooManyDigitsIsRefusedAtOnce() {
        Field field = Field.of("price", FieldType.DECIMAL);
        for (String text :
                new String[] {"1".repeat(10_001), "1".repeat(1 << 22), "one", "", "0x1"}) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(10),
                    () ->
                            assertThrows(
                                    InvalidRequest.class,
                                    () -> Coercion.term(field, Value.of(text))));
        }
        assertThrows(InvalidRequest.class, () -> Coercion.term(field, Value.of(true)));
    }

    @ParameterizedTest
    @CsvSource({
        "1970-01-01, 0, 1970-01-01",
        "2018-02-01, 17563, 2018-02-01",
        "1969-12-31, -1, 1969-12-31",
        "-0043-03-15, -735160, -0043-03-15",
        "5874897-12-31, 2145042905, +5874897-12-31",
        "+12345-06-07, 3789548, +12345-06-07"
    })
    void datesAreDays(String text, long days, String shown) {
        Field field = Field.of("day", FieldType.DATE);
        assertEquals(days, Coercion.ordered(field, Value.of(text)));
        assertEquals(Value.of(shown), Coercion.fromOrdered(field, days));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2018-02-30",
                "2018-2-1",
                "2018-02-01T00:00:00Z",
                "17563",
                "9999999999-01-01"
            })
    void onlyAnIsoDateIsADate(String text) {
        Field field = Field.of("day", FieldType.DATE);
        assertThrows(InvalidRequest.class, () -> Coercion.ordered(field, Value.of(text)));
        assertThrows(InvalidRequest.class, () -> Coercion.ordered(field, Value.of(17563)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
                "a0eebc999c0b4ef8bb6d6bb9bd380a11",
                "a0ee-bc99-9c0b-4ef8-bb6d-6bb9-bd38-0a11",
                "{a0eebc99-9c0b4ef8-bb6d6bb9-bd380a11}",
                " urn:uuid:a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11 "
            })
    void everySpellingOfAUuidIsTheSame(String text) {
        Field field = Field.of("id", FieldType.UUID);
        byte[] term = Coercion.term(field, Value.of(text));
        assertEquals(16, term.length);
        assertEquals(
                Value.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), Coercion.fromTerm(field, term));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a0eebc999c0b4ef8bb6d6bb9bd380a1",
                "a0eebc999c0b4ef8bb6d6bb9bd380a112",
                "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11-",
                "a0eebc99--9c0b-4ef8-bb6d-6bb9bd380a11",
                "a0e-ebc999c0b4ef8bb6d6bb9bd380a11",
                "g0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"
            })
    void whatIsNoUuidIsRefused(String text) {
        Field field = Field.of("id", FieldType.UUID);
        assertThrows(InvalidRequest.class, () -> Coercion.term(field, Value.of(text)));
        assertThrows(InvalidRequest.class, () -> Coercion.term(field, Value.of(7)));
    }

    private static Value decimal(String text) {
        return new Value.Decimal(new BigDecimal(text));
    }

    private static double finite(long bits) {
        double value = Double.longBitsToDouble(bits);
        return Double.isFinite(value) ? value : bits;
    }
}
