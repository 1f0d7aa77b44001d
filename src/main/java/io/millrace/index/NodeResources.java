package io.millrace.index;

import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/// What all indexes of a process share. Clock, random and threads come from here, so that tests
/// decide them.
///
/// - random: made safe for several threads here, whatever was handed in
/// - memory: for what is collected before it becomes a file
public record NodeResources(
        InstantSource clock,
        NanoClock nanoClock,
        RandomGenerator random,
        ThreadFactory threads,
        MemoryPool memory) {

    public NodeResources {
        RandomGenerator source = random;
        random =
                () -> {
                    synchronized (source) {
                        return source.nextLong();
                    }
                };
    }

    public NodeResources(
            InstantSource clock,
            NanoClock nanoClock,
            RandomGenerator random,
            ThreadFactory threads) {
        this(clock, nanoClock, random, threads, MemoryPool.ofHeap());
    }

    /// A clock for durations.
    @FunctionalInterface
    public interface NanoClock {
        long nanos();
    }
}
