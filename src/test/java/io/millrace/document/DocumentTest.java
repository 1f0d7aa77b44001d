package io.millrace.document;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException.Corrupt;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class DocumentTest {

    @Test
    void aTreeComesBackFromItsBytes() {
        Seeded.repeat(
                500,
                random -> {
                    Value.Obj root = Values.object(random, 4);
                    Document document = Document.of(root);
                    assertEquals(root, document.root());
                    assertEquals(document, Document.ofBytes(document.bytes().clone()));
                    assertEquals(root.members().keySet().stream().toList(), names(document));
                });
    }

    @Test
    void everyTruncationIsFound() {
        Seeded.repeat(
                50,
                random -> {
                    byte[] bytes = Document.of(Values.object(random, 3)).bytes();
                    for (int length = 0; length < bytes.length; length++) {
                        Document cut = Document.ofBytes(Arrays.copyOf(bytes, length));
                        assertThrows(Corrupt.class, cut::root, "length " + length);
                    }
                    Document longer = Document.ofBytes(Arrays.copyOf(bytes, bytes.length + 1));
                    assertThrows(Corrupt.class, longer::root);
                });
    }

    /// Without a checksum some damage makes another document; none makes another kind of failure.
    @Test
    void damagedBytesAreADocumentOrCorrupt() {
        Seeded.repeat(
                3_000,
                random -> {
                    byte[] bytes = Document.of(Values.object(random, 3)).bytes().clone();
                    for (int i = 1 + random.nextInt(4); i > 0; i--) {
                        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
                    }
                    try {
                        assertNotNull(Document.ofBytes(bytes).root());
                    } catch (Corrupt e) {
                        assertNotNull(e.getMessage());
                    }
                });
    }

    @Test
    void skippingAContainerEndsBehindIt() {
        Seeded.repeat(
                200,
                random -> {
                    Value.Obj inner = Values.object(random, 3);
                    Document document =
                            Document.of(
                                    new Value.Obj(
                                            new TreeMap<>(Map.of("a", inner, "b", Value.of(7)))));
                    DocumentCursor cursor = document.cursor();
                    assertEquals(Token.OBJECT, cursor.next());
                    assertEquals(Token.OBJECT, cursor.next());
                    cursor.skip();
                    assertEquals(Token.INT, cursor.next());
                    assertEquals("b", cursor.name());
                    assertEquals(7, cursor.integer());
                    assertEquals(Token.END, cursor.next());
                    assertEquals(Token.DONE, cursor.next());
                });
    }

    @Test
    void numbersThatAreNoneAreRefusedAndFound() {
        DocumentWriter writer = new DocumentWriter();
        assertThrows(IllegalArgumentException.class, () -> writer.real(Double.NaN));
        byte[] bytes = Document.of(new Value.Obj(Map.of("a", Value.of(1.5)))).bytes().clone();
        Arrays.fill(bytes, bytes.length - Double.BYTES, bytes.length, (byte) 0xFF);
        assertThrows(Corrupt.class, () -> Document.ofBytes(bytes).root());
    }

    @Test
    void aDocumentNestsUpToTheLimitAndNoDeeper() {
        Document deepest = Document.of(nested(DocumentLayout.DEPTH_MAX));
        assertEquals(nested(DocumentLayout.DEPTH_MAX), deepest.root());
        Value.Obj tooDeep = nested(DocumentLayout.DEPTH_MAX + 1);
        assertThrows(InvalidRequest.class, () -> Document.of(tooDeep));
    }

    @Test
    void aWriterIsReusable() {
        DocumentWriter writer = new DocumentWriter();
        writer.beginObject();
        writer.name("half");
        writer.reset();
        writer.value(new Value.Obj(Map.of("a", Value.of("b"))));
        Document first = writer.finish();
        writer.value(Value.Obj.EMPTY);
        assertEquals(Value.Obj.EMPTY, writer.finish().root());
        assertEquals("{\"a\":\"b\"}", first.toString());
    }

    private static Value.Obj nested(int depth) {
        Value.Obj value = Value.Obj.EMPTY;
        for (int i = 1; i < depth; i++) {
            value = new Value.Obj(Map.of("a", value));
        }
        return value;
    }

    private static List<String> names(Document document) {
        List<String> names = new ArrayList<>();
        DocumentCursor cursor = document.cursor();
        cursor.next();
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            names.add(cursor.name());
            if (token == Token.OBJECT || token == Token.ARRAY) {
                cursor.skip();
            }
        }
        return names;
    }
}
