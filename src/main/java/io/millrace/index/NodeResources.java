package io.millrace.index;

import java.time.InstantSource;
import java.util.concurrent.ThreadFactory;
import java.util.random.RandomGenerator;

/// What all indexes of a process share. Clock, random and threads come from here, so that tests
/// decide them. The random generator need not be safe for several threads: whoever draws from it
/// holds its monitor.
public record NodeResources(
        InstantSource clock, NanoClock nanoClock, RandomGenerator random, ThreadFactory threads) {

    /// A clock for durations.
    @FunctionalInterface
    public interface NanoClock {
        long nanos();
    }
}
