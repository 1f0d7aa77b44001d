package io.millrace.source.kafka;

import io.millrace.MillraceException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/// Tells when the client asks its brokers over and over instead of waiting for records. A fetch
/// that is answered with an error, as of a topic that was deleted, is followed by the next one at
/// once: thousands of requests a second, each with a line in the log. A fetch that finds nothing
/// new is held by its broker for a while, half a second when nothing is said. Confined to the
/// consumer thread.
final class RequestPace {
    private static final String METRIC_GROUP = "consumer-metrics";

    /// Requests above what is allowed for, which a start or a new leader may take.
    private static final int EXCESS_MAX = 10;

    private final LongSupplier requests;
    private final LongSupplier connections;
    private final long fetchesPerPoll;
    private long requestsBefore;
    private long excess;

    /// @param requests how many were sent so far
    /// @param connections to brokers, each of which holds one fetch
    /// @param pollMillis longest time between two looks
    /// @param fetchWaitMillis how long a broker holds a fetch; with 0 there is no pace to tell
    ///   from, and nobody is restless
    RequestPace(
            LongSupplier requests, LongSupplier connections, long pollMillis, int fetchWaitMillis) {
        this.requests = requests;
        this.connections = connections;
        this.fetchesPerPoll =
                fetchWaitMillis == 0
                        ? Integer.MAX_VALUE
                        : Math.ceilDiv(pollMillis, fetchWaitMillis);
        this.requestsBefore = requests.getAsLong();
    }

    /// How many requests a client has sent, whatever they asked for.
    static LongSupplier requestsOf(Consumer<?, ?> consumer) {
        return metric(consumer, "request-total");
    }

    /// How many brokers a client is connected with.
    static LongSupplier connectionsOf(Consumer<?, ?> consumer) {
        return metric(consumer, "connection-count");
    }

    private static LongSupplier metric(Consumer<?, ?> consumer, String name) {
        Metric found =
                consumer.metrics().entrySet().stream()
                        .filter(metric ->
                                metric.getKey().group().equals(METRIC_GROUP)
                                        && metric.getKey().name().equals(name))
                        .findFirst()
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        "the Kafka client has no metric %s of %s"
                                                .formatted(name, METRIC_GROUP)))
                        .getValue();
        return () -> ((Number) found.metricValue()).longValue();
    }

    /// After each poll that may fetch. What was too much is worked off by polls that ask less, so
    /// that whoever fails on and on asks no more than is allowed for, on the average.
    ///
    /// @param moved it brought records, or moved a position
    /// @return true when it asked in vain too often, and until something moves
    boolean isRestless(boolean moved) {
        long sent = requests.getAsLong();
        long allowed = 1 + Math.max(1, connections.getAsLong()) * fetchesPerPoll;
        excess = moved ? 0 : Math.max(0, excess + sent - requestsBefore - allowed);
        requestsBefore = sent;
        return excess > EXCESS_MAX;
    }
}
