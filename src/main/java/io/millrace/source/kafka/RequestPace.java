package io.millrace.source.kafka;

import io.millrace.MillraceException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/// Tells when the client asks its brokers over and over instead of waiting for records. A fetch
/// that is answered with an error, as of a topic that was deleted, is followed by the next one at
/// once: thousands of requests a second, each with a line in the log. A fetch that finds nothing
/// new is held by the broker for half a second. Confined to the consumer thread.
final class RequestPace {
    private static final String METRIC_GROUP = "consumer-metrics";
    private static final String METRIC = "request-total";

    /// Brokers that are asked side by side; more of them only share what is allowed for these.
    private static final int LEADERS_MAX = 10;

    /// Requests above what is allowed for, which a start or a new leader may take.
    private static final int EXCESS_MAX = 10;

    private final LongSupplier requests;
    private final int allowedPerPoll;
    private long requestsBefore;
    private long excess;

    /// @param requests how many were sent so far
    /// @param partitions that are read
    RequestPace(LongSupplier requests, int partitions) {
        this.requests = requests;
        this.allowedPerPoll = 1 + Math.min(partitions, LEADERS_MAX);
        this.requestsBefore = requests.getAsLong();
    }

    /// How many requests a client has sent, whatever they asked for.
    static LongSupplier requestsOf(Consumer<?, ?> consumer) {
        Metric sent =
                consumer.metrics().entrySet().stream()
                        .filter(metric ->
                                metric.getKey().group().equals(METRIC_GROUP)
                                        && metric.getKey().name().equals(METRIC))
                        .findFirst()
                        .orElseThrow(() ->
                                new MillraceException.Bug(
                                        "the Kafka client has no metric %s of %s"
                                                .formatted(METRIC, METRIC_GROUP)))
                        .getValue();
        return () -> ((Number) sent.metricValue()).longValue();
    }

    /// After each poll that may fetch.
    ///
    /// @param moved it brought records, or moved a position
    /// @return true when it asked in vain too often, and until something moves
    boolean isRestless(boolean moved) {
        long sent = requests.getAsLong();
        excess = moved ? 0 : Math.max(0, excess + sent - requestsBefore - allowedPerPoll);
        requestsBefore = sent;
        return excess > EXCESS_MAX;
    }

    /// There is an explanation; counting starts again.
    void forgive() {
        excess = 0;
    }
}
