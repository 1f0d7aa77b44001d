package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTextTest {
    private static final Schema BY_TEXT = schema(Field.of("id", FieldType.KEYWORD));
    private static final Schema BY_NUMBER = schema(Field.of("id", FieldType.LONG));
    private static final Schema BY_BOTH =
            schema(Field.of("shop", FieldType.KEYWORD), Field.of("no", FieldType.LONG));

    @ParameterizedTest
    @CsvSource({
        "abc, abc",
        "a%2Fb, a/b",
        "a%2fb, a/b",
        "'a,b', 'a,b'",
        "a%2Cb, 'a,b'",
        "a+b, a+b",
        "%C3%A9, é",
        "é, é",
        "%F0%9F%98%80, 😀",
        "100%25, 100%",
        "%2E%2E, ..",
    })
    void aTextKeyIsPercentDecoded(String encoded, String key) {
        assertEquals(DocumentKey.of(key), RequestText.key(BY_TEXT, encoded));
    }

    @Test
    void aNumberKeyIsCoerced() {
        assertEquals(DocumentKey.of(-42), RequestText.key(BY_NUMBER, "-42"));
        assertMalformed(() -> RequestText.key(BY_NUMBER, "4x"));
    }

    @Test
    void partsOfALongerKeyAreJoinedByCommas() {
        assertEquals(
                DocumentKey.of(List.of(Value.of("a,b"), Value.of(7))),
                RequestText.key(BY_BOTH, "a%2Cb,7"));
        assertMalformed(() -> RequestText.key(BY_BOTH, "a"));
        assertMalformed(() -> RequestText.key(BY_BOTH, "a,7,8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%2", "%zz", "%ff", "%C3", "%ED%A0%80"})
    void aKeyThatIsNotPercentEncodedUtf8IsRefused(String encoded) {
        assertMalformed(() -> RequestText.key(BY_TEXT, encoded));
    }

    @Test
    void numbersOfParametersAreBounded() {
        assertEquals(20, RequestText.number("limit", null, 20, 1, 100));
        assertEquals(100, RequestText.number("limit", "100", 20, 1, 100));
        for (String text : List.of("0", "101", "", "x", "1.5", "99999999999")) {
            InvalidRequest refused =
                    assertMalformed(() -> RequestText.number("limit", text, 20, 1, 100));
            assertEquals("limit", refused.pointer());
        }
        assertNull(RequestText.generation("from", null));
        assertEquals(0, RequestText.generation("from", "0"));
        assertMalformed(() -> RequestText.generation("from", "-1"));
    }

    @Test
    void theMediaTypeDecidesBetweenJsonAndYaml() {
        byte[] yaml = "a: no".getBytes(UTF_8);

        Value read =
                RequestText.body(
                        new ByteArrayInputStream(yaml), new MediaType("application", "yaml"));

        assertEquals(Value.of("no"), ((Value.Obj) read).get("a"));
        assertMalformed(() ->
                RequestText.body(new ByteArrayInputStream(yaml), MediaType.APPLICATION_JSON_TYPE));
    }

    @Test
    void aBodyIsNeitherMissingNorLargerThan1MiB() {
        assertMalformed(() -> RequestText.body(InputStream.nullInputStream(), null));
        assertMalformed(() -> RequestText.body(new ByteArrayInputStream(new byte[0]), null));
        InvalidRequest refused =
                assertThrows(
                        InvalidRequest.class,
                        () ->
                                RequestText.body(
                                        new ByteArrayInputStream(new byte[(1 << 20) + 1]), null));
        assertEquals(Reason.TOO_LARGE, refused.reason());
    }

    private static InvalidRequest assertMalformed(org.junit.jupiter.api.function.Executable call) {
        InvalidRequest refused = assertThrows(InvalidRequest.class, call);
        assertEquals(Reason.MALFORMED, refused.reason());
        return refused;
    }

    private static Schema schema(Field... key) {
        return new Schema(1, java.util.Arrays.stream(key).map(Field::path).toList(), List.of(key));
    }
}
