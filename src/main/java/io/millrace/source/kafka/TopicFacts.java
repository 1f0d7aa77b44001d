package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;

/// What the cluster says about a topic: what makes it this topic, and how many partitions it has.
record TopicFacts(String topic, String clusterId, String topicId, int partitionCount) {
    private static final String CLUSTER = "kafka.cluster";
    private static final String TOPIC = "kafka.topic";
    private static final String TOPIC_ID = "kafka.topic-id";

    SourceIdentity identity() {
        return SourceIdentity.of(Map.of(CLUSTER, clusterId, TOPIC, topic, TOPIC_ID, topicId));
    }

    static SourcePartition partition(TopicPartition partition) {
        return partition(partition.topic(), partition.partition());
    }

    static SourcePartition partition(String topic, int partition) {
        return new SourcePartition(topic, partition);
    }

    List<TopicPartition> partitions() {
        return IntStream.range(0, partitionCount)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    /// @throws MillraceException.InvalidRequest when keys in the payload come from several
    ///   partitions
    void checkKeyPlace(KeyPlace keyPlace) {
        if (keyPlace == KeyPlace.VALUE && partitionCount != 1) {
            throw MillraceException.InvalidRequest.malformed(
                    "/source/kafka/key-from",
                    ("topic %s has %d partitions, key-from: value needs exactly 1: the changes of"
                                    + " a key must be in order; use key-from: record")
                            .formatted(topic, partitionCount));
        }
    }

    /// @throws MillraceException.Fenced when the index was built from another topic of this name,
    ///   or from fewer partitions
    void checkSameAs(SourceIdentity built, Checkpoint from) {
        checkFact(built, CLUSTER, clusterId, "is on another cluster");
        checkFact(built, TOPIC, topic, "is not the topic the index was built from");
        checkFact(built, TOPIC_ID, topicId, "was recreated");
        if (partitionCount != from.positions().size()) {
            throw new MillraceException.Fenced(
                    ("topic %s has %d partitions, the index was built from %d: keys moved between"
                                    + " partitions and their order is lost; rebuild the index")
                            .formatted(topic, partitionCount, from.positions().size()));
        }
    }

    private void checkFact(SourceIdentity built, String name, String now, String what) {
        String then = built.facts().get(name);
        if (!now.equals(then)) {
            throw new MillraceException.Fenced(
                    "topic %s %s: %s is %s, the index was built from %s; rebuild the index"
                            .formatted(topic, what, name, now, then));
        }
    }
}
