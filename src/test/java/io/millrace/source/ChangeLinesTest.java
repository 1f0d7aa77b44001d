package io.millrace.source;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.SourcePartition;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangeLinesTest {
    private static final Origin ORIGIN =
            new Origin(new SourcePartition("push", 0), 7, 0, null, new byte[0]);
    private static final ChangeLines KEYED = lines("id");
    private static final ChangeLines APPENDED = lines();

    @Test
    void aPlainDocumentIsAnUpsert() {
        String document = "{\"id\":\"a\",\"n\":1}";

        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(document), ORIGIN),
                parse(KEYED, document));
        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(document), ORIGIN),
                parse(KEYED, "{\"$upsert\":" + document + "}"));
    }

    @Test
    void aPatchNamesWhatItEdits() {
        Change change =
                parse(
                        KEYED,
                        """
                        {"$patch": {"key": 7, "set": {"a.b": [1]}, "remove": ["c"],
                        "addTo": {"t": ["x", "y"]}, "takeFrom": {"u": [null]}}}
                        """
                                .replace("\n", ""));

        assertEquals(
                new Change.Patch(
                        DocumentKey.of("7"),
                        new DocumentPatch(
                                Map.of("a.b", new Value.Array(List.of(Value.of(1)))),
                                List.of("c"),
                                Map.of("t", List.of(Value.of("x"), Value.of("y"))),
                                Map.of("u", List.of(Value.NULL))),
                        ORIGIN),
                change);
    }

    @Test
    void aDeleteNamesItsKey() {
        assertEquals(
                new Change.Delete(DocumentKey.of("a"), ORIGIN),
                parse(KEYED, "{\"$delete\":\"a\"}"));
        assertEquals(
                new Change.Delete(DocumentKey.of(List.of(Value.of("a"), Value.of("7"))), ORIGIN),
                parse(lines("id", "part"), "{\"$delete\":[\"a\",7]}"));
    }

    @Test
    void aDocumentIsNeverTakenForAnOperation() {
        String patchMember = "{\"id\":\"a\",\"$patch\":{\"key\":\"b\"}}";
        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(patchMember), ORIGIN),
                parse(KEYED, patchMember));
        String plainNames = "{\"patch\":{\"key\":\"b\"},\"id\":\"a\"}";
        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(plainNames), ORIGIN),
                parse(KEYED, plainNames));
        String keyMember = "{\"$delete\":\"a\"}";
        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(keyMember), ORIGIN),
                parse(lines("$delete"), keyMember));
        String keyInside = "{\"$patch\":{\"key\":\"a\"}}";
        assertEquals(
                new Change.Upsert(DocumentKey.of("a"), document(keyInside), ORIGIN),
                parse(lines("$patch.key"), keyInside));
    }

    @Test
    void anIndexWithoutKeysTakesDocumentsOnly() {
        assertEquals(
                new Change.Append(document("{\"n\":1}"), ORIGIN), parse(APPENDED, "{\"n\":1}"));
        assertEquals(
                new Change.Append(document("{\"$patch\":{}}"), ORIGIN),
                parse(APPENDED, "{\"$upsert\":{\"$patch\":{}}}"));
        assertEquals(
                "line 3: $delete: the index has no keys, it takes documents only",
                refusal(APPENDED, "{\"$delete\":1}"));
        assertEquals(
                "line 3: $patch.key: the index has no keys, it takes documents only",
                refusal(APPENDED, "{\"$patch\":{\"key\":1}}"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            textBlock =
                    """
                    [1]                        | line 3, column 1: found an array, expected an object
                    {"id":"a",}                | line 3, column 11: unexpected character ('}' (code 125)): was expecting double-quote to start field name
                    {"id":"a"} x               | line 3, column 12: unrecognized token 'x': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')
                    {"n":1}                    | line 3: key field id is missing
                    {"id":null}                | line 3: key field id is missing
                    {}                         | line 3: key field id is missing
                    {"$update":{"id":"a"}}     | line 3: $update: no operation, expected $upsert, $patch or $delete
                    {"$upsert":["a"]}          | line 3: $upsert: found an array, expected an object
                    {"$upsert":{"n":1}}        | line 3: key field id is missing
                    {"$delete":null}           | line 3: $delete: key field id is null
                    {"$delete":["a","b"]}      | line 3: $delete: field id (keyword): an array ["a","b"], expected a string, number or boolean
                    {"$delete":{"id":"a"}}     | line 3: $delete: field id (keyword): an object {"id":"a"}, expected a string, number or boolean
                    {"$patch":"a"}             | line 3: $patch: found a string, expected an object
                    {"$patch":{"set":{}}}      | line 3: $patch.key: missing, expected the key of a document
                    {"$patch":{"key":"a","put":{}}} | line 3: $patch.put: no part of a patch, expected key, set, remove, addTo or takeFrom
                    {"$patch":{"key":"a","set":[]}} | line 3: $patch.set: found an array, expected an object
                    {"$patch":{"key":"a","remove":"n"}} | line 3: $patch.remove: found a string, expected an array of paths
                    {"$patch":{"key":"a","remove":[1]}} | line 3: $patch.remove: found a number, expected a path
                    {"$patch":{"key":"a","addTo":{"t":"x"}}} | line 3: $patch.addTo.t: found a string, expected an array of items
                    {"$patch":{"key":"a","set":{"a..b":1}}} | line 3: $patch: path "a..b", expected 1 to 500 characters, its steps parted by single dots
                    {"$patch":{"key":"a","set":{"a":1},"remove":["a.b"]}} | line 3: $patch: paths a and a.b overlap, expected one of them
                    """)
    void aRefusalSaysWhereAndWhatWasExpected(String line, String expected) {
        assertEquals(expected, refusal(KEYED, line));
    }

    private static String refusal(ChangeLines lines, String line) {
        return String.valueOf(
                assertThrows(InvalidRequest.class, () -> parse(lines, line)).getMessage());
    }

    private static Change parse(ChangeLines lines, String line) {
        return lines.parse(line.getBytes(StandardCharsets.UTF_8), 3, ORIGIN);
    }

    private static Document document(String json) {
        return Json.parseDocument(json.getBytes(StandardCharsets.UTF_8));
    }

    private static ChangeLines lines(String... key) {
        return new ChangeLines(
                new Schema(
                        1,
                        List.of(key),
                        java.util.Arrays.stream(key)
                                .map(path -> Field.of(path, FieldType.KEYWORD))
                                .toList()));
    }
}
