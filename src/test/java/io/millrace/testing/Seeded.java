package io.millrace.testing;

import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/// Runs a test body with random numbers that can be had again: a failure names its seed, and
/// `-Dseed=<seed>` runs the body once with it.
public final class Seeded {
    static final String PROPERTY = "seed";

    /// How many times longer than usual: profile `soak` sets it.
    private static final int SOAK_FACTOR = Integer.getInteger("soak.factor", 1);

    /// A test that draws what it needs from `random` and nothing else.
    @FunctionalInterface
    public interface Body {
        void run(RandomGenerator random) throws Exception;
    }

    private Seeded() {}

    /// Runs the body `times` times, in a soak run many times more, each with a seed of its own.
    public static void repeat(int times, Body body) {
        String given = System.getProperty(PROPERTY);
        if (given != null) {
            once(Long.parseLong(given), body);
            return;
        }
        SplittableRandom seeds = new SplittableRandom();
        for (int i = 0; i < times * SOAK_FACTOR; i++) {
            once(seeds.nextLong(), body);
        }
    }

    /// As [#repeat], [side by side][SideBySide]: for a body that shares nothing with its like and
    /// mostly waits for threads of its own.
    public static void repeatSideBySide(int times, Body body) {
        if (System.getProperty(PROPERTY) != null) {
            repeat(times, body);
            return;
        }
        SplittableRandom seeds = new SplittableRandom();
        long[] drawn = seeds.longs((long) times * SOAK_FACTOR).toArray();
        SideBySide.run(drawn.length, number -> once(drawn[number], body));
    }

    /// Runs the body once however long the tests may take: for one that has a clock of its own.
    public static void once(Body body) {
        String given = System.getProperty(PROPERTY);
        once(given == null ? new SplittableRandom().nextLong() : Long.parseLong(given), body);
    }

    private static void once(long seed, Body body) {
        try {
            body.run(new SplittableRandom(seed));
        } catch (Throwable e) {
            throw new AssertionError("replay with -Dseed=" + seed + ": " + e, e);
        }
    }
}
