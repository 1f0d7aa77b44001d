package io.millrace.pipeline;

import io.millrace.index.NodeResources.NanoClock;
import java.util.concurrent.TimeUnit;

/// Tells when there is too little space left to read on: an index that fills the last of it can
/// neither commit nor delete, and takes its neighbours with it. Confined to one thread.
final class DiskGuard {
    /// How long one look holds, and how soon to look again.
    static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final IndexHome home;
    private final long freeMinBytes;
    private final NanoClock clock;
    private long lookAtNanos;
    private long usableBytes = Long.MAX_VALUE;

    DiskGuard(IndexHome home, long freeMinBytes, NanoClock clock) {
        this.home = home;
        this.freeMinBytes = freeMinBytes;
        this.clock = clock;
        this.lookAtNanos = clock.nanos();
    }

    /// True when reading must rest.
    boolean isLow() {
        long now = clock.nanos();
        if (freeMinBytes > 0 && now - lookAtNanos >= 0) {
            lookAtNanos = now + LOOK_NANOS;
            usableBytes = home.usableBytes();
        }
        return usableBytes < freeMinBytes;
    }

    String reason() {
        return "%d bytes are free in the data folder, reading needs %d; it goes on when there are more"
                .formatted(usableBytes, freeMinBytes);
    }
}
