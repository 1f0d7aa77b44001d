package io.millrace.testing;

import com.sun.management.ThreadMXBean;
import io.millrace.MillraceException;
import java.lang.management.ManagementFactory;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.NullMarked;

/// Feeds a parser with damaged inputs for some seconds (`-Dfuzz.seconds`, 1 by default). It may
/// accept them or say that they are wrong; it may do nothing else: no other exception, no error of
/// the machine, no more memory than the input explains, no long thought.
@NullMarked
public final class Fuzzing {
    private static final double SECONDS =
            Double.parseDouble(System.getProperty("fuzz.seconds", "1"));
    private static final long NANOS_MAX = TimeUnit.SECONDS.toNanos(1);
    private static final long FIXED_BYTES = 1 << 20;
    private static final int FACTOR = 4;

    /// What is done to an input at most, one after the other.
    private static final int MUTATIONS_MAX = 4;

    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        7,
        8,
        16,
        127,
        128,
        255,
        1 << 16,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 32,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    /// Reads an input to its end.
    @FunctionalInterface
    public interface Target {
        void read(byte[] input) throws Exception;
    }

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private Fuzzing() {}

    /// @param corpus whole inputs
    /// @param repair makes checksums and the like true again, so that what lies behind them is read
    /// @param extraBytes memory that the target may use beyond what its input explains
    public static void run(
            String name,
            List<byte[]> corpus,
            UnaryOperator<byte[]> repair,
            long extraBytes,
            Target target) {
        long seed = Long.getLong("seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        corpus.forEach(input -> feed(name, input, Long.MAX_VALUE, target));
        long end = System.nanoTime() + (long) (SECONDS * 1e9);
        int runs = 0;
        int accepted = 0;
        while (System.nanoTime() < end) {
            byte[] input = corpus.get(random.nextInt(corpus.size())).clone();
            for (int i = random.nextInt(MUTATIONS_MAX); i >= 0; i--) {
                input = mutate(input, corpus, random);
            }
            if (random.nextInt(10) > 0) {
                input = repair.apply(input);
            }
            accepted += feed(name, input, extraBytes, target) ? 1 : 0;
            runs++;
        }
        System.out.printf("fuzz %s: %d inputs, %d accepted, seed %d%n", name, runs, accepted, seed);
    }

    private static boolean feed(String name, byte[] input, long extraBytes, Target target) {
        long allocated = THREADS.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        boolean accepted = false;
        try {
            target.read(input);
            accepted = true;
        } catch (MillraceException.Corrupt | MillraceException.InvalidRequest e) {
            // Said so.
        } catch (Throwable e) {
            throw new AssertionError(describe(name, input) + " ends in " + e, e);
        }
        long bytes = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        long nanos = System.nanoTime() - start;
        if (extraBytes < Long.MAX_VALUE) {
            long bytesMax = (long) FACTOR * input.length + FIXED_BYTES + extraBytes;
            // Classes that are loaded on the way count once.
            if (bytes > bytesMax && allocated(target, input) > bytesMax) {
                throw new AssertionError(
                        "%s takes %d bytes of memory, expected at most %d"
                                .formatted(describe(name, input), bytes, bytesMax));
            }
            if (nanos > NANOS_MAX && cpuBound(target, input)) {
                throw new AssertionError(describe(name, input) + " takes " + nanos + " ns");
            }
        }
        return accepted;
    }

    /// A busy machine is no hang: only time on the processor counts.
    private static boolean cpuBound(Target target, byte[] input) {
        long start = THREADS.getCurrentThreadCpuTime();
        try {
            target.read(input);
        } catch (Exception e) {
            // Seen before.
        }
        return THREADS.getCurrentThreadCpuTime() - start > NANOS_MAX;
    }

    private static long allocated(Target target, byte[] input) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        try {
            target.read(input);
        } catch (Exception e) {
            // Seen before.
        }
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static byte[] mutate(byte[] input, List<byte[]> corpus, RandomGenerator random) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        int length = 1 + random.nextInt(Math.min(64, input.length - at));
        return switch (random.nextInt(9)) {
            case 0 -> {
                input[at] ^= (byte) (1 << random.nextInt(8));
                yield input;
            }
            case 1 -> {
                input[at] = (byte) random.nextInt();
                yield input;
            }
            case 2, 3, 4 -> {
                number(input, at, random);
                yield input;
            }
            case 5 -> {
                System.arraycopy(
                        input, random.nextInt(input.length - length + 1), input, at, length);
                yield input;
            }
            case 6 -> joined(input, at, input, at, at + length, at);
            case 7 -> joined(input, at, input, at, at, Math.min(input.length, at + length));
            default -> {
                byte[] other = corpus.get(random.nextInt(corpus.size()));
                int from = random.nextInt(other.length);
                int to = Math.min(other.length, from + length);
                yield joined(input, at, other, from, to, at);
            }
        };
    }

    /// A length, count or offset that means something else, mostly where one may stand.
    private static void number(byte[] input, int at, RandomGenerator random) {
        int width = random.nextBoolean() ? 4 : 8;
        int place = random.nextBoolean() ? at & -4 : at;
        long number =
                random.nextInt(3) == 0
                        ? input.length - random.nextInt(3) + 1L
                        : NUMBERS[random.nextInt(NUMBERS.length)];
        for (int i = 0; i < width && place + i < input.length; i++) {
            input[place + i] = (byte) (number >>> (8 * i));
        }
    }

    private static byte[] joined(byte[] head, int end, byte[] middle, int from, int to, int rest) {
        byte[] joined = new byte[end + (to - from) + (head.length - rest)];
        System.arraycopy(head, 0, joined, 0, end);
        System.arraycopy(middle, from, joined, end, to - from);
        System.arraycopy(head, rest, joined, end + (to - from), head.length - rest);
        return joined;
    }

    private static String describe(String name, byte[] input) {
        return "fuzz %s: %d bytes %s"
                .formatted(
                        name,
                        input.length,
                        HexFormat.of().formatHex(input, 0, Math.min(input.length, 4096)));
    }
}
