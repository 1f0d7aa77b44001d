package io.millrace.segment;

import java.util.Arrays;
import java.util.function.IntFunction;

/// Where in a dictionary of strings a string may lie, by some bytes of the first strings of some
/// blocks: few blocks are left to look at. Immutable.
///
/// Heap: 8 KiB at most.
final class BlockSamples {
    private static final int SAMPLES_MAX = 1_024;

    private final int blockCount;

    /// What all strings of the dictionary begin with.
    private final byte[] prefix;

    /// The 8 bytes behind the prefix of the first string of each step-th block, with zeros behind
    /// its end; rising as unsigned numbers.
    private final long[] samples;

    private final int step;

    private BlockSamples(int blockCount, byte[] prefix, long[] samples, int step) {
        this.blockCount = blockCount;
        this.prefix = prefix;
        this.samples = samples;
        this.step = step;
    }

    /// @param firstOf the first string of a block
    /// @param last the last string of all
    static BlockSamples of(int blockCount, IntFunction<byte[]> firstOf, byte[] last) {
        byte[] first = firstOf.apply(0);
        int shared = Arrays.mismatch(first, last);
        byte[] prefix = shared < 0 ? first : Arrays.copyOf(first, shared);
        int step = Math.ceilDiv(blockCount, SAMPLES_MAX);
        long[] samples = new long[Math.ceilDiv(blockCount, step)];
        for (int i = 0; i < samples.length; i++) {
            samples[i] = bytesBehind(firstOf.apply(i * step), prefix.length);
        }
        return new BlockSamples(blockCount, prefix, samples, step);
    }

    /// The first block that may hold a string.
    int low(byte[] string) {
        if (!begins(string)) {
            return 0;
        }
        // Behind the last sample that is less for sure.
        int less = count(bytesBehind(string, prefix.length), false);
        return Math.max(0, less - 1) * step;
    }

    /// The last block that may hold a string; -1 when it lies before all.
    int high(byte[] string) {
        if (!begins(string)) {
            return blockCount - 1;
        }
        int notMore = count(bytesBehind(string, prefix.length), true);
        return Math.min(notMore * step, blockCount) - 1;
    }

    /// How many samples are less than some bytes or, when `equal`, the same.
    private int count(long bytes, boolean equal) {
        int from = 0;
        int to = samples.length;
        while (from < to) {
            int middle = (from + to) >>> 1;
            int order = Long.compareUnsigned(samples[middle], bytes);
            if (order < 0 || (equal && order == 0)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private boolean begins(byte[] string) {
        return string.length >= prefix.length
                && Arrays.equals(string, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static long bytesBehind(byte[] string, int from) {
        long bytes = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            bytes = bytes << Byte.SIZE | (i < string.length ? string[i] & 0xFF : 0);
        }
        return bytes;
    }
}
