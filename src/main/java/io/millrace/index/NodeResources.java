package io.millrace.index;

import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/// What all indexes of a process share. Clock, random and threads come from here, so that tests
/// decide them.
///
/// - mergePermits: merges at once
/// - random: made safe for several threads here, whatever was handed in
/// - memory: for what is collected before it becomes a file
public record NodeResources(
        InstantSource clock,
        NanoClock nanoClock,
        RandomGenerator random,
        ThreadFactory threads,
        MemoryPool memory,
        MergePermits mergePermits) {
    private static final int MERGES_DEFAULT = 2;

    public NodeResources {
        RandomGenerator source = random;
        random =
                () -> {
                    synchronized (source) {
                        return source.nextLong();
                    }
                };
    }

    /// With two merges at once.
    public NodeResources(
            InstantSource clock,
            NanoClock nanoClock,
            RandomGenerator random,
            ThreadFactory threads) {
        this(clock, nanoClock, random, threads, MemoryPool.ofHeap());
    }

    public NodeResources(
            InstantSource clock,
            NanoClock nanoClock,
            RandomGenerator random,
            ThreadFactory threads,
            MemoryPool memory) {
        this(clock, nanoClock, random, threads, memory, new MergePermits(MERGES_DEFAULT));
    }

    /// A clock for durations.
    @FunctionalInterface
    public interface NanoClock {
        long nanos();
    }
}
