package io.millrace.source.kafka;

import io.millrace.MillraceException;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/// Kafka's exceptions as ours, by what there is to do about them.
final class KafkaFailures {
    private KafkaFailures() {}

    /// What has passed us for good is [MillraceException.Fenced]; everything else that Kafka says
    /// passes by itself or with the help of an operator, and is tried again. What Kafka did not say
    /// is a mistake of ours: trying again would only repeat it.
    static MillraceException of(String topic, Throwable failure) {
        return switch (failure) {
            case MillraceException ours -> ours;
            case ExecutionException e when e.getCause() != null -> of(topic, e.getCause());
            case CompletionException e when e.getCause() != null -> of(topic, e.getCause());
            case LogTruncationException e ->
                    new MillraceException.Fenced(
                            ("topic %s lost records that are in the index (%s): its log was cut off"
                                            + " behind our position; rebuild the index")
                                    .formatted(topic, offsets(e.offsetOutOfRangePartitions())));
            case OffsetOutOfRangeException e ->
                    new MillraceException.Fenced(
                            ("topic %s does not hold the next record any more (%s): retention has"
                                            + " deleted what was not read yet; rebuild the index, and"
                                            + " lengthen the topic's retention")
                                    .formatted(topic, offsets(e.offsetOutOfRangePartitions())));
            case NoOffsetForPartitionException e ->
                    new MillraceException.Bug("no position for a partition of " + topic, e);
            case UnknownTopicOrPartitionException e -> missing(topic, e);
            case UnknownTopicIdException e -> missing(topic, e);
            case KafkaException e ->
                    new MillraceException.Unavailable(
                            "topic %s cannot be read: %s".formatted(topic, reason(e)), e);
            default ->
                    new MillraceException.Bug(
                            "reading topic %s broke: %s".formatted(topic, reason(failure)),
                            failure);
        };
    }

    /// One line: the message of the innermost cause that has one, and its kind.
    static String reason(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null && deepest.getCause().getMessage() != null) {
            deepest = deepest.getCause();
        }
        return deepest.getClass().getSimpleName() + ": " + deepest.getMessage();
    }

    private static MillraceException missing(String topic, Throwable cause) {
        return new MillraceException.Unavailable("topic " + topic + " does not exist yet", cause);
    }

    private static String offsets(Map<TopicPartition, Long> offsets) {
        return offsets.entrySet().stream()
                .map(entry -> "%s at %d".formatted(entry.getKey(), entry.getValue()))
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
