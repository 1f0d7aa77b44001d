package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// Asks the cluster about one topic: which topic it is, where its partitions begin and end. Never
/// creates it. May be shared between threads.
final class TopicProbe implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final TopicBinding binding;
    private final Admin admin;
    private final Duration timeout;

    TopicProbe(Map<String, Object> connection, TopicBinding binding, KafkaReadOptions options) {
        this.binding = binding;
        this.timeout = options.requestTimeout();
        this.admin = Admin.create(ConsumerSettings.admin(connection, binding, options));
    }

    Admin admin() {
        return admin;
    }

    /// Blocks.
    ///
    /// @throws MillraceException.Unavailable when the cluster does not answer or has no such topic
    TopicFacts describe() {
        KafkaFuture<String> cluster = admin.describeCluster().clusterId();
        TopicDescription topic = await(topicDescription());
        return facts(await(cluster), topic);
    }

    /// Blocks.
    Checkpoint beginnings(TopicFacts facts) {
        return await(offsets(facts, OffsetSpec.earliest()));
    }

    /// Starts to look at topic and ends, without waiting.
    Look look(TopicFacts facts) {
        return new Look(facts);
    }

    /// Answers under way. The ends are asked for when there is a topic: of one that is gone the
    /// client would look for them until the time of the question is over. Confined to the consumer
    /// thread.
    final class Look {
        private final TopicFacts before;
        private final KafkaFuture<TopicDescription> topic = topicDescription();
        private @Nullable KafkaFuture<Checkpoint> ends;

        private Look(TopicFacts before) {
            this.before = before;
        }

        /// Goes on with what was answered so far.
        boolean isDone() {
            if (!topic.isDone() || topic.isCompletedExceptionally()) {
                return topic.isDone();
            }
            if (ends == null) {
                ends = offsets(before, OffsetSpec.latest());
            }
            return ends.isDone();
        }

        /// The topic as it is now, in the same cluster as before.
        TopicFacts facts() {
            return TopicProbe.this.facts(before.clusterId(), await(topic));
        }

        /// Of a look that is done and has facts.
        Checkpoint ends() {
            return await(Objects.requireNonNull(ends));
        }
    }

    private TopicFacts facts(String clusterId, TopicDescription topic) {
        return new TopicFacts(
                binding.topic(), clusterId, topic.topicId().toString(), topic.partitions().size());
    }

    private KafkaFuture<TopicDescription> topicDescription() {
        KafkaFuture<TopicDescription> described =
                admin.describeTopics(List.of(binding.topic()))
                        .topicNameValues()
                        .get(binding.topic());
        if (described == null) {
            throw new MillraceException.Bug("no answer about topic " + binding.topic());
        }
        return described;
    }

    private KafkaFuture<Checkpoint> offsets(TopicFacts facts, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> wanted =
                facts.partitions().stream()
                        .collect(Collectors.toMap(Function.identity(), _ -> which));
        return admin.listOffsets(wanted, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .thenApply(TopicProbe::checkpoint);
    }

    private static Checkpoint checkpoint(Map<TopicPartition, ListOffsetsResultInfo> offsets) {
        Map<SourcePartition, Position> positions = new HashMap<>();
        offsets.forEach((partition, info) ->
                positions.put(TopicFacts.partition(partition), Position.of(info.offset())));
        return Checkpoint.of(positions);
    }

    private <T> T await(KafkaFuture<T> future) {
        try {
            return future.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw KafkaFailures.of(binding.topic(), e);
        } catch (TimeoutException e) {
            throw new MillraceException.Unavailable(
                    "topic %s: no broker answered within %d ms"
                            .formatted(binding.topic(), timeout.toMillis()),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Unavailable(
                    "interrupted while asking about topic " + binding.topic(), e);
        }
    }

    /// Waits a moment for what is under way, such as the last offsets noted.
    @Override
    public void close() {
        admin.close(CLOSE_TIMEOUT);
    }
}
