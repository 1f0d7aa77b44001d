package io.millrace.testing;

import io.millrace.document.DocumentKey;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// Keys that make a table of keys work: of one hash, of one start, up to the longest.
public final class HardKeys {
    private static final long M = 0xc6a4a7935bd1e995L;
    private static final int SHIFT = 47;

    /// As in the hash: a head of 8 bytes, 8 bytes that make up for it, the end of a text part.
    private static final int BYTES = 18;

    private HardKeys() {}

    /// Different keys, many of which share their hash with others.
    public static List<DocumentKey> draw(RandomGenerator random, int count) {
        List<DocumentKey> keys = new ArrayList<>(count);
        long hash = random.nextLong();
        for (int i = 0; i < count; i++) {
            keys.add(
                    switch (random.nextInt(5)) {
                        case 0, 1 -> ofHash(hash, i, random);
                        case 2 -> DocumentKey.of("k" + i);
                        case 3 -> DocumentKey.of(i - count / 2L);
                        default -> longest(i);
                    });
            if (random.nextInt(16) == 0) {
                hash = random.nextLong();
            }
        }
        return keys;
    }

    private static DocumentKey longest(int number) {
        String digits = Integer.toString(number);
        return DocumentKey.of("x".repeat(DocumentKey.BYTES_MAX - 3 - digits.length()) + digits);
    }

    /// A text key with a number in its first bytes.
    ///
    /// @param state of the hash after both heads: equal states come to equal hashes
    private static DocumentKey ofHash(long state, int number, RandomGenerator random) {
        while (true) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.put((byte) 0x20).put((byte) (number >>> 14 | 0x80));
            bytes.put((byte) (number >>> 7 | 0x80)).put((byte) (number | 0x80));
            while (bytes.position() < Long.BYTES) {
                bytes.put((byte) ('a' + random.nextInt(26)));
            }
            long afterHead = (bytes.capacity() * M ^ mixed(bytes.getLong(0))) * M;
            bytes.putLong(unmixed(afterHead ^ state));
            byte[] key = bytes.put((byte) 0).put((byte) 0).array();
            if (!holdsZero(key)) {
                return DocumentKey.ofBytes(key);
            }
        }
    }

    private static boolean holdsZero(byte[] key) {
        for (int i = 0; i < BYTES - 2; i++) {
            if (key[i] == 0) {
                return true;
            }
        }
        return false;
    }

    /// What the hash makes of 8 bytes.
    private static long mixed(long block) {
        long k = block * M;
        return (k ^ k >>> SHIFT) * M;
    }

    private static long unmixed(long mixed) {
        long k = mixed * inverse();
        return (k ^ k >>> SHIFT) * inverse();
    }

    /// Of M: each step doubles the bits that are right.
    private static long inverse() {
        long inverse = M;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - M * inverse;
        }
        return inverse;
    }
}
