package io.millrace.source.postgres;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentWriter;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/// Types of one value, by how their text becomes a value and how that is indexed.
enum ScalarType implements ColumnType {
    /// `smallint`, `integer`, `bigint`, `oid`.
    INTEGER(FieldType.LONG) {
        @Override
        public Value parse(String text) {
            try {
                return Value.of(Long.parseLong(text));
            } catch (NumberFormatException e) {
                throw ColumnType.refused("integer", text, "a whole number of 64 bits");
            }
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            int digitsFrom = from < to && utf8[from] == '-' ? from + 1 : from;
            int digits = to - digitsFrom;
            if (digits < 1 || digits > SURE_DIGITS) {
                super.write(utf8, from, to, writer);
                return;
            }
            long number = 0;
            for (int i = digitsFrom; i < to; i++) {
                int digit = utf8[i] - '0';
                if (digit < 0 || digit > 9) {
                    throw ColumnType.refused(
                            "integer",
                            new String(utf8, from, to - from, StandardCharsets.UTF_8),
                            "a whole number of 64 bits");
                }
                number = number * 10 + digit;
            }
            writer.integer(digitsFrom > from ? -number : number);
        }
    },
    /// `numeric`, every digit kept.
    DECIMAL(FieldType.DECIMAL) {
        @Override
        public Value parse(String text) {
            if (isNoNumber(text)) {
                return Value.of(text);
            }
            try {
                BigDecimal exact = new BigDecimal(text);
                return exact.scale() == 0 && exact.unscaledValue().bitLength() < Long.SIZE
                        ? Value.of(exact.longValueExact())
                        : new Value.Decimal(exact);
            } catch (NumberFormatException e) {
                throw ColumnType.refused("numeric", text, "a decimal number");
            }
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            if (PlainText.isDecimal(utf8, from, to)) {
                writer.decimal(utf8, from, to);
            } else {
                super.write(utf8, from, to, writer);
            }
        }
    },
    /// `real`, `double precision`.
    REAL(FieldType.DOUBLE) {
        @Override
        public Value parse(String text) {
            if (isNoNumber(text)) {
                return Value.of(text);
            }
            try {
                return Value.of(Double.parseDouble(text));
            } catch (IllegalArgumentException e) {
                throw ColumnType.refused("floating-point", text, "a number of double precision");
            }
        }
    },
    BOOL(FieldType.BOOL) {
        @Override
        public Value parse(String text) {
            return switch (text) {
                case "t" -> Value.of(true);
                case "f" -> Value.of(false);
                default -> throw ColumnType.refused("boolean", text, "t or f");
            };
        }
    },
    /// `text`, `varchar`, and every type that is not known: a keyword and a text in one.
    TEXT(FieldType.STRING),
    /// `char(n)`: the blanks that fill it up mean nothing and are left out.
    PADDED_TEXT(FieldType.STRING) {
        @Override
        public Value parse(String text) {
            int end = text.length();
            while (end > 0 && text.charAt(end - 1) == ' ') {
                end--;
            }
            return Value.of(text.substring(0, end));
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            int end = to;
            while (end > from && utf8[end - 1] == ' ') {
                end--;
            }
            writer.text(utf8, from, end);
        }
    },
    /// Texts that are compared and never searched for words: enums, networks, intervals, ranges.
    KEYWORD(FieldType.KEYWORD),
    UUID(FieldType.UUID),
    /// ISO 8601: `2026-11-21`, `-0043-03-15` for 44 BC.
    DATE(FieldType.DATE) {
        @Override
        public Value parse(String text) {
            return Value.of(CalendarText.date(text));
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            if (PlainText.isDate(utf8, from, to)) {
                writer.text(utf8, from, to);
            } else {
                super.write(utf8, from, to, writer);
            }
        }
    },
    /// ISO 8601 without an offset: `2026-11-21T12:30:00.5`.
    TIMESTAMP(FieldType.TIMESTAMP) {
        @Override
        public Value parse(String text) {
            return Value.of(CalendarText.timestamp(text));
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            if (PlainText.isTimestamp(utf8, from, to)) {
                byte[] iso = Arrays.copyOfRange(utf8, from, to);
                iso[PlainText.DATE_BYTES] = 'T';
                writer.text(iso, 0, iso.length);
            } else {
                super.write(utf8, from, to, writer);
            }
        }
    },
    /// ISO 8601 in UTC: `2026-11-21T12:30:00.5Z`.
    TIMESTAMP_ZONED(FieldType.TIMESTAMP) {
        @Override
        public Value parse(String text) {
            return Value.of(CalendarText.timestampZoned(text));
        }

        @Override
        public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
            if (PlainText.isTimestampInUtc(utf8, from, to)) {
                byte[] iso = Arrays.copyOfRange(utf8, from, to - 2);
                iso[PlainText.DATE_BYTES] = 'T';
                iso[iso.length - 1] = 'Z';
                writer.text(iso, 0, iso.length);
            } else {
                super.write(utf8, from, to, writer);
            }
        }
    },
    /// `json` and `jsonb`: the value itself. What our reader refuses (members of one name, numbers
    /// of more than 1,000 characters) is kept as its text.
    JSON(null) {
        @Override
        public Value parse(String text) {
            try {
                return Json.parse(text.getBytes(StandardCharsets.UTF_8));
            } catch (InvalidRequest e) {
                return Value.of(text);
            }
        }
    },
    /// `bytea`, as Base64: stored, not indexed.
    BYTES(FieldType.BYTES) {
        @Override
        public Value parse(String text) {
            try {
                if (!text.startsWith("\\x")) {
                    throw new IllegalArgumentException(text);
                }
                byte[] bytes = HexFormat.of().parseHex(text, 2, text.length());
                return Value.of(Base64.getEncoder().encodeToString(bytes));
            } catch (IllegalArgumentException e) {
                throw ColumnType.refused("bytea", text, "\\x and hexadecimal digits");
            }
        }
    };

    /// Every number of so many digits fits 64 bits.
    private static final int SURE_DIGITS = 18;

    private final Optional<FieldType> fieldType;

    ScalarType(@org.jspecify.annotations.Nullable FieldType fieldType) {
        this.fieldType = Optional.ofNullable(fieldType);
    }

    @Override
    public Optional<FieldType> fieldType() {
        return fieldType;
    }

    /// As the server writes it, unless a type says otherwise.
    @Override
    public Value parse(String text) {
        return Value.of(text);
    }

    @Override
    public void write(byte[] utf8, int from, int to, DocumentWriter writer) {
        switch (this) {
            case TEXT, KEYWORD, UUID -> writer.text(utf8, from, to);
            default -> ColumnType.super.write(utf8, from, to, writer);
        }
    }

    /// What is kept as text, because JSON has no such number.
    private static boolean isNoNumber(String text) {
        return text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity");
    }
}
