package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Corrupt;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.testing.HardKeys;
import io.millrace.testing.Seeded;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

final class DocumentKeyTest {
    // Computed by another implementation of the hash.
    private static final long HASH_OF_A = 0x071717d2d36b6b11L;
    private static final long HASH_OF_MILLRACE = 0xb5ea7246ec35abb1L;
    private static final long HASH_OF_LONG = 0xcde0337cf68c614aL;

    @Test
    void partsComeBackFromTheBytes() {
        Seeded.repeat(
                500,
                random -> {
                    List<Value> parts = randomParts(random);
                    DocumentKey key = DocumentKey.of(parts);
                    assertEquals(parts, key.parts());
                    DocumentKey copy = DocumentKey.ofBytes(key.bytes().clone());
                    assertEquals(key, copy);
                    assertEquals(key.hash(), copy.hash());
                });
    }

    @Test
    void bytesOrderLikeTheParts() {
        Seeded.repeat(
                2_000,
                random -> {
                    long a = random.nextLong() >> random.nextInt(64);
                    long b = random.nextLong() >> random.nextInt(64);
                    assertEquals(
                            Long.signum(Long.compare(a, b)),
                            Integer.signum(DocumentKey.of(a).compareTo(DocumentKey.of(b))));
                    String first = shortText(random);
                    // Half the time one string begins with the other.
                    String second =
                            random.nextBoolean() ? first + shortText(random) : shortText(random);
                    assertEquals(
                            Integer.signum(compare(first, second)),
                            Integer.signum(
                                    DocumentKey.of(List.of(Value.of(first), Value.of(a)))
                                            .compareTo(
                                                    DocumentKey.of(
                                                            List.of(
                                                                    Value.of(second),
                                                                    Value.of(a))))));
                });
    }

    @Test
    void typedPartsOrderLikeTheirValuesAndComeBack() {
        List<Field> fields =
                List.of(
                        Field.of("price", FieldType.DECIMAL),
                        Field.of("day", FieldType.DATE),
                        Field.of("at", FieldType.TIMESTAMP).withUnit(TimestampUnit.ISO),
                        Field.of("open", FieldType.BOOL),
                        Field.of("uuid", FieldType.UUID),
                        Field.of("seconds", FieldType.TIMESTAMP).withUnit(TimestampUnit.SECONDS));
        Schema schema = new Schema(1, fields.stream().map(Field::path).toList(), fields);
        Seeded.repeat(
                2_000,
                random -> {
                    List<Value> a = typed(random);
                    List<Value> b = new ArrayList<>(a);
                    int other = random.nextInt(b.size());
                    b.set(other, typed(random).get(other));
                    DocumentKey keyA = schema.keyFrom(a);
                    DocumentKey keyB = schema.keyFrom(b);
                    assertEquals(
                            Integer.signum(compareTyped(a.get(other), b.get(other))),
                            Integer.signum(keyA.compareTo(keyB)),
                            () -> keyA + " and " + keyB);
                    assertEquals(a, keyA.parts());
                    assertEquals(keyA, schema.keyFrom(keyA.toValue()));
                    assertEquals(keyA, schema.keyOf(schema.documentOf(keyA)));
                });
    }

    @Test
    void spellingsOfOneKeyAreOneKey() {
        Schema schema =
                new Schema(
                        1,
                        List.of("a", "b"),
                        List.of(Field.of("b", FieldType.UUID), Field.of("a", FieldType.DECIMAL)));
        String uuid = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
        DocumentKey key = schema.keyFrom(List.of(Value.of("1.50"), Value.of(uuid)));
        assertEquals(
                key,
                schema.keyFrom(
                        List.of(
                                Value.of(1.5),
                                Value.of("{" + uuid.toUpperCase(Locale.ROOT) + "}"))));
        assertEquals("[1.5,\"" + uuid + "\"]", key.toString());
    }

    @Test
    void partsDoNotRunIntoEachOther() {
        assertNotEquals(
                DocumentKey.of(List.of(Value.of("a"), Value.of("bc"))),
                DocumentKey.of(List.of(Value.of("ab"), Value.of("c"))));
        assertNotEquals(DocumentKey.of("1"), DocumentKey.of(1));
        assertEquals(DocumentKey.of(1), DocumentKey.of(List.of(Value.of(1))));
    }

    @Test
    void damagedBytesAreAKeyOrCorrupt() {
        Seeded.repeat(
                2_000,
                random -> {
                    byte[] bytes = DocumentKey.of(randomParts(random)).bytes().clone();
                    bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    int length = random.nextInt(bytes.length + 1);
                    try {
                        assertNotNull(DocumentKey.ofBytes(Arrays.copyOf(bytes, length)).parts());
                    } catch (Corrupt e) {
                        assertNotNull(e.getMessage());
                    }
                });
        // A zero inside a string is followed by 0xFF, its end by a zero, nothing else is either.
        assertThrows(
                Corrupt.class,
                () -> DocumentKey.ofBytes(new byte[] {0x20, 'a', 0, 1, 0, 0}).parts());
    }

    @Test
    void aKeyIsAtMost1024BytesAndHasAPart() {
        int most = DocumentKey.BYTES_MAX - 3;
        assertEquals(DocumentKey.BYTES_MAX, DocumentKey.of("x".repeat(most)).bytes().length);
        assertThrows(InvalidRequest.class, () -> DocumentKey.of("x".repeat(most + 1)));
        assertThrows(InvalidRequest.class, () -> DocumentKey.of(List.of()));
        assertThrows(InvalidRequest.class, () -> DocumentKey.of(List.of(Value.of(1.5))));
    }

    /// Values of the hash stand in key tables on disk.
    @Test
    void theHashNeverChanges() {
        assertEquals(0, Hash64.of(new byte[0], 0, 0));
        assertEquals(HASH_OF_A, hash("a"));
        assertEquals(HASH_OF_MILLRACE, hash("millrace"));
        assertEquals(HASH_OF_LONG, hash("a text of more than sixteen bytes"));
        byte[] shifted = "xxmillracexx".getBytes(StandardCharsets.UTF_8);
        assertEquals(HASH_OF_MILLRACE, Hash64.of(shifted, 2, 8));
    }

    private static long hash(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return Hash64.of(utf8, 0, utf8.length);
    }

    private static int compare(String a, String b) {
        return Arrays.compareUnsigned(
                a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
    }

    private static String shortText(RandomGenerator random) {
        String text = Values.text(random);
        while (text.length() > 100) {
            text = Values.text(random);
        }
        return text;
    }

    /// Canonical values, many of them near each other.
    private static List<Value> typed(RandomGenerator random) {
        BigDecimal price =
                BigDecimal.valueOf(random.nextInt(-300, 300), random.nextInt(3))
                        .stripTrailingZeros();
        return List.of(
                Coercion.shown(price),
                Value.of(LocalDate.of(random.nextInt(-30, 9_000), 2, 3).toString()),
                Value.of(Instant.ofEpochSecond(random.nextInt(-9, 9)).toString()),
                Value.of(random.nextBoolean()),
                Value.of(new UUID(random.nextLong(), random.nextInt(4)).toString()),
                Value.of(random.nextInt(-9, 9)));
    }

    private static int compareTyped(Value a, Value b) {
        if (a instanceof Value.Text(String text)) {
            if (text.startsWith("-") || b.toString().startsWith("-")) {
                return LocalDate.parse(text).compareTo(LocalDate.parse(b.toString()));
            }
            return text.compareTo(b.toString());
        }
        return a instanceof Value.Bool(boolean bool)
                ? Boolean.compare(bool, b.equals(Value.of(true)))
                : new BigDecimal(a.toString()).compareTo(new BigDecimal(b.toString()));
    }

    private static List<Value> randomParts(RandomGenerator random) {
        List<Value> parts = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) {
            parts.add(
                    random.nextBoolean()
                            ? Value.of(random.nextLong() >> random.nextInt(64))
                            : Value.of(shortText(random)));
        }
        return parts;
    }

    @Test
    void ranksRiseWithTheKeys() {
        Seeded.repeat(
                200,
                random -> {
                    List<DocumentKey> keys = new ArrayList<>(HardKeys.draw(random, 200));
                    for (int i = 0; i < 50; i++) {
                        keys.add(DocumentKey.of(randomParts(random)));
                        keys.add(DocumentKey.of(random.nextLong() >> random.nextInt(64)));
                    }
                    keys.sort(null);
                    for (int i = 1; i < keys.size(); i++) {
                        assertTrue(
                                keys.get(i - 1).rank() <= keys.get(i).rank(),
                                keys.get(i - 1) + " and " + keys.get(i));
                    }
                });
        assertTrue(DocumentKey.of(-300).rank() < DocumentKey.of(300).rank());
        assertTrue(DocumentKey.of("a").rank() < DocumentKey.of("b").rank());
    }
}
