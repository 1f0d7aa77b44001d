package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecordKeysTest {
    @Test
    void recordKeyIsCoercedToTheKeyField() {
        assertEquals(DocumentKey.of(7), keys("id", FieldType.LONG).ofRecordKey(bytes("7")));
        assertEquals(DocumentKey.of("7"), keys("id", FieldType.KEYWORD).ofRecordKey(bytes("7")));
        assertThrows(
                InvalidRequest.class, () -> keys("id", FieldType.LONG).ofRecordKey(bytes("seven")));
    }

    @Test
    void keyIsFoundBehindOtherMembersOfAnyKind() {
        assertEquals(
                DocumentKey.of("a"),
                inDocument("id", "{\"x\":{\"id\":1},\"y\":[{\"id\":2}],\"idx\":3,\"id\":\"a\"}"));
    }

    @Test
    void nestedKeyIsFoundAtItsPath() {
        assertEquals(
                DocumentKey.of("a"),
                inDocument("after.id", "{\"before\":{\"id\":\"b\"},\"after\":{\"id\":\"a\"}}"));
        assertNull(inDocument("after.id", "{\"after\":{\"other\":1},\"id\":\"b\"}"));
    }

    @Test
    void memberWithDotsInItsOwnNameComesFirst() {
        String json = "{\"after\":{\"id\":\"nested\"},\"after.id\":\"direct\"}";

        assertEquals(DocumentKey.of("direct"), inDocument("after.id", json));
        assertEquals(
                schema("after.id", FieldType.KEYWORD).keyOf(document(json).root()),
                inDocument("after.id", json));
    }

    @Test
    void missingAndNullAreNoKey() {
        assertNull(inDocument("id", "{}"));
        assertNull(inDocument("id", "{\"id\":null}"));
    }

    @Test
    void containerIsNoKey() {
        assertThrows(InvalidRequest.class, () -> inDocument("id", "{\"id\":{\"a\":1}}"));
    }

    private static @Nullable DocumentKey inDocument(String path, String json) {
        return keys(path, FieldType.KEYWORD).ofDocument(document(json));
    }

    private static Document document(String json) {
        return Json.parseDocument(bytes(json));
    }

    private static RecordKeys keys(String path, FieldType type) {
        return new RecordKeys(schema(path, type), path);
    }

    private static Schema schema(String path, FieldType type) {
        return new Schema(1, List.of(path), List.of(Field.of(path, type)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
