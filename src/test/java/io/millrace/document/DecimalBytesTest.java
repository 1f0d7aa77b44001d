package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.millrace.MillraceException.Corrupt;
import io.millrace.testing.Seeded;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class DecimalBytesTest {
    @Test
    void bytesOrderLikeTheNumbersAndComeBack() {
        Seeded.repeat(
                20_000,
                random -> {
                    BigDecimal a = number(random);
                    BigDecimal b = random.nextInt(3) == 0 ? neighbour(random, a) : number(random);
                    byte[] bytesA = DecimalBytes.of(a);
                    byte[] bytesB = DecimalBytes.of(b);
                    assertEquals(
                            a.compareTo(b),
                            Integer.signum(Arrays.compareUnsigned(bytesA, bytesB)),
                            () -> a + " and " + b);
                    assertEquals(a.compareTo(b) == 0, Arrays.equals(bytesA, bytesB));
                    assertEquals(0, a.compareTo(DecimalBytes.read(ByteBuffer.wrap(bytesA))));
                });
    }

    @Test
    void zerosBehindThePointMakeNoDifference() {
        assertArrayEquals(
                DecimalBytes.of(new BigDecimal("1.5")), DecimalBytes.of(new BigDecimal("1.500")));
        assertArrayEquals(
                DecimalBytes.of(BigDecimal.ZERO), DecimalBytes.of(new BigDecimal("0.000")));
        assertEquals(
                "-1200",
                DecimalBytes.read(ByteBuffer.wrap(DecimalBytes.of(new BigDecimal("-1200.00"))))
                        .toPlainString());
    }

    @Test
    void noEncodingBeginsAnother() {
        Seeded.repeat(
                5_000,
                random -> {
                    BigDecimal a = number(random);
                    byte[] bytes = DecimalBytes.of(a);
                    byte[] longer = DecimalBytes.of(neighbour(random, a));
                    if (!Arrays.equals(bytes, longer)) {
                        assertFalse(
                                longer.length >= bytes.length
                                        && Arrays.equals(
                                                bytes, Arrays.copyOf(longer, bytes.length)));
                    }
                    ByteBuffer followed =
                            ByteBuffer.allocate(bytes.length + 1).put(bytes).put((byte) 7).flip();
                    DecimalBytes.read(followed);
                    assertEquals(1, followed.remaining());
                });
    }

    @Test
    void damagedBytesAreANumberOrCorrupt() {
        Seeded.repeat(
                5_000,
                random -> {
                    byte[] bytes = DecimalBytes.of(number(random));
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    try {
                        assertNotNull(DecimalBytes.read(ByteBuffer.wrap(bytes)));
                    } catch (Corrupt | BufferUnderflowException e) {
                        assertNotNull(e);
                    }
                });
    }

    /// Of any size, often around the exponents where the form changes.
    private static BigDecimal number(RandomGenerator random) {
        int bits = random.nextInt(8) == 0 ? 2_000 : 1 + random.nextInt(40);
        byte[] magnitude = new byte[bits / 8 + 1];
        random.nextBytes(magnitude);
        BigInteger unscaled = new BigInteger(magnitude).shiftRight(random.nextInt(bits));
        return switch (random.nextInt(4)) {
            case 0 -> new BigDecimal(unscaled, random.nextInt(12));
            case 1 -> new BigDecimal(unscaled, random.nextInt(-90, 50));
            case 2 -> new BigDecimal(unscaled, random.nextInt(-2_000_000_000, 2_000_000_000));
            default -> BigDecimal.valueOf(random.nextInt(-20, 20), random.nextInt(-2, 3));
        };
    }

    private static BigDecimal neighbour(RandomGenerator random, BigDecimal number) {
        BigInteger near =
                number.unscaledValue()
                        .multiply(BigInteger.TEN)
                        .add(BigInteger.valueOf(random.nextInt(-11, 12)));
        BigDecimal next = new BigDecimal(near, number.scale() + 1);
        return random.nextInt(4) == 0 ? next.negate() : next;
    }
}
