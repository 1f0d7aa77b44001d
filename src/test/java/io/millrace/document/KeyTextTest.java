package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyTextTest {
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
        "😀, 😀",
        "%F0%9F%98%80, 😀",
        "100%25, 100%",
        "%2E%2E, ..",
    })
    void aTextKeyIsPercentDecoded(String encoded, String key) {
        assertEquals(DocumentKey.of(key), KeyText.parse(BY_TEXT, encoded));
    }

    @Test
    void aNumberKeyIsCoerced() {
        assertEquals(DocumentKey.of(-42), KeyText.parse(BY_NUMBER, "-42"));
        assertMalformed(() -> KeyText.parse(BY_NUMBER, "4x"));
    }

    @Test
    void partsOfALongerKeyAreJoinedByCommas() {
        assertEquals(
                DocumentKey.of(List.of(Value.of("a,b"), Value.of(7))),
                KeyText.parse(BY_BOTH, "a%2Cb,7"));
        assertMalformed(() -> KeyText.parse(BY_BOTH, "a"));
        assertMalformed(() -> KeyText.parse(BY_BOTH, "a,7,8"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"%", "a%2", "%zz", "%ff", "%C3", "%ED%A0%80"})
    void aKeyThatIsNotPercentEncodedUtf8IsRefused(String encoded) {
        assertMalformed(() -> KeyText.parse(BY_TEXT, encoded));
    }

    private static void assertMalformed(Runnable parse) {
        InvalidRequest refused = assertThrows(InvalidRequest.class, parse::run);
        assertEquals(Reason.MALFORMED, refused.reason());
    }

    private static Schema schema(Field... key) {
        return new Schema(1, List.of(key).stream().map(Field::path).toList(), List.of(key));
    }
}
