package io.millrace.publish;

import java.time.Duration;

/// Numbers of every relay.
///
/// - backOffMin, backOffMax: the wait before sending is tried again, doubling in between
/// - acknowledgeTimeout: longer than the producer itself tries
/// - drainTimeout: how long a stopping index waits for its last events
/// - deadLetterWindow: dead letters under way at once
public record RelayOptions(
        Duration backOffMin,
        Duration backOffMax,
        Duration acknowledgeTimeout,
        Duration drainTimeout,
        int deadLetterWindow) {
    public static final RelayOptions DEFAULT =
            new RelayOptions(
                    Duration.ofMillis(100),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(150),
                    Duration.ofSeconds(3),
                    64);

    public RelayOptions {
        if (!backOffMin.isPositive()
                || backOffMax.compareTo(backOffMin) < 0
                || drainTimeout.isNegative()
                || deadLetterWindow < 1) {
            throw new IllegalArgumentException(
                    "relay with a back-off of %s to %s, %s to drain and %d dead letters at once"
                            .formatted(backOffMin, backOffMax, drainTimeout, deadLetterWindow));
        }
    }
}
