package io.millrace.search;

import io.millrace.MillraceException;
import io.millrace.document.Coercion;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Value;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Steps of a number, from `offset` in both directions. Bounds are exact decimals; for a double
/// they count as the doubles nearest to them, as the constants of a range do.
record NumberSteps(BigDecimal width, BigDecimal offset) implements Steps {

    /// Digits between the value and the width: beyond it a bound takes too long to write.
    private static final long DIGITS_MAX = 10_100;

    private static final BigDecimal LONG_MIN = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal LONG_MAX = BigDecimal.valueOf(Long.MAX_VALUE);

    @Override
    public Step of(Field field, TermValue value) {
        BigDecimal number = number(field, value);
        BigDecimal start =
                number.subtract(offset)
                        .divide(width, 0, RoundingMode.FLOOR)
                        .multiply(width)
                        .add(offset);
        Step step = step(field, start);
        if (step.end() != null && step.end().compareTo(value) <= 0) {
            // A double may be the one nearest to the end, and below it.
            step = step(field, start.add(width));
        }
        if (step.end() != null && step.end().compareTo(value) <= 0) {
            // Steps are finer than doubles are here: each of those is a step of its own.
            TermValue behind = TermValue.of(value.ordered() + 1);
            return new Step(value, behind, value.shown(field));
        }
        return step;
    }

    @Override
    public boolean areMore(int count, Field field, TermValue first, TermValue last) {
        BigDecimal from = number(field, first);
        BigDecimal to = number(field, last);
        BigDecimal widest =
                switch (field.type()) {
                    case LONG -> width.max(BigDecimal.ONE);
                    // A step is a double at least, and where it ends is rounded to one.
                    case DOUBLE -> width.max(ulp(from).max(ulp(to))).multiply(BigDecimal.TWO);
                    default -> width;
                };
        return to.subtract(from).compareTo(widest.multiply(BigDecimal.valueOf(count))) > 0;
    }

    private static BigDecimal ulp(BigDecimal number) {
        return new BigDecimal(Math.ulp(number.doubleValue()));
    }

    private Step step(Field field, BigDecimal start) {
        TermValue from = bound(field, start);
        if (from == null) {
            throw new MillraceException.Bug("step from %s of %s".formatted(start, field));
        }
        boolean isDouble = field.type() == FieldType.DOUBLE && Double.isFinite(start.doubleValue());
        return new Step(
                from,
                bound(field, start.add(width)),
                isDouble ? Value.of(start.doubleValue()) : plain(start));
    }

    /// The least value of the type that is not below; null when there is none.
    private static @Nullable TermValue bound(Field field, BigDecimal bound) {
        return switch (field.type()) {
            case LONG -> {
                BigDecimal whole = bound.setScale(0, RoundingMode.CEILING).max(LONG_MIN);
                yield whole.compareTo(LONG_MAX) > 0 ? null : TermValue.of(whole.longValueExact());
            }
            case DOUBLE -> {
                double nearest = Math.max(-Double.MAX_VALUE, bound.doubleValue());
                yield Double.isInfinite(nearest)
                        ? null
                        : TermValue.of(Coercion.doubleToOrdered(nearest));
            }
            default -> TermValue.of(field, new Value.Decimal(bound));
        };
    }

    private static Value plain(BigDecimal number) {
        BigDecimal shortest = number.stripTrailingZeros();
        boolean isLong = shortest.scale() <= 0 && shortest.precision() - shortest.scale() < 19;
        return isLong ? Value.of(shortest.longValueExact()) : new Value.Decimal(shortest);
    }

    private BigDecimal number(Field field, TermValue value) {
        BigDecimal number =
                switch (field.type()) {
                    case LONG -> BigDecimal.valueOf(value.ordered());
                    case DOUBLE -> BigDecimal.valueOf(Coercion.orderedToDouble(value.ordered()));
                    case DECIMAL -> decimal(field, Objects.requireNonNull(value.bytes()));
                    default -> throw new MillraceException.Bug("steps of " + field.type());
                };
        long digits = (long) number.precision() - number.scale();
        if (number.signum() != 0 && Math.abs(digits) > DIGITS_MAX) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "steps of %s for a number of %d digits, expected at most %d"
                            .formatted(width, Math.abs(digits), DIGITS_MAX));
        }
        return number;
    }

    private static BigDecimal decimal(Field field, byte[] bytes) {
        Value shown = Coercion.fromTerm(field, bytes);
        return shown instanceof Value.Decimal(BigDecimal decimal)
                ? decimal
                : new BigDecimal(shown.toString());
    }
}
