package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConsumerSettingsTest {
    private static final Schema SCHEMA =
            new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD)));

    @Test
    void theDefinitionOfAnIndexTunesItsConsumerAndNothingElse() {
        TopicBinding binding =
                new TopicBinding(
                        "orders",
                        "orders",
                        KeyPlace.RECORD,
                        SCHEMA,
                        Map.of("fetch.max.bytes", "4096", "isolation.level", "read_uncommitted"));

        Map<String, Object> settings =
                ConsumerSettings.consumer(
                        Map.of("bootstrap.servers", "here:1", "fetch.min.bytes", "7"),
                        binding,
                        KafkaReadOptions.DEFAULT);

        assertEquals("4096", settings.get("fetch.max.bytes"));
        assertEquals("read_uncommitted", settings.get("isolation.level"));
        assertEquals("here:1", settings.get("bootstrap.servers"));
        assertEquals("7", settings.get("fetch.min.bytes"));
        assertEquals(false, settings.get("enable.auto.commit"));
        assertEquals("none", settings.get("auto.offset.reset"));
        assertEquals(500, ConsumerSettings.fetchWaitMillis(settings));
        assertEquals(20, ConsumerSettings.fetchWaitMillis(Map.of("fetch.max.wait.ms", "20")));
    }
}
