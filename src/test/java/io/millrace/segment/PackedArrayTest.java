package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.testing.Seeded;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Values read many at a time are those read one by one.
class PackedArrayTest {
    private static final int COUNT = 9_000;

    private final PackedBuffer buffer = new PackedBuffer();

    @Test
    void everyWidthIsReadFromEveryPlace() {
        Seeded.repeat(
                2,
                random -> {
                    for (int width = 0; width <= Long.SIZE; width++) {
                        long base = random.nextLong(-1_000, 1_000);
                        long[] values = new long[COUNT];
                        PackedArray packed = packed(random, width, base, values);
                        assertNeighbours(random, packed, values);
                        assertRising(random, packed, values);
                        assertRanges(random, packed, values);
                    }
                });
    }

    @Test
    void noValueIsReadBehindTheLast() {
        PackedArray packed = packed(new SplittableRandom(7), 17, 0, new long[COUNT]);
        long[] into = new long[16];
        assertThrows(
                IndexOutOfBoundsException.class, () -> packed.read(COUNT - 8, 16, into, buffer));
        assertThrows(IndexOutOfBoundsException.class, () -> packed.read(-1, 4, into, buffer));
        assertThrows(
                IndexOutOfBoundsException.class,
                () -> packed.read(new int[] {3, COUNT}, 2, into, buffer));
    }

    private void assertNeighbours(RandomGenerator random, PackedArray packed, long[] values) {
        for (int i = 0; i < 8; i++) {
            int from = i == 0 ? 0 : random.nextInt(COUNT);
            int count = i == 0 ? COUNT : random.nextInt(Math.min(600, COUNT - from) + 1);
            long[] into = new long[count];
            packed.read(from, count, into, buffer);
            for (int at = 0; at < count; at++) {
                assertEquals(values[from + at], into[at]);
                assertEquals(values[from + at], packed.get(from + at));
            }
        }
    }

    private void assertRising(RandomGenerator random, PackedArray packed, long[] values) {
        for (int gap : new int[] {1, 3, 40, 1_000}) {
            int[] indexes = new int[512];
            int count = 0;
            for (int at = random.nextInt(gap);
                    at < COUNT && count < indexes.length;
                    at += 1 + random.nextInt(gap)) {
                indexes[count++] = at;
            }
            long[] into = new long[count];
            packed.read(indexes, count, into, buffer);
            for (int i = 0; i < count; i++) {
                assertEquals(values[indexes[i]], into[i]);
            }
        }
    }

    /// Some of them empty, some longer than the buffer.
    private void assertRanges(RandomGenerator random, PackedArray packed, long[] values) {
        for (int gap : new int[] {1, 30, 3_000}) {
            long[] starts = new long[64];
            long[] ends = new long[64];
            int ranges = 0;
            int at = random.nextInt(gap);
            while (at < COUNT && ranges < starts.length) {
                starts[ranges] = at;
                at = Math.min(COUNT, at + random.nextInt(2 * gap));
                ends[ranges++] = at;
                at += random.nextInt(gap);
            }
            int from = random.nextInt(ranges);
            long[] into = new long[COUNT];
            int count = packed.read(starts, ends, from, ranges, into, buffer);
            int read = 0;
            for (int range = from; range < ranges; range++) {
                for (int i = (int) starts[range]; i < ends[range]; i++) {
                    assertEquals(values[i], into[read++]);
                }
            }
            assertEquals(read, count);
        }
    }

    private static PackedArray packed(RandomGenerator random, int width, long base, long[] values) {
        byte[] bytes = new byte[Math.toIntExact(PackedLayout.lengthBytes(values.length, width))];
        MemorySegment memory = MemorySegment.ofArray(bytes);
        memory.set(SegmentLayout.LONG, PackedLayout.BASE_OFFSET, base);
        memory.set(SegmentLayout.INT, PackedLayout.COUNT_OFFSET, values.length);
        memory.set(SegmentLayout.INT, PackedLayout.WIDTH_OFFSET, width);
        long bit = 0;
        for (int i = 0; i < values.length; i++) {
            long value = width == 0 ? 0 : random.nextLong() >>> (Long.SIZE - width);
            values[i] = base + value;
            for (int at = 0; at < width; at++, bit++) {
                bytes[PackedLayout.BITS_OFFSET + (int) (bit >>> 3)] |=
                        (byte) ((value >>> at & 1) << (bit & 7));
            }
        }
        return new PackedArray(memory, 0);
    }
}
