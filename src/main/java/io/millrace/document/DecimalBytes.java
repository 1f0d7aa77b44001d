package io.millrace.document;

import io.millrace.MillraceException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Decimals of any precision as bytes whose unsigned order is the order of the numbers. Equal
/// numbers have equal bytes, whatever zeros stand behind their point. No encoding begins another
/// one, so that more may follow.
///
/// ```
/// zero     := 0x80
/// positive := exponent pair* 0x00
/// negative := the positive one, each bit flipped
/// exponent := 0x81 8 bytes          below -40: a long, big-endian, sign bit flipped
///           | 0x82 to 0xFE          -40 to 84: of the first digit, as in d.ddd × 10^exponent
///           | 0xFF 8 bytes          above
/// pair     := 0x01 to 0x64          two digits and one; the last pair is no zeros
/// ```
final class DecimalBytes {
    /// What a number may take in digits, so that reading one stays cheap.
    static final int DIGITS_MAX = 10_000;

    private static final byte ZERO = (byte) 0x80;
    private static final int FAR_BELOW = 0x81;
    private static final int LEAST_EXPONENT = -40;
    private static final int LEAST = 0x82;
    private static final int FAR_ABOVE = 0xFF;
    private static final int END = 0;

    private DecimalBytes() {}

    /// @param number of at most [#DIGITS_MAX] digits
    static byte[] of(BigDecimal number) {
        if (number.signum() == 0) {
            return new byte[] {ZERO};
        }
        String digits = digits(number.unscaledValue());
        int count = digits.length();
        long exponent = (long) count - number.scale() - 1;
        while (digits.charAt(count - 1) == '0') {
            count--;
        }
        boolean isFar = exponent < LEAST_EXPONENT || exponent - LEAST_EXPONENT >= FAR_ABOVE - LEAST;
        ByteBuffer out = ByteBuffer.allocate(1 + (isFar ? Long.BYTES : 0) + (count + 1) / 2 + 1);
        if (isFar) {
            out.put((byte) (exponent < LEAST_EXPONENT ? FAR_BELOW : FAR_ABOVE));
            out.putLong(exponent ^ Long.MIN_VALUE);
        } else {
            out.put((byte) (LEAST + exponent - LEAST_EXPONENT));
        }
        for (int i = 0; i < count; i += 2) {
            int second = i + 1 < count ? digits.charAt(i + 1) - '0' : 0;
            out.put((byte) ((digits.charAt(i) - '0') * 10 + second + 1));
        }
        out.put((byte) END);
        byte[] bytes = out.array();
        if (number.signum() < 0) {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) ~bytes[i];
            }
        }
        return bytes;
    }

    private static String digits(BigInteger unscaled) {
        return unscaled.bitLength() < Long.SIZE - 1
                ? Long.toString(Math.abs(unscaled.longValue()))
                : unscaled.abs().toString();
    }

    /// Reads one number and leaves what follows it; zeros behind the point are gone.
    ///
    /// @throws MillraceException.Corrupt when there is none
    /// @throws java.nio.BufferUnderflowException when it is cut off
    static BigDecimal read(ByteBuffer in) {
        byte first = in.get();
        if (first == ZERO) {
            return BigDecimal.ZERO;
        }
        int flip = first < 0 ? 0 : 0xFF;
        long exponent = exponent(in, (first ^ flip) & 0xFF, flip);
        char[] digits = new char[16];
        int count = 0;
        while (true) {
            int pair = ((in.get() ^ flip) & 0xFF) - 1;
            if (pair + 1 == END) {
                break;
            }
            if (pair > 99 || count >= DIGITS_MAX) {
                throw new MillraceException.Corrupt(
                        "decimal with digits %d behind %d others".formatted(pair, count));
            }
            if (count == digits.length) {
                digits = Arrays.copyOf(digits, 2 * count);
            }
            digits[count++] = (char) ('0' + pair / 10);
            digits[count++] = (char) ('0' + pair % 10);
        }
        while (count > 0 && digits[count - 1] == '0') {
            count--;
        }
        long scale = count - 1 - exponent;
        if (count == 0 || scale != (int) scale) {
            throw new MillraceException.Corrupt(
                    "decimal of %d digits with exponent %d".formatted(count, exponent));
        }
        BigInteger unscaled = new BigInteger(new String(digits, 0, count));
        return new BigDecimal(flip == 0 ? unscaled : unscaled.negate(), (int) scale);
    }

    private static long exponent(ByteBuffer in, int head, int flip) {
        if (head == FAR_BELOW || head == FAR_ABOVE) {
            long bits = in.getLong() ^ Long.MIN_VALUE;
            return flip == 0 ? bits : ~bits;
        }
        if (head < LEAST) {
            throw new MillraceException.Corrupt("decimal that begins with " + head);
        }
        return (long) head - LEAST + LEAST_EXPONENT;
    }
}
