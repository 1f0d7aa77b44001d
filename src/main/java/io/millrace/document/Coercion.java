package io.millrace.document;

import io.millrace.MillraceException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;

/// How a JSON value becomes the value of a field, for documents, queries and keys alike.
///
/// - KEYWORD, TEXT, STRING: a string as it is; a number or boolean by its JSON text, see
///   [Value.Real#text]
/// - BOOL, LONG, DOUBLE, TIMESTAMP, DATE: a 64-bit number ordered like the field's values
/// - DECIMAL, UUID: bytes whose unsigned order is that of the values
///
/// A string is parsed if it parses, without white space around it.
///
/// What does not fit ends in [io.millrace.MillraceException.InvalidRequest], which names the field,
/// the value and what was expected.
public final class Coercion {
    private static final int SHOWN_CHARS_MAX = 80;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int LONG_DIGITS_MAX = 19;
    private static final int INTEGER_CHARS_MAX = 100;

    /// Of a [FieldType#DATE], as days since 1970: what [LocalDate] holds.
    static final long DAYS_MIN = LocalDate.MIN.toEpochDay();

    static final long DAYS_MAX = LocalDate.MAX.toEpochDay();

    /// A decimal is written out in full below so many digits before the point.
    private static final int PLAIN_DIGITS_MAX = 100;

    private Coercion() {}

    /// The string that a [FieldType#KEYWORD], [FieldType#TEXT] or [FieldType#STRING] field indexes.
    public static String text(Field field, Value value) {
        return switch (value) {
            case Value.Text(String text) -> text;
            case Value.Bool _, Value.Int _, Value.Real _, Value.Decimal _ -> value.toString();
            case Value.Null _, Value.Array _, Value.Obj _ ->
                    throw mismatch(field, value, "a string, number or boolean");
        };
    }

    /// The ordered 64-bit number that a numeric field indexes; see [#doubleToOrdered] for doubles.
    public static long ordered(Field field, Value value) {
        return switch (field.type()) {
            case BOOL -> bool(field, value) ? 1 : 0;
            case LONG -> integer(field, value);
            case DOUBLE -> doubleToOrdered(real(field, value));
            case TIMESTAMP -> micros(field, value);
            case DATE -> days(field, value);
            case KEYWORD, DECIMAL, UUID, BYTES, TEXT, STRING ->
                    throw new MillraceException.Bug(field.path() + " is not a numeric field");
        };
    }

    /// The bytes that a field compares by which is not numeric and not a [FieldType#TEXT].
    public static byte[] term(Field field, Value value) {
        return switch (field.type()) {
            case KEYWORD, STRING -> text(field, value).getBytes(StandardCharsets.UTF_8);
            case DECIMAL -> DecimalBytes.of(decimal(field, value));
            case UUID -> uuid(field, value);
            case BOOL, LONG, DOUBLE, TIMESTAMP, DATE, BYTES, TEXT ->
                    throw new MillraceException.Bug(field.path() + " is not compared by bytes");
        };
    }

    /// The JSON value that stands for such bytes in answers.
    public static Value fromTerm(Field field, byte[] term) {
        return switch (field.type()) {
            case KEYWORD, STRING -> Value.of(new String(term, StandardCharsets.UTF_8));
            case DECIMAL -> shown(DecimalBytes.read(ByteBuffer.wrap(term)));
            case UUID -> Value.of(UuidText.of(term));
            case BOOL, LONG, DOUBLE, TIMESTAMP, DATE, BYTES, TEXT ->
                    throw new MillraceException.Bug(field.path() + " is not compared by bytes");
        };
    }

    /// True when [#ordered], [#term] or [#text], whichever the field's type has, would not refuse
    /// the value.
    public static boolean fits(Field field, Value value) {
        try {
            switch (field.type()) {
                case BOOL, LONG, DOUBLE, TIMESTAMP, DATE -> ordered(field, value);
                case DECIMAL, UUID -> term(field, value);
                case KEYWORD, TEXT, STRING -> text(field, value);
                case BYTES -> {}
            }
            return true;
        } catch (MillraceException.InvalidRequest e) {
            return false;
        }
    }

    /// The JSON value that stands for an ordered number in answers, in the unit of the field.
    public static Value fromOrdered(Field field, long ordered) {
        return switch (field.type()) {
            case BOOL -> Value.of(ordered != 0);
            case LONG -> Value.of(ordered);
            case DOUBLE -> Value.of(orderedToDouble(ordered));
            case TIMESTAMP ->
                    switch (field.unit()) {
                        case MILLIS -> unitsOf(ordered, 1_000);
                        case SECONDS -> unitsOf(ordered, MICROS_PER_SECOND);
                        case ISO -> Value.of(instant(ordered).toString());
                    };
            case DATE -> Value.of(LocalDate.ofEpochDay(ordered).toString());
            case KEYWORD, DECIMAL, UUID, BYTES, TEXT, STRING ->
                    throw new MillraceException.Bug(field.path() + " is not a numeric field");
        };
    }

    /// Maps doubles to longs of the same order; both zeros are one value.
    public static long doubleToOrdered(double value) {
        long bits = Double.doubleToLongBits(value == 0 ? 0.0 : value);
        return bits ^ ((bits >> 63) & Long.MAX_VALUE);
    }

    public static double orderedToDouble(long ordered) {
        return Double.longBitsToDouble(ordered ^ ((ordered >> 63) & Long.MAX_VALUE));
    }

    /// Microseconds since 1970 of a point in time.
    public static long microsOf(Instant instant) {
        return Math.addExact(
                Math.multiplyExact(instant.getEpochSecond(), MICROS_PER_SECOND),
                instant.getNano() / 1_000);
    }

    private static boolean bool(Field field, Value value) {
        return switch (value) {
            case Value.Bool(boolean bool) -> bool;
            case Value.Text(String text) when text.strip().equals("true") -> true;
            case Value.Text(String text) when text.strip().equals("false") -> false;
            default -> throw mismatch(field, value, "true or false");
        };
    }

    private static long integer(Field field, Value value) {
        String expected = "a whole number of 64 bits";
        return switch (value) {
            case Value.Int(long integer) -> integer;
            case Value.Real(double real) -> {
                long integer = (long) real;
                if (integer != real || integer == Long.MAX_VALUE) {
                    throw mismatch(field, value, expected);
                }
                yield integer;
            }
            case Value.Decimal(BigDecimal decimal) -> {
                try {
                    yield decimal.longValueExact();
                } catch (ArithmeticException e) {
                    throw mismatch(field, value, expected);
                }
            }
            case Value.Text(String text) -> {
                try {
                    yield integerOfText(decimalText(text));
                } catch (ArithmeticException | NumberFormatException e) {
                    throw mismatch(field, value, expected);
                }
            }
            default -> throw mismatch(field, value, expected);
        };
    }

    private static long integerOfText(String number) {
        // Reading a number takes the square of its length.
        if (number.length() > INTEGER_CHARS_MAX) {
            throw new NumberFormatException(number.length() + " characters");
        }
        return new BigDecimal(number).longValueExact();
    }

    private static double real(Field field, Value value) {
        String expected = "a finite number";
        double real =
                switch (value) {
                    case Value.Int(long integer) -> integer;
                    case Value.Real(double number) -> number;
                    case Value.Decimal(BigDecimal decimal) -> decimal.doubleValue();
                    case Value.Text(String text) -> {
                        try {
                            yield Double.parseDouble(decimalText(text));
                        } catch (NumberFormatException e) {
                            throw mismatch(field, value, expected);
                        }
                    }
                    default -> throw mismatch(field, value, expected);
                };
        if (!Double.isFinite(real)) {
            throw mismatch(field, value, expected);
        }
        return real;
    }

    private static BigDecimal decimal(Field field, Value value) {
        String expected = "a decimal number of at most " + DecimalBytes.DIGITS_MAX + " digits";
        try {
            BigDecimal decimal =
                    switch (value) {
                        case Value.Int(long integer) -> BigDecimal.valueOf(integer);
                        case Value.Real(double real) -> BigDecimal.valueOf(real);
                        case Value.Decimal(BigDecimal number) -> number;
                        case Value.Text(String text)
                                when text.length() <= 2 * DecimalBytes.DIGITS_MAX ->
                                new BigDecimal(decimalText(text));
                        default -> throw mismatch(field, value, expected);
                    };
            if (decimal.precision() <= DecimalBytes.DIGITS_MAX) {
                return decimal;
            }
        } catch (NumberFormatException e) {
            // Refused below, with everything else that is no such number.
        }
        throw mismatch(field, value, expected);
    }

    /// A decimal as answers show it.
    static Value shown(BigDecimal decimal) {
        boolean isPlain = decimal.scale() >= -PLAIN_DIGITS_MAX;
        BigDecimal plain = decimal.scale() < 0 && isPlain ? decimal.setScale(0) : decimal;
        boolean isLong = plain.scale() == 0 && plain.unscaledValue().bitLength() < Long.SIZE;
        return isLong ? Value.of(plain.longValueExact()) : new Value.Decimal(plain);
    }

    private static byte[] uuid(Field field, Value value) {
        if (value instanceof Value.Text(String text)) {
            try {
                return UuidText.parse(text.strip());
            } catch (IllegalArgumentException e) {
                // Refused below, with everything else that is no uuid.
            }
        }
        throw mismatch(field, value, "a uuid such as 0190b5c8-7f3a-7cc1-9d52-3f6f0d1c2b4a");
    }

    private static long days(Field field, Value value) {
        if (value instanceof Value.Text(String text)) {
            try {
                return LocalDate.parse(signed(text.strip())).toEpochDay();
            } catch (DateTimeException e) {
                // Refused below, with everything else that is no date.
            }
        }
        throw mismatch(field, value, "an ISO 8601 date such as 2018-02-01");
    }

    /// ISO 8601 wants a sign before a year of more than four digits; Postgres writes none.
    private static String signed(String date) {
        int year = date.indexOf('-');
        return year > 4 && Character.isDigit(date.charAt(0)) ? "+" + date : date;
    }

    /// The text of a decimal number, refusing what only Java takes for one: `1d`, `0x1p3`.
    private static String decimalText(String text) {
        String number = text.strip();
        for (int i = 0; i < number.length(); i++) {
            if ("0123456789+-.eE".indexOf(number.charAt(i)) < 0) {
                throw new NumberFormatException(number);
            }
        }
        return number;
    }

    private static long micros(Field field, Value value) {
        try {
            return switch (value) {
                case Value.Text(String text) -> microsOfText(field, value, text.strip());
                case Value.Int(long number) ->
                        switch (field.unit()) {
                            case MILLIS -> Math.multiplyExact(number, 1_000L);
                            case SECONDS -> Math.multiplyExact(number, MICROS_PER_SECOND);
                            case ISO -> throw mismatch(field, value, expectedTime(field));
                        };
                case Value.Real(double number) -> scaled(field, value, BigDecimal.valueOf(number));
                case Value.Decimal(BigDecimal number) -> scaled(field, value, number);
                default -> throw mismatch(field, value, expectedTime(field));
            };
        } catch (ArithmeticException e) {
            throw mismatch(field, value, "a time within 290,000 years of 1970");
        }
    }

    private static long scaled(Field field, Value value, BigDecimal number) {
        return switch (field.unit()) {
            case MILLIS -> floor(number, 3);
            case SECONDS -> floor(number, 6);
            case ISO -> throw mismatch(field, value, expectedTime(field));
        };
    }

    /// The largest whole number at or below `number` times ten to the power of `digits`. Looks at
    /// the magnitude first: `1e999999999` is short to write and would fill the memory.
    ///
    /// @throws ArithmeticException when it does not fit 64 bits
    private static long floor(BigDecimal number, int digits) {
        long wholeDigits = (long) number.precision() - number.scale() + digits;
        if (number.signum() == 0 || wholeDigits <= 0) {
            return number.signum() < 0 ? -1 : 0;
        }
        if (wholeDigits > LONG_DIGITS_MAX) {
            throw new ArithmeticException(wholeDigits + " digits");
        }
        return number.movePointRight(digits).setScale(0, RoundingMode.FLOOR).longValueExact();
    }

    private static long microsOfText(Field field, Value value, String text) {
        if (field.unit() != TimestampUnit.ISO && isNumber(text)) {
            return scaled(field, value, new BigDecimal(text));
        }
        long plain = PlainTime.micros(text);
        if (plain != PlainTime.NONE) {
            return plain;
        }
        try {
            return microsOf(parseIso(text));
        } catch (DateTimeException e) {
            throw mismatch(field, value, expectedTime(field));
        }
    }

    /// Every spelling there is.
    static Instant parseIso(String text) {
        if (text.length() == 10) {
            return LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant();
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException e) {
            return LocalDateTime.parse(text).toInstant(ZoneOffset.UTC);
        }
    }

    private static boolean isNumber(String text) {
        if (text.isEmpty() || text.length() > 30) {
            return false;
        }
        for (int i = text.charAt(0) == '-' && text.length() > 1 ? 1 : 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
        }
        return true;
    }

    private static String expectedTime(Field field) {
        return switch (field.unit()) {
            case MILLIS -> "milliseconds since 1970 or an ISO 8601 time";
            case SECONDS -> "seconds since 1970 or an ISO 8601 time";
            case ISO -> "an ISO 8601 time such as 2018-02-01T12:30:00Z";
        };
    }

    private static Value unitsOf(long micros, long microsPerUnit) {
        return micros % microsPerUnit == 0
                ? Value.of(micros / microsPerUnit)
                : Value.of((double) micros / microsPerUnit);
    }

    private static Instant instant(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
    }

    private static MillraceException mismatch(Field field, Value value, String expected) {
        String shown = value.toString();
        if (shown.length() > SHOWN_CHARS_MAX) {
            shown = shown.substring(0, SHOWN_CHARS_MAX) + "…";
        }
        return MillraceException.InvalidRequest.malformed(
                "",
                "field %s (%s): %s %s, expected %s"
                        .formatted(
                                field.path(), field.type().label(), value.kind(), shown, expected));
    }
}
