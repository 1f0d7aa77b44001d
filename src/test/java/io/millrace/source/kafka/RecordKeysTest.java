package io.millrace.source.kafka;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecordKeysTest {
    private static final Schema LINES =
            new Schema(
                    1,
                    List.of("shop", "no"),
                    List.of(Field.of("no", FieldType.LONG), Field.of("shop", FieldType.KEYWORD)));

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
        assertThrows(
                InvalidRequest.class,
                () -> inDocument("after.id", "{\"after\":{\"other\":1},\"id\":\"b\"}"));
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
        assertThrows(InvalidRequest.class, () -> inDocument("id", "{}"));
        assertThrows(InvalidRequest.class, () -> inDocument("id", "{\"id\":null}"));
        DocumentKey onRecord = DocumentKey.of("a");
        RecordKeys keys = keys("id", FieldType.KEYWORD);
        assertEquals(onRecord, keys.merged(onRecord, document("{}")));
        assertEquals(onRecord, keys.merged(onRecord, document("{\"id\":null}")));
        assertEquals(DocumentKey.of("b"), keys.merged(onRecord, document("{\"id\":\"b\"}")));
    }

    @Test
    void aKeyOfSeveralFieldsIsJson() {
        DocumentKey key = LINES.keyFrom(List.of(Value.of("a,b"), Value.of(7)));
        RecordKeys keys = new RecordKeys(LINES);
        assertEquals(key, keys.ofRecordKey(bytes("[\"a,b\", 7]")));
        assertEquals(key, keys.ofRecordKey(bytes("[\"a,b\", \"7\"]")));
        assertEquals(key, keys.ofRecordKey(bytes("{\"no\": 7, \"x\": 1, \"shop\": \"a,b\"}")));
        for (String text : List.of("a,b,7", "7", "[\"a\"]", "[\"a\", 7, 8]", "{\"no\": 7}", "[")) {
            assertThrows(InvalidRequest.class, () -> keys.ofRecordKey(bytes(text)), text);
        }
        assertEquals(key, keys.ofDocument(document("{\"shop\": \"a,b\", \"no\": 7}")));
        assertEquals(key, keys.merged(key, document("{\"no\": 7}")));
        assertNotEquals(key, keys.merged(key, document("{\"no\": 8}")));
    }

    @Test
    void containerIsNoKey() {
        assertThrows(InvalidRequest.class, () -> inDocument("id", "{\"id\":{\"a\":1}}"));
    }

    private static DocumentKey inDocument(String path, String json) {
        return keys(path, FieldType.KEYWORD).ofDocument(document(json));
    }

    private static Document document(String json) {
        return Json.parseDocument(bytes(json));
    }

    private static RecordKeys keys(String path, FieldType type) {
        return new RecordKeys(schema(path, type));
    }

    private static Schema schema(String path, FieldType type) {
        return new Schema(1, List.of(path), List.of(Field.of(path, type)));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
