package io.millrace.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.millrace.document.Document;
import io.millrace.document.Value;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonRoundTripTest {

    @Test
    void randomValuesComeBackAsTheyWere() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            Value.Obj value = object(random, 0);
            byte[] text = Json.bytes(value);
            String context = "-Dseed=" + seed + " round " + i;

            assertEquals(value, Json.parse(text), context);
            Document document = Json.parseDocument(text);
            assertEquals(Document.of(value), document, context);
            assertArrayEquals(text, Json.bytes(document), context);
            assertEquals(value, Json.parseYaml(text), context);
        }
    }

    /// Whatever the text of a number, its exact decimal value survives; and the type says whether a
    /// double is enough.
    @Test
    void randomNumbersKeepTheirExactValue() {
        long seed = Long.getLong("seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            String text = numberText(random);
            String context = text + " -Dseed=" + seed;

            Value value = onlyMember(Json.parseDocument(("{\"n\":" + text + "}").getBytes(UTF_8)));
            assertEquals(value, Json.parse(text.getBytes(UTF_8)), context);

            BigDecimal exact = new BigDecimal(text);
            assertEquals(0, exact.compareTo(new BigDecimal(value.toString())), context);
            double nearest = Double.parseDouble(text);
            boolean doubleIsEnough =
                    Double.isFinite(nearest)
                            && new BigDecimal(Double.toString(nearest)).compareTo(exact) == 0;
            if (text.matches("-?[0-9]+") && exact.toBigInteger().bitLength() <= 63) {
                assertInstanceOf(Value.Int.class, value, context);
            } else if (doubleIsEnough) {
                assertEquals(new Value.Real(nearest), value, context);
            } else {
                assertInstanceOf(Value.Decimal.class, value, context);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, Int, 0",
        "-0, Int, 0",
        "9223372036854775807, Int, 9223372036854775807",
        "-9223372036854775808, Int, -9223372036854775808",
        "9223372036854775808, Decimal, 9223372036854775808",
        "10000000000000000000000, Real, 1.0E22",
        "1.0, Real, 1.0",
        "-0.0, Real, -0.0",
        "1e3, Real, 1000.0",
        "0.1, Real, 0.1",
        "-122.197, Real, -122.197",
        "1E400, Decimal, 1E+400",
        "1e-400, Decimal, 1E-400",
        "4.9e-324, Real, 4.9E-324",
        "1.7976931348623157e308, Real, 1.7976931348623157E308",
        "3.14159265358979323846, Decimal, 3.14159265358979323846",
        "0.30000000000000004, Real, 0.30000000000000004",
        "0.300000000000000040, Real, 0.30000000000000004",
        "0.300000000000000041, Decimal, 0.300000000000000041",
    })
    void numbersTakeTheNarrowestExactType(String text, String type, String printed) {
        Value value = Json.parse(text.getBytes(UTF_8));

        assertEquals(type, value.getClass().getSimpleName());
        assertEquals(printed, new String(Json.bytes(value), UTF_8));
    }

    @Test
    void escapesAndAstralCharactersSurvive() {
        String text = "{\"a\":\"\\u0000\\n\\\"\\\\\\ud83d\\ude00é😀\",\"\\u00e9\":{}}";

        Value.Obj value = Json.parseDocument(text.getBytes(UTF_8)).root();

        assertEquals(Value.of("\u0000\n\"\\😀é😀"), value.get("a"));
        assertEquals(Value.Obj.EMPTY, value.get("é"));
    }

    @Test
    void halfASurrogatePairInAMessageDoesNotFailAnAnswer() {
        assertEquals("\"cut?\"", new String(Json.bytes(Value.of("cut\ud83d")), UTF_8));
    }

    private static Value onlyMember(Document document) {
        return document.root().members().values().iterator().next();
    }

    private static Value.Obj object(Random random, int depth) {
        Map<String, Value> members = new LinkedHashMap<>();
        int count = random.nextInt(depth == 0 ? 50 : 8);
        for (int i = 0; i < count; i++) {
            members.put(text(random), value(random, depth + 1));
        }
        return new Value.Obj(members);
    }

    private static Value value(Random random, int depth) {
        return switch (random.nextInt(depth > 4 ? 7 : 9)) {
            case 0 -> Value.NULL;
            case 1 -> Value.of(random.nextBoolean());
            case 2 -> Value.of(random.nextLong() >> random.nextInt(64));
            case 3 -> Value.of(random.nextInt(100_000) / 100.0);
            case 4 -> Value.of(finite(random));
            case 5 ->
                    new Value.Decimal(
                            new BigDecimal(
                                    new BigInteger(200, random).setBit(199), random.nextInt(100)));
            case 6 -> Value.of(text(random));
            case 7 -> {
                List<Value> items = new ArrayList<>();
                for (int i = random.nextInt(5); i > 0; i--) {
                    items.add(value(random, depth + 1));
                }
                yield new Value.Array(items);
            }
            default -> object(random, depth);
        };
    }

    private static double finite(Random random) {
        while (true) {
            double real = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(real)) {
                return real;
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(12); i > 0; i--) {
            switch (random.nextInt(4)) {
                case 0 -> text.append((char) (' ' + random.nextInt(95)));
                case 1 -> text.append((char) ('a' + random.nextInt(26)));
                case 2 -> text.append((char) (0xC0 + random.nextInt(500)));
                default -> text.appendCodePoint(0x1F600 + random.nextInt(60));
            }
        }
        return text.toString();
    }

    private static String numberText(Random random) {
        StringBuilder text = new StringBuilder(random.nextBoolean() ? "-" : "");
        int digits = 1 + random.nextInt(random.nextInt(4) == 0 ? 40 : 18);
        text.append(digits == 1 ? random.nextInt(10) : 1 + random.nextInt(9));
        for (int i = 1; i < digits; i++) {
            text.append(random.nextInt(10));
        }
        if (random.nextBoolean()) {
            text.append('.');
            for (int i = 1 + random.nextInt(25); i > 0; i--) {
                text.append(random.nextInt(10));
            }
        }
        if (random.nextInt(3) == 0) {
            text.append(random.nextBoolean() ? "e" : "E+").append(random.nextInt(330));
        } else if (random.nextInt(4) == 0) {
            text.append("e-").append(random.nextInt(350));
        }
        return text.toString();
    }
}
