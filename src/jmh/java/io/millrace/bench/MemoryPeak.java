package io.millrace.bench;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.util.concurrent.locks.LockSupport;

/// The most heap and direct memory in use since it was made. Heap counts garbage that was not
/// collected yet, per generation of the collector, so the sum is an upper bound; direct memory is
/// looked at every few milliseconds by a thread of its own.
final class MemoryPeak implements AutoCloseable {
    private static final long LOOK_NANOS = 2_000_000;

    private final BufferPoolMXBean direct =
            ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                    .filter(pool -> pool.getName().equals("direct"))
                    .findFirst()
                    .orElseThrow();
    private final Thread looking = new Thread(this::look, "memory-peak");
    private volatile long directBytes;
    private volatile boolean ended;

    MemoryPeak() {
        System.gc();
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            pool.resetPeakUsage();
        }
        looking.setDaemon(true);
        looking.start();
    }

    private void look() {
        while (!ended) {
            directBytes = Math.max(directBytes, direct.getMemoryUsed());
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    long heapBytes() {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToLong(pool -> pool.getPeakUsage().getUsed())
                .sum();
    }

    long directBytes() {
        return directBytes;
    }

    @Override
    public void close() {
        ended = true;
    }
}
