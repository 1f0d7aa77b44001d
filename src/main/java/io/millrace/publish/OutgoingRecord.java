package io.millrace.publish;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A record as it goes to a topic.
///
/// - key: the name of the index, so that the events of an index keep their order
/// - value: null where the source's record had none
public record OutgoingRecord(
        Topic topic, String key, byte @Nullable [] value, List<Header> headers) {

    /// One header.
    public record Header(String name, byte[] value) {
        static Header of(String name, String value) {
            return new Header(name, value.getBytes(StandardCharsets.UTF_8));
        }

        static Header of(String name, long value) {
            return of(name, Long.toString(value));
        }
    }

    public OutgoingRecord {
        headers = List.copyOf(headers);
    }
}
