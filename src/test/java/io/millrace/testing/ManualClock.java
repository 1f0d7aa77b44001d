package io.millrace.testing;

import io.millrace.index.NodeResources.NanoClock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/// A clock that stands still until it is told to move, for time of day and for durations.
public final class ManualClock implements InstantSource, NanoClock {
    private static final long START_MILLIS = 1_795_000_000_000L;

    private final AtomicLong nanos = new AtomicLong();

    public void advance(Duration by) {
        nanos.addAndGet(by.toNanos());
    }

    @Override
    public long nanos() {
        return nanos.get();
    }

    @Override
    public Instant instant() {
        return Instant.ofEpochMilli(START_MILLIS).plusNanos(nanos.get());
    }
}
