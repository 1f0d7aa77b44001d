package io.millrace.index;

import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Mints ULIDs: 26 characters, 48 bits of milliseconds before 80 random bits, so that names order
/// by time of creation and never repeat. May be shared between threads.
final class Ulids {
    /// Crockford's base 32: no I, L, O, U.
    private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();

    private static final int TIME_DIGITS = 10;
    private static final int RANDOM_DIGITS = 16;
    private static final int DIGIT_BITS = 5;
    private static final int DIGIT_MASK = (1 << DIGIT_BITS) - 1;

    private final InstantSource clock;
    private final RandomGenerator random;

    Ulids(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
    }

    String next() {
        StringBuilder ulid = new StringBuilder(TIME_DIGITS + RANDOM_DIGITS);
        append(ulid, clock.millis(), TIME_DIGITS);
        append(ulid, random.nextLong(), RANDOM_DIGITS / 2);
        append(ulid, random.nextLong(), RANDOM_DIGITS / 2);
        return ulid.toString();
    }

    private static void append(StringBuilder out, long bits, int digits) {
        for (int digit = digits - 1; digit >= 0; digit--) {
            out.append(DIGITS[(int) (bits >>> (digit * DIGIT_BITS)) & DIGIT_MASK]);
        }
    }
}
