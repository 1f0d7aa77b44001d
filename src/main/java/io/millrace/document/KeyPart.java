package io.millrace.document;

import io.millrace.MillraceException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// One part of a [DocumentKey]: a tag that says what it is, and bytes in the order of the values.
///
/// ```
/// part := 0x10 8 bytes              a long, big-endian, sign bit flipped
///       | 0x20 bytes 0x00 0x00      a string: UTF-8, each 0x00 in it written as 0x00 0xFF
///       | 0x30 1 byte               a bool: 0 or 1
///       | 0x40 bytes                a decimal, see DecimalBytes
///       | 0x50 8 bytes              a date: days since 1970, like a long
///       | 0x60 to 0x62 8 bytes      a timestamp in millis, seconds, iso: microseconds since 1970
///       | 0x70 16 bytes             a uuid
/// ```
final class KeyPart {
    private static final byte LONG = 0x10;
    private static final byte TEXT = 0x20;
    private static final byte BOOL = 0x30;
    private static final byte DECIMAL = 0x40;
    private static final byte DATE = 0x50;
    private static final byte TIMESTAMP = 0x60;
    private static final byte UUID = 0x70;

    /// Follows a zero byte that belongs to the string.
    private static final byte ESCAPED_ZERO = (byte) 0xFF;

    private static final Field ANY_DATE = Field.of("_key", FieldType.DATE);

    private KeyPart() {}

    /// True for types that name a document: exact, ordered and not cut into terms.
    static boolean fits(FieldType type) {
        return switch (type) {
            case KEYWORD, LONG, BOOL, DECIMAL, DATE, TIMESTAMP, UUID -> true;
            case DOUBLE, BYTES, TEXT, STRING -> false;
        };
    }

    /// @throws MillraceException.InvalidRequest when the value does not fit the field
    static void write(ByteArrayOutputStream out, Field field, Value value) {
        switch (field.type()) {
            case KEYWORD -> text(out, Coercion.text(field, value));
            case LONG -> number(out, LONG, Coercion.ordered(field, value));
            case BOOL -> {
                out.write(BOOL);
                out.write((int) Coercion.ordered(field, value));
            }
            case DECIMAL -> {
                out.write(DECIMAL);
                out.writeBytes(Coercion.term(field, value));
            }
            case DATE -> number(out, DATE, Coercion.ordered(field, value));
            case TIMESTAMP ->
                    number(
                            out,
                            (byte) (TIMESTAMP + field.unit().ordinal()),
                            Coercion.ordered(field, value));
            case UUID -> {
                out.write(UUID);
                out.writeBytes(Coercion.term(field, value));
            }
            case DOUBLE, BYTES, TEXT, STRING ->
                    throw new MillraceException.Bug(
                            "key field %s has type %s"
                                    .formatted(field.path(), field.type().label()));
        }
    }

    /// A part that is a [Value.Int] or [Value.Text] by itself.
    static void write(ByteArrayOutputStream out, Value value) {
        switch (value) {
            case Value.Int(long number) -> number(out, LONG, number);
            case Value.Text(String text) -> text(out, text);
            default ->
                    throw MillraceException.InvalidRequest.malformed(
                            "", "key part is " + value.kind() + ", expected a string or number");
        }
    }

    /// Reads one part and leaves what follows it.
    ///
    /// @throws MillraceException.Corrupt when there is none
    /// @throws java.nio.BufferUnderflowException when it is cut off
    static Value read(ByteBuffer in) {
        byte tag = in.get();
        return switch (tag) {
            case LONG -> Value.of(number(in));
            case TEXT -> textOf(in);
            case BOOL -> Value.of(in.get() != 0);
            case DECIMAL -> Coercion.shown(DecimalBytes.read(in));
            case DATE -> Coercion.fromOrdered(ANY_DATE, date(number(in)));
            case TIMESTAMP -> time(TimestampUnit.MILLIS, in);
            case TIMESTAMP + 1 -> time(TimestampUnit.SECONDS, in);
            case TIMESTAMP + 2 -> time(TimestampUnit.ISO, in);
            case UUID -> {
                byte[] bytes = new byte[UuidText.BYTES];
                in.get(bytes);
                yield Value.of(UuidText.of(bytes));
            }
            default -> throw new MillraceException.Corrupt("key with unknown part tag " + tag);
        };
    }

    private static void number(ByteArrayOutputStream out, byte tag, long number) {
        out.write(tag);
        out.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(number ^ Long.MIN_VALUE).array());
    }

    private static long number(ByteBuffer in) {
        return in.getLong() ^ Long.MIN_VALUE;
    }

    private static Value time(TimestampUnit unit, ByteBuffer in) {
        return Coercion.fromOrdered(
                Field.of("_key", FieldType.TIMESTAMP).withUnit(unit), number(in));
    }

    private static long date(long days) {
        if (days < Coercion.DAYS_MIN || days > Coercion.DAYS_MAX) {
            throw new MillraceException.Corrupt("key with a date of day " + days);
        }
        return days;
    }

    private static void text(ByteArrayOutputStream out, String text) {
        out.write(TEXT);
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            out.write(b);
            if (b == 0) {
                out.write(ESCAPED_ZERO);
            }
        }
        out.write(0);
        out.write(0);
    }

    private static Value textOf(ByteBuffer in) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        while (true) {
            byte b = in.get();
            if (b == 0) {
                byte next = in.get();
                if (next == 0) {
                    return Value.of(out.toString(StandardCharsets.UTF_8));
                }
                if (next != ESCAPED_ZERO) {
                    throw new MillraceException.Corrupt("key with a zero before byte " + next);
                }
            }
            out.write(b);
        }
    }
}
