package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentWriter;
import io.millrace.document.Value;
import io.millrace.source.postgres.ColumnType.ArrayOf;
import io.millrace.source.postgres.ColumnType.Composite;
import io.millrace.testing.Fuzzing;
import io.millrace.testing.Seeded;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ColumnTypeTest {
    private static final ColumnType INTEGERS = new ArrayOf(ScalarType.INTEGER, ',');
    private static final ColumnType TEXTS = new ArrayOf(ScalarType.TEXT, ',');
    private static final List<String> DAMAGE =
            List.of("", "0", "00", "1", "9", ".", "-", "+", ":", " ", "e", "x");
    private static final ColumnType PERSON =
            new Composite(
                    List.of(
                            new Composite.Attribute("id", ScalarType.INTEGER),
                            new Composite.Attribute("name", ScalarType.TEXT),
                            new Composite.Attribute("tags", TEXTS)));

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "INTEGER; -9223372036854775808; -9223372036854775808",
                "INTEGER; 9223372036854775807; 9223372036854775807",
                "INTEGER; -7; -7",
                "DECIMAL; 12.50; 12.50",
                "DECIMAL; 99999999999999999999.0000000001; 99999999999999999999.0000000001",
                "DECIMAL; 7; 7",
                "REAL; 0.1; 0.1",
                "REAL; 1e+300; 1.0E300",
                "BOOL; t; true",
                "BOOL; f; false",
                "TEXT; ` a b `; ` a b `",
                "PADDED_TEXT; `US   `; US",
                "DATE; 2026-11-21; 2026-11-21",
                "DATE; 0044-03-15 BC; -0043-03-15",
                "DATE; 0001-12-31 BC; 0000-12-31",
                "DATE; 12345-01-01; +12345-01-01",
                "TIMESTAMP; 2026-11-21 12:30:00.5; 2026-11-21T12:30:00.5",
                "TIMESTAMP; 0044-03-15 12:00:00 BC; -0043-03-15T12:00:00",
                "TIMESTAMP_ZONED; 2026-11-21 12:30:00+00; 2026-11-21T12:30:00Z",
                "TIMESTAMP_ZONED; 2026-11-21 00:10:00.123456+05:30; 2026-11-20T18:40:00.123456Z",
                "TIMESTAMP_ZONED; 1900-01-01 00:00:00+00:19:32; 1899-12-31T23:40:28Z",
                "TIMESTAMP_ZONED; 2026-11-21 12:30:00-02; 2026-11-21T14:30:00Z",
                "BYTES; \\x00ff10; AP8Q",
                "BYTES; \\x; ``",
                "JSON; `{\"a\":[1,null,{\"b\":2.50}]}`; `{\"a\":[1,null,{\"b\":2.5}]}`",
                "JSON; `{\"a\":1,\"a\":2}`; `{\"a\":1,\"a\":2}`",
                "JSON; `\"word\"`; word",
                "KEYWORD; 192.168.0.0/16; 192.168.0.0/16",
            })
    void textBecomesTheValueOfItsType(ScalarType type, String text, String shown) {
        assertEquals(shown, type.parse(text).toString());
    }

    @ParameterizedTest
    @CsvSource({
        "DECIMAL, NaN",
        "DECIMAL, -Infinity",
        "REAL, NaN",
        "REAL, Infinity",
        "DATE, infinity",
        "TIMESTAMP, -infinity",
        "TIMESTAMP_ZONED, infinity"
    })
    void whatJsonHasNoNumberOrTimeForIsKeptAsText(ScalarType type, String text) {
        assertEquals(Value.of(text), type.parse(text));
    }

    @Test
    void noDigitOfANumericIsLost() {
        var text = "1234567890123456789012345678901234567890.000000000000000000010";

        var value = ScalarType.DECIMAL.parse(text);

        assertEquals(new Value.Decimal(new BigDecimal(text)), value);
    }

    @ParameterizedTest
    @CsvSource({
        "INTEGER, 12x",
        "INTEGER, 9223372036854775808",
        "DECIMAL, twelve",
        "REAL, 1e999",
        "BOOL, true",
        "DATE, 21.11.2026",
        "TIMESTAMP, 2026-11-21",
        "TIMESTAMP_ZONED, 2026-13-21 00:00:00+01",
        "BYTES, \\x0",
        "BYTES, abc"
    })
    void textThatIsNoneOfTheTypeIsRefusedWithTheText(ScalarType type, String text) {
        var refusal = assertThrows(InvalidRequest.class, () -> type.parse(text));

        assertTrue(String.valueOf(refusal.getMessage()).contains(text), refusal.getMessage());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{}; []",
                "{1,NULL,-3}; [1,null,-3]",
                "{{1,2},{3,NULL}}; [[1,2],[3,null]]",
                "[0:1]={5,6}; [5,6]",
                "[-1:0][2:3]={{5,6},{7,8}}; [[5,6],[7,8]]",
            })
    void arraysOfNumbers(String text, String shown) {
        assertEquals(shown, INTEGERS.parse(text).toString());
    }

    @Test
    void itemsInQuotesKeepBlanksQuotesBackslashesAndTheWordNull() {
        var items = TEXTS.parse("{a,\" b, {c}\",\"q\\\"u\\\\o\",\"NULL\",NULL,\"\"}");

        assertEquals(
                new Value.Array(
                        List.of(
                                Value.of("a"),
                                Value.of(" b, {c}"),
                                Value.of("q\"u\\o"),
                                Value.of("NULL"),
                                Value.NULL,
                                Value.of(""))),
                items);
    }

    @Test
    void boxesArePartedBySemicolons() {
        var boxes = new ArrayOf(ScalarType.TEXT, ';').parse("{(1,1),(0,0);(2,2),(0,0)}");

        assertEquals("[\"(1,1),(0,0)\",\"(2,2),(0,0)\"]", boxes.toString());
    }

    @Test
    void rowsInAColumnAreObjects() {
        var person = PERSON.parse("(7,\"O\"\"Hara, \\\\ J\",\"{a,\"\"b c\"\"}\")");
        var nobody = PERSON.parse("(,\"\",)");

        assertEquals(
                "{\"id\":7,\"name\":\"O\\\"Hara, \\\\ J\",\"tags\":[\"a\",\"b c\"]}",
                person.toString());
        assertEquals("{\"id\":null,\"name\":\"\",\"tags\":null}", nobody.toString());
    }

    @ParameterizedTest
    @CsvSource({
        "INTEGER, -42",
        "INTEGER, -9223372036854775808",
        "TEXT, Ünïcode 🎵",
        "PADDED_TEXT, 'ab  '",
        "KEYWORD, P1Y2M",
        "UUID, 00000000-0000-0000-0000-000000000001",
        "DECIMAL, 1.10",
        "DECIMAL, -12345678901234567890.000000",
        "DECIMAL, 0.000001",
        "DECIMAL, 0.000000",
        "DECIMAL, 0.0000001",
        "DECIMAL, -0.5",
        "DECIMAL, -0.00",
        "DECIMAL, 00.5",
        "DECIMAL, 7",
        "DECIMAL, 7.",
        "DECIMAL, .5",
        "DECIMAL, 1.5e3",
        "DECIMAL, NaN",
        "DATE, 2026-11-21",
        "DATE, 0044-03-15 BC",
        "DATE, 12345-01-01",
        "DATE, infinity",
        "TIMESTAMP, 2026-11-21 12:30:00",
        "TIMESTAMP, 2026-11-21 12:30:00.123456",
        "TIMESTAMP, 0044-03-15 12:00:00 BC",
        "TIMESTAMP, -infinity",
        "TIMESTAMP_ZONED, 2026-11-21 12:30:00+00",
        "TIMESTAMP_ZONED, 2026-11-21 12:30:00.5+00",
        "TIMESTAMP_ZONED, 2026-11-21 12:30:00.5+02",
        "TIMESTAMP_ZONED, 2026-11-21 12:30:00-00",
        "TIMESTAMP_ZONED, 2026-11-21 12:30:00+00:19:32",
        "TIMESTAMP_ZONED, 0044-03-15 12:00:00+00 BC",
        "TIMESTAMP_ZONED, 12345-01-01 12:00:00+00",
        "TIMESTAMP_ZONED, infinity"
    })
    void writtenBytesAreTheParsedValue(ScalarType type, String text) {
        assertWrittenAsParsed(type, text);
    }

    @Test
    void writtenRowsAreTheParsedValue() {
        assertWrittenAsParsed(PERSON, "(1,x,{})");
    }

    private static void assertWrittenAsParsed(ColumnType type, String text) {
        assertEquals(type.parse(text), written(type, text));
    }

    /// What a document holds whose cell is the text, in the middle of a message.
    private static @Nullable Value written(ColumnType type, String text) {
        var bytes = ("<" + text + ">").getBytes(StandardCharsets.UTF_8);
        var writer = new DocumentWriter();
        writer.beginObject();
        writer.name("c");
        type.write(bytes, 1, bytes.length - 1, writer);
        writer.end();
        return writer.finish().root().get("c");
    }

    /// Whatever the bytes look like, both ways read the same or refuse the same.
    @Test
    void damagedTextIsWrittenAsItIsParsed() {
        List<Cell> cells =
                List.of(
                        new Cell(ScalarType.DECIMAL, "-1203.50"),
                        new Cell(ScalarType.DATE, "2026-11-21"),
                        new Cell(ScalarType.TIMESTAMP, "2026-11-21 12:30:00.5"),
                        new Cell(ScalarType.TIMESTAMP_ZONED, "2026-11-21 12:30:00.5+00"));
        Seeded.repeat(
                5_000,
                random -> {
                    Cell cell = cells.get(random.nextInt(cells.size()));
                    StringBuilder text = new StringBuilder(cell.text());
                    for (int i = random.nextInt(3); i >= 0; i--) {
                        int at = random.nextInt(text.length());
                        text.replace(at, at + 1, DAMAGE.get(random.nextInt(DAMAGE.size())));
                    }
                    assertSameOutcome(cell.type(), text.toString());
                });
    }

    private static void assertSameOutcome(ColumnType type, String text) {
        Value parsed;
        try {
            parsed = type.parse(text);
        } catch (InvalidRequest e) {
            assertThrows(InvalidRequest.class, () -> written(type, text), text);
            return;
        }
        assertEquals(parsed, written(type, text), text);
    }

    private record Cell(ColumnType type, String text) {}

    @Test
    void damagedTextIsRefusedAndNothingElse() {
        var cells =
                List.of(
                        new Cell(INTEGERS, "[0:1]={5,6}"),
                        new Cell(TEXTS, "{a,\" b, {c}\",\"q\\\"u\\\\o\",NULL}"),
                        new Cell(new ArrayOf(PERSON, ','), "{\"(7,\\\"a b\\\",{x})\",NULL}"),
                        new Cell(PERSON, "(7,\"O\"\"Hara\",\"{a,\"\"b c\"\"}\")"),
                        new Cell(ScalarType.TIMESTAMP_ZONED, "1900-01-01 00:00:00+00:19:32 BC"),
                        new Cell(ScalarType.DECIMAL, "-99999999999999999999.0001"),
                        new Cell(ScalarType.JSON, "{\"a\":[1,null,{\"b\":2.50}]}"),
                        new Cell(ScalarType.BYTES, "\\x00ff10"));
        var corpus = new ArrayList<byte[]>();
        for (int i = 0; i < cells.size(); i++) {
            corpus.add((i + cells.get(i).text()).getBytes(StandardCharsets.UTF_8));
        }

        Fuzzing.run(
                "column type",
                corpus,
                text -> text,
                1 << 20,
                text -> {
                    int cell = text.length == 0 ? 0 : text[0] & 7;
                    cells.get(cell)
                            .type()
                            .parse(
                                    new String(text, StandardCharsets.UTF_8)
                                            .substring(text.length == 0 ? 0 : 1));
                });
    }
}
