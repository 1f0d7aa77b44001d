package io.millrace.rest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.MillraceException.InvalidRequest.Reason;
import io.millrace.document.Value;
import jakarta.ws.rs.core.MediaType;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class RequestTextTest {
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
}
