package io.millrace.source.kafka;

import io.millrace.document.Schema;
import java.util.Map;
import java.util.Objects;

/// Which topic feeds which index, and how its records become keys and documents.
///
/// - index: names the thread, the client and the consumer group
/// - properties: settings of the consumer that the index's definition makes
public record TopicBinding(
        String index,
        String topic,
        KeyPlace keyPlace,
        Schema schema,
        Map<String, String> properties) {

    public TopicBinding(String index, String topic, KeyPlace keyPlace, Schema schema) {
        this(index, topic, keyPlace, schema, Map.of());
    }

    /// Where the key of a record is found.
    public enum KeyPlace {
        /// The record key, see RecordKeys.
        RECORD,
        /// The key fields of the payload. One partition only: nothing else keeps the changes of a
        /// key in order. A tombstone has no payload and takes the record key.
        VALUE,
        /// Nowhere, for an index without keys: every record is one more document.
        NONE
    }

    public TopicBinding {
        Objects.requireNonNull(keyPlace, "keyPlace");
        properties = Map.copyOf(properties);
        if (schema.keyPaths().isEmpty() != (keyPlace == KeyPlace.NONE)) {
            throw new IllegalArgumentException(
                    "index %s has %d key fields for keys from %s"
                            .formatted(index, schema.keyPaths().size(), keyPlace));
        }
    }

    /// The consumer group whose offsets follow the commits, for people who watch lag there.
    String groupId() {
        return "millrace-" + index;
    }
}
