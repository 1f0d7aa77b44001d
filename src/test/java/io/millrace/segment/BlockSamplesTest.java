package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// The block of a string is always among those that samples leave.
class BlockSamplesTest {

    @Test
    void theBlockOfAStringIsLeft() {
        Seeded.repeat(
                40,
                random -> {
                    byte[] prefix = bytes(random, random.nextInt(12), 256);
                    List<byte[]> firsts = strings(random, prefix, 1 + random.nextInt(3_000));
                    byte[] last = Arrays.copyOf(firsts.getLast(), firsts.getLast().length + 1);
                    BlockSamples samples = BlockSamples.of(firsts.size(), firsts::get, last);
                    for (int i = 0; i < 500; i++) {
                        byte[] string = drawn(random, prefix, firsts);
                        int block = -1;
                        while (block + 1 < firsts.size()
                                && Arrays.compareUnsigned(firsts.get(block + 1), string) <= 0) {
                            block++;
                        }
                        assertTrue(block < 0 || samples.low(string) <= block);
                        assertTrue(samples.high(string) >= block);
                    }
                });
    }

    @Test
    void fewBlocksAreLeftWhereStringsDiffer() {
        List<byte[]> firsts = new ArrayList<>();
        for (int i = 0; i < 2_048; i++) {
            firsts.add("tag%05d".formatted(i).getBytes(StandardCharsets.UTF_8));
        }
        BlockSamples samples = BlockSamples.of(firsts.size(), firsts::get, firsts.getLast());
        byte[] string = firsts.get(777);
        assertEquals(775, samples.low(string), 2);
        assertEquals(778, samples.high(string), 2);
    }

    private static byte[] drawn(RandomGenerator random, byte[] prefix, List<byte[]> firsts) {
        return switch (random.nextInt(3)) {
            case 0 -> firsts.get(random.nextInt(firsts.size()));
            case 1 -> bytes(random, random.nextInt(6), 256);
            default -> joined(prefix, bytes(random, random.nextInt(14), 3));
        };
    }

    private static List<byte[]> strings(RandomGenerator random, byte[] prefix, int count) {
        TreeSet<byte[]> sorted = new TreeSet<>(Arrays::compareUnsigned);
        for (int i = 0; i < count; i++) {
            sorted.add(joined(prefix, bytes(random, random.nextInt(14), 3)));
        }
        return List.copyOf(sorted);
    }

    /// Of few different bytes, zeros among them, so that many are the beginning of others.
    private static byte[] bytes(RandomGenerator random, int length, int kinds) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (random.nextInt(kinds) * 0x55);
        }
        return bytes;
    }

    private static byte[] joined(byte[] prefix, byte[] rest) {
        byte[] joined = Arrays.copyOf(prefix, prefix.length + rest.length);
        System.arraycopy(rest, 0, joined, prefix.length, rest.length);
        return joined;
    }
}
