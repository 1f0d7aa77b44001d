package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.millrace.change.Change;
import io.millrace.change.Reject;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What a record becomes in an index without keys.
class RecordDecoderTest {
    private final List<Change> changes = new ArrayList<>();
    private final List<Reject> rejects = new ArrayList<>();
    private final RecordDecoder decoder =
            new RecordDecoder(
                    new TopicBinding(
                            "logs",
                            "logs",
                            KeyPlace.NONE,
                            new Schema(1, List.of(), List.of(Field.of("n", FieldType.LONG)))),
                    1 << 20);

    @Test
    void aRecordIsAppendedWhateverItsKey() {
        decode(null, "{\"n\":1}");
        decode("ignored", "{\"n\":2}");

        assertEquals(2, changes.size());
        Change.Append second = assertInstanceOf(Change.Append.class, changes.getLast());
        assertEquals("{\"n\":2}", second.document().toString());
        assertEquals(List.of(), rejects);
    }

    @Test
    void aTombstoneCannotDelete() {
        decode("k", null);

        assertEquals(List.of(), changes);
        assertEquals(Reject.Stage.KEY, rejects.getFirst().stage());
        assertEquals(
                "record without a value would delete a key, but the index has no keys",
                rejects.getFirst().reason());
    }

    private void decode(@Nullable String key, @Nullable String value) {
        decoder.decode(
                new ConsumerRecord<>("logs", 0, changes.size(), bytes(key), bytes(value)),
                changes,
                rejects);
    }

    private static byte @Nullable [] bytes(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
