package io.millrace.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Value;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no|\"no\"",
                "off|\"off\"",
                "Yes|\"Yes\"",
                "true|true",
                "false|false",
                "null|null",
                "~|null",
                "12|12",
                "-1.5|-1.5",
                "1e3|1000.0",
                "1:30|\"1:30\"",
                "1s|\"1s\"",
                "2018-02-01|\"2018-02-01\"",
                "'12'|\"12\"",
                "\"true\"|\"true\"",
                "[no, 1]|[\"no\",1]",
                "{a: no}|{\"a\":\"no\"}",
            })
    void scalarsMeanWhatJsonWouldMean(String yaml, String json) {
        assertEquals(json, new String(Json.bytes(Json.parseYaml(yaml.getBytes(UTF_8))), UTF_8));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "a: 012|012",
                "a: 0x1f|0x1f",
                "a: 1_000|1_000",
                "a: +1|+1",
                "a: .5|.5",
                "a: *x|alias *x",
                "a: !!int '1'|tag",
                "a: !!binary aGk=|tag",
                "a: [1|line",
                "a: b: c|line 1",
                "{a: 1, a: 2}|member a stands twice",
                "\"\\ud800\"|surrogate",
            })
    void whatJsonDoesNotHaveIsRefused(String yaml, String message) {
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> Json.parseYaml(yaml.getBytes(UTF_8)));
        String found = String.valueOf(refused.getMessage());
        assertTrue(found.contains(message), found);
    }

    @Test
    void anAliasBombEndsAtItsFirstAnchor() {
        StringBuilder bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
        for (int i = 1; i < 30; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a%d: &a%d [%s]\n".formatted(i, i, (alias + ",").repeat(9) + alias));
        }
        assertThrows(InvalidRequest.class, () -> Json.parseYaml(bomb.toString().getBytes(UTF_8)));
    }

    @Test
    void deepNestingIsRefused() {
        String deep = "[".repeat(10_000);
        assertThrows(InvalidRequest.class, () -> Json.parseYaml(deep.getBytes(UTF_8)));
    }

    @Test
    void aSecondDocumentIsRefused() {
        assertThrows(
                InvalidRequest.class, () -> Json.parseYaml("a: 1\n---\nb: 2\n".getBytes(UTF_8)));
    }

    @Test
    void aDefinitionReadsAsItLooks() {
        String yaml =
                """
                name: quakes   # the index
                key: [id]
                fields:
                  time: { type: timestamp, unit: millis }
                commit: { interval: 1s, changes: 100000, bytes: 64MiB }
                """;
        Value.Obj root = (Value.Obj) Json.parseYaml(yaml.getBytes(UTF_8));

        assertEquals(
                "{\"interval\":\"1s\",\"changes\":100000,\"bytes\":\"64MiB\"}",
                new String(
                        Json.bytes(java.util.Objects.requireNonNull(root.get("commit"))), UTF_8));
    }
}
