package io.millrace.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Texts that are no JSON object, each refused with a place; and limits, each from both sides.
class JsonTortureTest {

    /// Columns: the text (`~xx` is the byte xx), then a part of the message.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|found nothing, expected an object",
                "` `|found nothing",
                "[]|found an array, expected an object",
                "7|found a number, expected an object",
                "\"a\"|found a string",
                "null|found null",
                "true|found a boolean",
                "{|line 1, column 2",
                "}|line 1, column 1",
                "{}}|line 1, column 3",
                "{} x|line 1, column 4",
                "{}{}|more text after the end",
                "{} 1|more text after the end",
                "{\"a\"}|line 1, column 5",
                "{\"a\":}|line 1, column 6",
                "{\"a\":1,}|line 1, column 8",
                "{,\"a\":1}|line 1, column 2",
                "{\"a\" 1}|line 1, column",
                "{\"a\":1 \"b\":2}|line 1, column",
                "{a:1}|line 1, column 2",
                "{'a':1}|line 1, column 2",
                "{1:1}|line 1, column 2",
                "{null:1}|line 1, column 2",
                "{\"a\":[1,]}|line 1, column 9",
                "{\"a\":[,1]}|line 1, column 7",
                "{\"a\":[1 2]}|line 1, column",
                "{\"a\":[1}|line 1, column 8",
                "{\"a\":{]}|line 1, column 7",
                "{\"a\":NaN}|line 1, column",
                "{\"a\":Infinity}|line 1, column",
                "{\"a\":-Infinity}|line 1, column",
                "{\"a\":nul}|line 1, column",
                "{\"a\":tru}|line 1, column",
                "{\"a\":True}|line 1, column",
                "{\"a\":undefined}|line 1, column",
                "{\"a\":01}|line 1, column",
                "{\"a\":-01}|line 1, column",
                "{\"a\":+1}|line 1, column",
                "{\"a\":1.}|line 1, column",
                "{\"a\":.1}|line 1, column",
                "{\"a\":-}|line 1, column",
                "{\"a\":1e}|line 1, column",
                "{\"a\":1e+}|line 1, column",
                "{\"a\":1.e1}|line 1, column",
                "{\"a\":0x1}|line 1, column",
                "{\"a\":1_000}|line 1, column",
                "{\"a\":1a}|line 1, column",
                "{\"a\":--1}|line 1, column",
                "{\"a\":1e999999}|number 1e999999 has an exponent outside",
                "{\"a\":-1e-10001}|has an exponent outside",
                "{\"a\":1e99999999999}|has an exponent outside",
                "{\"a\":1,\"a\":1}|line 1, column 8: member a stands twice",
                "{\"a\":1,\"\\u0061\":2}|member a stands twice",
                "{\"x\":{\"a\":1,\"b\":2,\"a\":3}}|member a stands twice",
                "{\"\":1,\"\":2}|stands twice",
                "{\"a\":\"\\ud800\"}|half a surrogate pair",
                "{\"a\":\"\\udc00\\ud800\"}|half a surrogate pair",
                "{\"a\":\"x\\ud800y\"}|half a surrogate pair",
                "{\"\\udfff\":1}|member name with half a surrogate pair",
                "{\"a\":\"\\x41\"}|line 1, column",
                "{\"a\":\"\\u12\"}|line 1, column",
                "{\"a\":\"\\u{41}\"}|line 1, column",
                "{\"a\":\"open}|line 1, column",
                "{\"a\":\"~0a\"}|line 1, column",
                "{\"a\":\"~09\"}|line 1, column",
                "{\"a\":\"~01\"}|line 1, column",
                "{\"a\":\"~00\"}|line 1, column",
                "{\"a\":1}~00|line 1, column",
                "~00{\"a\":1}|zero byte",
                "{~00\"~00a~00\"~00:~001~00}~00|zero byte",
                "~ff~fe{~00}~00|zero byte",
                "~fe~ff|byte 0xfe is not UTF-8",
                "~ef~bb~bf{}|byte order mark",
                "{\"a\":\"~ff\"}|line 1, column 7: byte 0xff is not UTF-8",
                "{\"a\":\"~80\"}|byte 0x80 is not UTF-8",
                "{\"a\":\"~c0~80\"}|byte 0xc0 is not UTF-8",
                "{\"a\":\"~c1~bf\"}|byte 0xc1 is not UTF-8",
                "{\"a\":\"~e0~80~af\"}|byte 0xe0 is not UTF-8",
                "{\"a\":\"~ed~a0~80\"}|byte 0xed is not UTF-8",
                "{\"a\":\"~ed~bf~bf\"}|byte 0xed is not UTF-8",
                "{\"a\":\"~f0~80~80~80\"}|byte 0xf0 is not UTF-8",
                "{\"a\":\"~f4~90~80~80\"}|byte 0xf4 is not UTF-8",
                "{\"a\":\"~f5~80~80~80\"}|byte 0xf5 is not UTF-8",
                "{\"a\":\"~e2~82\"}|byte 0xe2 is not UTF-8",
                "{\"a\":\"~f0~9f~98\"}|byte 0xf0 is not UTF-8",
                "{~0a  \"a\": 1,~0a  \"b\": x}|line 3, column",
                "{\"a\":1} // no|line 1, column",
                "/* no */ {}|line 1, column",
                "{\"a\":#}|line 1, column",
                "{\"a\":'x'}|line 1, column",
                "<a/>|line 1, column 1",
                "a: 1|line 1, column",
                "~0b{}|line 1, column",
                "~c2~a0{}|line 1, column",
            })
    void malformedTextIsRefusedWithItsPlace(String text, String message) {
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> Json.parseDocument(bytes(text)));

        assertEquals(InvalidRequest.Reason.MALFORMED, refused.reason());
        String found = String.valueOf(refused.getMessage());
        assertTrue(found.contains(message), found);
        assertTrue(!found.contains("Source") && !found.contains("`"), found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1,\"a\":1}", "[1,", "{} {}", "\"\\ud800\"", "NaN", "[1e99999]"})
    void valuesAreReadByTheSameRules(String text) {
        assertThrows(InvalidRequest.class, () -> Json.parse(bytes(text)));
    }

    @Test
    void depthIsBoundedAt512() {
        Json.parseDocument(bytes("{\"a\":" + "[".repeat(511) + "]".repeat(511) + "}"));

        assertRefused("{\"a\":" + "[".repeat(512) + "]".repeat(512) + "}", "512");
        assertRefused("{\"a\":" + "[".repeat(100_000), "512");
        assertRefused("{\"a\":".repeat(100_000), "512");
    }

    @Test
    void numbersAreBoundedAt1000Characters() {
        Json.parseDocument(bytes("{\"a\":" + "9".repeat(1_000) + "}"));

        assertRefused("{\"a\":" + "9".repeat(1_001) + "}", "1000");
        assertRefused("{\"a\":0." + "9".repeat(1_000) + "}", "1000");
        assertRefused("{\"a\":" + "9".repeat(10_000_000) + "}", "1000");
    }

    @Test
    void namesAreBoundedAt50000Characters() {
        Json.parseDocument(bytes("{\"" + "n".repeat(50_000) + "\":1}"));

        assertRefused("{\"" + "n".repeat(50_001) + "\":1}", "50000");
        assertRefused("{\"" + "n".repeat(1_000_000) + "\":1}", "50000");
    }

    @Test
    void documentsAreBoundedAt16MiB() {
        String frame = "{\"a\":\"\"}";
        byte[] largest = bytes("{\"a\":\"" + "x".repeat((16 << 20) - frame.length()) + "\"}");

        assertEquals(16 << 20, largest.length);
        Json.parseDocument(largest);
        InvalidRequest refused =
                assertThrows(
                        InvalidRequest.class, () -> Json.parseDocument(new byte[(16 << 20) + 1]));
        assertEquals(InvalidRequest.Reason.TOO_LARGE, refused.reason());
    }

    @Test
    void oneHundredThousandMembersAreReadAndARepeatedOneIsStillFound() {
        StringBuilder text = new StringBuilder("{");
        for (int i = 0; i < 100_000; i++) {
            text.append("\"f").append(i).append("\":").append(i).append(',');
        }
        String open = text.toString();

        Json.parseDocument(bytes(open + "\"last\":0}"));
        assertRefused(open + "\"f77\":0}", "member f77 stands twice");
    }

    private static void assertRefused(String text, String message) {
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> Json.parseDocument(bytes(text)));
        String found = String.valueOf(refused.getMessage());
        assertTrue(found.contains(message), found);
        assertTrue(found.length() < 500, found);
    }

    private static byte[] bytes(String text) {
        var out = new ByteArrayOutputStream();
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) == '~') {
                out.write(HexFormat.fromHexDigits(text, i + 1, i + 3));
                i += 2;
            } else {
                out.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }
}
