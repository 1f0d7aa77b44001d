package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.Corrupt;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
}
