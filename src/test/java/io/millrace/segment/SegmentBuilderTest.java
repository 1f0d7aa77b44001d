package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.Bug;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a builder takes, refuses and forgets.
final class SegmentBuilderTest {
    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("name", FieldType.KEYWORD),
                            Field.of("tags", FieldType.KEYWORD).asMulti(),
                            Field.of("geo.depth", FieldType.DOUBLE),
                            Field.of("line.sku", FieldType.KEYWORD).asMulti(),
                            Field.of("title", FieldType.TEXT)));
    private static final SegmentId ID = new SegmentId("01JD0000000000000000000000");

    @TempDir Path folder;

    private final SegmentBuilder builder = new SegmentBuilder(SCHEMA);

    @Test
    void anArrayAtASingleFieldIsRefused() {
        assertRefused(
                object("name", array(Value.of("a"))),
                "field name (keyword): an array, expected one value; allow several with multi:"
                        + " true");
        assertRefused(
                object("geo", array(object("depth", Value.of(1)))),
                "field geo.depth (double): several values, expected one; allow several with multi:"
                        + " true");
    }

    @Test
    void bytesAreStoredAndInNoIndex() {
        Schema schema =
                new Schema(1, List.of(), List.of(Field.inferred("cover", FieldType.BYTES)), true);
        Value.Obj document =
                object("cover", array(Value.of("AP8Q"), Value.of(7), object("x", Value.NULL)));

        AnalyzedDocument analyzed = new SegmentBuilder(schema).analyze(Document.of(document));

        assertEquals(0, analyzed.present().size());
    }

    @Test
    void twoSpellingsOfOnePathAreTwoValues() {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("geo", object("depth", Value.of(1)));
        members.put("geo.depth", Value.of(2));
        assertRefused(new Value.Obj(members), "field geo.depth (double): several values");
    }

    /// The longest path that a definition may hold costs no more than its length.
    @Test
    void aPathOfManyStepsIsFoundHoweverItIsSpelled() {
        String path = "a.".repeat(100) + "b";
        SegmentBuilder deep =
                new SegmentBuilder(
                        new Schema(1, List.of(), List.of(Field.of(path, FieldType.LONG))));
        String front = "a.".repeat(49) + "a";
        String back = "a.".repeat(50) + "b";

        assertEquals(1, deep.analyze(Document.of(object(path, Value.of(1)))).present().size());
        assertEquals(
                1,
                deep.analyze(Document.of(object(front, object(back, Value.of(1)))))
                        .present()
                        .size());
        assertEquals(0, deep.analyze(Document.of(object(front, Value.of(1)))).present().size());
        assertEquals(
                0, deep.analyze(Document.of(object(path + ".", Value.of(1)))).present().size());
        assertEquals(0, deep.analyze(Document.of(object("", Value.of(1)))).present().size());
    }

    @Test
    void aValueOfAnotherTypeIsRefused() {
        assertRefused(object("geo.depth", Value.of("deep")), "geo.depth (double): a string deep");
        assertRefused(object("name", object("first", Value.of("a"))), "name (keyword): an object");
        assertRefused(object("id", Value.of(1.5)), "id (long): a number 1.5");
    }

    @Test
    void aStringTooLongForATermIsRefused() {
        String longest = "x".repeat(TermsLayout.TERM_BYTES_MAX);
        builder.analyze(Document.of(object("name", Value.of(longest))));
        assertRefused(
                object("name", Value.of(longest + "x")),
                "a value or term of 32767 bytes, expected at most 32766");
    }

    @Test
    void objectsFlattenAndArraysOfObjectsToo() throws Exception {
        add(1, object("geo", object("depth", Value.of(7))));
        add(2, object("geo.depth", Value.of(7)));
        Value lines = array(object("sku", Value.of("b")), object("sku", array(Value.of("a"))));
        add(3, object("line", lines));
        try (SegmentReader reader = written()) {
            TermsReader depth = Objects.requireNonNull(reader.terms("geo.depth"));
            assertEquals(1, depth.termCount());
            assertEquals(2, depth.documentCount(0));
            assertEquals("a b", strings(reader, "line.sku"));
            assertEquals(2, Objects.requireNonNull(reader.column("line.sku")).valueCount(2));
        }
    }

    @Test
    void aRepeatedValueOfAMultiFieldCountsOnce() throws Exception {
        add(1, object("tags", array(Value.of("b"), Value.of("a"), Value.of("b"))));
        try (SegmentReader reader = written()) {
            ColumnReader column = Objects.requireNonNull(reader.column("tags"));
            assertEquals(2, column.valueCount(0));
            assertEquals(0, column.value(0, 0));
            assertEquals(1, column.value(0, 1));
            assertEquals(1, Objects.requireNonNull(reader.terms("tags")).documentCount(1));
        }
    }

    @Test
    void nullsEmptyArraysAndUndeclaredPathsAreStoredButNotIndexed() throws Exception {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("name", Value.NULL);
        members.put("tags", array(Value.NULL));
        members.put("geo.depth", array());
        members.put("elsewhere", object("name", array(Value.of(1))));
        Value.Obj document = new Value.Obj(members);
        add(1, document);
        try (SegmentReader reader = written()) {
            assertEquals(document, reader.document(0).root());
            for (Field field : SCHEMA.fields()) {
                assertNull(reader.terms(field.path()));
                assertNull(reader.column(field.path()));
                assertNull(reader.postings(field.path()));
            }
        }
    }

    @Test
    void termsOfDeletedDocumentsAreNotWritten() throws Exception {
        int first = add(1, object("name", Value.of("gone")));
        add(2, object("name", Value.of("kept")));
        builder.delete(first);
        try (SegmentReader reader = written()) {
            assertEquals("kept", strings(reader, "name"));
            assertEquals(-1, reader.find(DocumentKey.of(1)));
            assertEquals(0, reader.find(DocumentKey.of(2)));
        }
    }

    @Test
    void aRefusedDocumentLeavesNothingBehind() throws Exception {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("title", Value.of("half analysed"));
        members.put("geo.depth", Value.of("deep"));
        Document refused = Document.of(new Value.Obj(members));
        assertThrows(InvalidRequest.class, () -> builder.analyze(refused));
        add(1, object("title", Value.of("whole")));
        try (SegmentReader reader = written()) {
            assertEquals("whole", strings(reader, "title"));
        }
    }

    @Test
    void onlyWhatThisBuilderAnalysedCanBeAdded() {
        AnalyzedDocument foreign = new SegmentBuilder(SCHEMA).analyze(Document.of(Value.Obj.EMPTY));
        assertThrows(Bug.class, () -> builder.add(DocumentKey.of(1), 1, foreign));
        AnalyzedDocument once = builder.analyze(Document.of(Value.Obj.EMPTY));
        builder.add(DocumentKey.of(1), 1, once);
        assertThrows(Bug.class, () -> builder.add(DocumentKey.of(2), 2, once));
        builder.delete(0);
        assertThrows(Bug.class, () -> builder.delete(0));
        assertThrows(Bug.class, () -> builder.delete(1));
    }

    @Test
    void aKeyReplacedManyTimesIsFoundAtOnceAndWrittenOnce() throws Exception {
        for (int i = 0; i < 50_000; i++) {
            int older = builder.find(DocumentKey.of(7));
            assertEquals(i - 1, older);
            if (older >= 0) {
                builder.delete(older);
            }
            add(7, object("name", Value.of("n" + i)));
        }
        assertEquals(1, builder.liveCount());
        try (SegmentReader reader = written()) {
            assertEquals("n49999", strings(reader, "name"));
            assertEquals(0, reader.find(DocumentKey.of(7)));
        }
    }

    @Test
    void ramBytesFollowWhatIsHeld() {
        Seeded.repeat(
                1,
                random -> {
                    SegmentBuilder filled = new SegmentBuilder(SCHEMA);
                    long before = filled.ramBytes();
                    byte[] noise = new byte[300];
                    for (int i = 0; i < 10_000; i++) {
                        random.nextBytes(noise);
                        String name = new String(noise, StandardCharsets.ISO_8859_1);
                        Document document = Document.of(object("name", Value.of(name)));
                        filled.add(DocumentKey.of(i), i, filled.analyze(document));
                    }
                    long held = filled.ramBytes() - before;
                    // The terms and the stored documents, neither of which compresses much.
                    assertTrue(held > 2 * 3_000_000 && held < 4 * 4_500_000, "held " + held);
                });
    }

    @Test
    void readingAfterCloseFailsCleanly() throws Exception {
        add(1, object("name", Value.of("a")));
        SegmentReader reader = written();
        reader.close();
        assertThrows(IllegalStateException.class, () -> reader.find(DocumentKey.of(1)));
        assertThrows(IllegalStateException.class, () -> reader.document(0));
    }

    private int add(long key, Value.Obj document) {
        return builder.add(DocumentKey.of(key), 1, builder.analyze(Document.of(document)));
    }

    private SegmentReader written() throws Exception {
        MmapDirectory directory = MmapDirectory.open(folder);
        return SegmentReader.open(directory, builder.write(directory, ID));
    }

    private void assertRefused(Value.Obj document, String message) {
        InvalidRequest e =
                assertThrows(InvalidRequest.class, () -> builder.analyze(Document.of(document)));
        assertTrue(e.toString().contains(message), e.toString());
    }

    private static String strings(SegmentReader reader, String path) {
        TermsReader terms = reader.terms(path);
        assertNotNull(terms);
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < terms.termCount(); i++) {
            all.append(i == 0 ? "" : " ")
                    .append(new String(terms.bytes(i), StandardCharsets.UTF_8));
        }
        return all.toString();
    }

    private static Value.Obj object(String name, Value value) {
        return new Value.Obj(Map.of(name, value));
    }

    private static Value.Array array(Value... items) {
        return new Value.Array(List.of(items));
    }
}
