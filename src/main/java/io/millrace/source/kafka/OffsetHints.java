package io.millrace.source.kafka;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Lets the offsets of a consumer group follow the commits, so that lag shows in every Kafka tool.
/// Nothing reads them back: positions come from the commit record.
///
/// At most one request is under way and one checkpoint waits; a newer one takes its place. Written
/// through the admin client because this must work after the consumer has stopped, too. Guarded by
/// itself.
final class OffsetHints {
    private static final Logger LOG = System.getLogger(OffsetHints.class.getName());

    private final String groupId;
    private final Supplier<Admin> admin;
    private @Nullable Checkpoint waiting;
    private boolean underWay;

    /// Written by one request at a time, each after the one before.
    private volatile boolean failing;

    OffsetHints(String groupId, Supplier<Admin> admin) {
        this.groupId = groupId;
        this.admin = admin;
    }

    void offer(Checkpoint committed) {
        synchronized (this) {
            waiting = committed;
            if (underWay) {
                return;
            }
            underWay = true;
        }
        sendWaiting();
    }

    private void sendWaiting() {
        Checkpoint next;
        synchronized (this) {
            if (waiting == null) {
                underWay = false;
                return;
            }
            next = waiting;
            waiting = null;
        }
        try {
            var _ =
                    admin.get()
                            .alterConsumerGroupOffsets(groupId, offsets(next))
                            .all()
                            .whenComplete((_, failure) -> sent(failure));
        } catch (RuntimeException e) {
            sent(e);
        }
    }

    private void sent(@Nullable Throwable failure) {
        if (failure != null && !failing) {
            LOG.log(
                    Level.INFO,
                    "offsets not noted at the broker, trying on group={0} reason={1}",
                    groupId,
                    KafkaFailures.reason(failure));
        }
        failing = failure != null;
        sendWaiting();
    }

    private static Map<TopicPartition, OffsetAndMetadata> offsets(Checkpoint checkpoint) {
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        checkpoint
                .positions()
                .forEach((partition, position) ->
                        offsets.put(
                                new TopicPartition(partition.stream(), partition.partition()),
                                offset(position)));
        return offsets;
    }

    /// A position as Kafka takes it, the epoch with it where it is known.
    static OffsetAndMetadata offset(Position position) {
        return new OffsetAndMetadata(
                position.next(),
                position.epoch() == Position.NO_EPOCH
                        ? Optional.empty()
                        : Optional.of(position.epoch()),
                "");
    }
}
