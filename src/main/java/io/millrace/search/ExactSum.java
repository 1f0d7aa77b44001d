package io.millrace.search;

import java.math.BigDecimal;
import java.math.BigInteger;

/// Adds doubles without rounding, so that the sum does not depend on their order, and hence not on
/// which segments they lie in. Confined to one thread.
///
/// The sum is kept as digits of 32 bits, of which each holds more than it should until it is
/// carried over.
final class ExactSum {
    private static final int DIGIT_BITS = 32;
    private static final long DIGIT_MASK = 0xFFFF_FFFFL;

    /// The lowest bit of the least double is 2 to the power of -1074.
    private static final int LOWEST_BIT = -1_074;

    private static final int DIGITS = (1_024 - LOWEST_BIT + 64) / DIGIT_BITS + 2;
    private static final int CARRY_AFTER = 1 << 28;

    private final long[] digits = new long[DIGITS];
    private int sinceCarry;

    void add(double finite) {
        long bits = Double.doubleToRawLongBits(finite);
        int exponent = (int) (bits >>> 52) & 0x7FF;
        long mantissa = bits & 0xF_FFFF_FFFF_FFFFL;
        int shift = 0;
        if (exponent > 0) {
            mantissa |= 1L << 52;
            shift = exponent - 1;
        }
        int digit = shift / DIGIT_BITS;
        int inside = shift % DIGIT_BITS;
        long low = mantissa << inside;
        long high = inside == 0 ? 0 : mantissa >>> (Long.SIZE - inside);
        long sign = bits < 0 ? -1 : 1;
        digits[digit] += sign * (low & DIGIT_MASK);
        digits[digit + 1] += sign * (low >>> DIGIT_BITS);
        digits[digit + 2] += sign * high;
        if (++sinceCarry == CARRY_AFTER) {
            carry();
        }
    }

    private void carry() {
        for (int i = 0; i < digits.length - 1; i++) {
            digits[i + 1] += digits[i] >> DIGIT_BITS;
            digits[i] &= DIGIT_MASK;
        }
        sinceCarry = 0;
    }

    BigDecimal sum() {
        carry();
        BigInteger sum = BigInteger.ZERO;
        for (int i = digits.length - 1; i >= 0; i--) {
            sum = sum.shiftLeft(DIGIT_BITS).add(BigInteger.valueOf(digits[i]));
        }
        // Dividing by a power of two ends after as many decimals.
        return new BigDecimal(sum)
                .multiply(new BigDecimal(BigInteger.valueOf(5).pow(-LOWEST_BIT)))
                .scaleByPowerOfTen(LOWEST_BIT);
    }
}
