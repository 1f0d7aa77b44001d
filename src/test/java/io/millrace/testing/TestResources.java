package io.millrace.testing;

import io.millrace.index.NodeResources;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Node resources of tests that need no say in time or order.
public final class TestResources {
    private TestResources() {}

    public static NodeResources node() {
        return new NodeResources(
                InstantSource.system(),
                System::nanoTime,
                RandomGenerator.of("L64X128MixRandom"),
                Thread.ofPlatform().daemon().factory());
    }
}
