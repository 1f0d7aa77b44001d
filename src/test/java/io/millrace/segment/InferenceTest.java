package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.LiveSchema;
import io.millrace.document.Schema;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// What becomes of values that nobody declared.
class InferenceTest {
    private static final Schema DECLARED =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.KEYWORD),
                            Field.of("size", FieldType.LONG),
                            Field.of("title", FieldType.TEXT)),
                    true);

    @TempDir Path folder;

    private final LiveSchema live = new LiveSchema(DECLARED);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"a": "x"}                        | a=string
                    {"a": ""}                         | a=string
                    {"a": "2018-02-01T12:30:00Z"}     | a=string
                    {"a": "7"}                        | a=string
                    {"a": true}                       | a=bool
                    {"a": 7}                          | a=long
                    {"a": -9223372036854775808}       | a=long
                    {"a": 9223372036854775808}        | a=double
                    {"a": 7.0}                        | a=double
                    {"a": 1e3}                        | a=double
                    {"a": 0.12345678901234567890}     | a=double
                    {"a": null}                       | ``
                    {"a": []}                         | ``
                    {"a": {}}                         | ``
                    {"a": [null, [null]]}             | ``
                    {"a": [1, 2]}                     | a=long
                    {"a": [null, 1]}                  | a=long
                    {"a": [1, 2.5]}                   | a=double
                    {"a": [2.5, 1]}                   | a=double
                    {"a": [1, "x"]}                   | a=string
                    {"a": ["x", true]}                | a=string
                    {"a": [true, 1]}                  | a=string
                    {"a": [[1], [[2]]]}               | a=long
                    {"a": {"b": {"c": 1}, "d": "x"}}  | a.b.c=long a.d=string
                    {"a.b": 1, "a": {"c": true}}      | a.b=long a.c=bool
                    {"a": [{"b": 1}, {"b": 2.5}]}     | a.b=double
                    {"a": [1, {"b": "x"}]}            | a=long a.b=string
                    {"size": 7, "title": "x"}         | ``
                    {"size": {}, "title": null}       | refused
                    {"size": "seven", "a": 1}         | refused
                    """)
    void aValueBecomesAField(String json, String expected) {
        SegmentBuilder builder = new SegmentBuilder(live);
        if (expected.equals("refused")) {
            //
            assertThrows(InvalidRequest.class, () -> builder.analyze(document(json)));
            assertSame(DECLARED, live.current(), "a rejected document adds no field");
            assertEquals(0, builder.liveCount());
            return;
        }
        add(builder, 0, json);
        List<String> inferred = new ArrayList<>();
        for (Field field : live.current().fields()) {
            if (field.dynamic()) {
                assertTrue(field.multi());
                inferred.add(field.path() + "=" + field.type().label());
            }
        }
        assertEquals(expected, String.join(" ", inferred));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
                    {"a": 1}         | {"a": 2.0}              | a=long 1 2     | ``
                    {"a": 1}         | {"a": "2"}              | a=long 1 2     | ``
                    {"a": 300}       | {"a": "Alien"}          | a=long 300     | a
                    {"a": 300}       | {"a": ["Alien", 7]}     | a=long 7 300   | a
                    {"a": 1}         | {"a": true}             | a=long 1       | a
                    {"a": 1}         | {"a": {"b": 2}}         | a=long 1       | ``
                    {"a": 1}         | {"a": [[2], null]}      | a=long 1 2     | ``
                    {"a": true}      | {"a": "false"}          | a=bool 0 1     | ``
                    {"a": true}      | {"a": 1}                | a=bool 1       | a
                    {"a": true}      | {"a": "yes"}            | a=bool 1       | a
                    {"a": 1.5}       | {"a": 2}                | a=double 1.5 2.0 | ``
                    {"a": 1.5}       | {"a": "-2.5e0"}         | a=double -2.5 1.5 | ``
                    {"a": 1.5}       | {"a": "NaN"}            | a=double 1.5   | a
                    {"a": 1.5}       | {"a": 1e999}            | a=double 1.5   | a
                    {"a": "x"}       | {"a": 7}                | a=string 7 x   | ``
                    {"a": "x"}       | {"a": [true, 1.5, "y"]} | a=string 1.5 true x y | ``
                    {"b": {"c": 1}}  | {"b": 7}                | b=long 7       | ``
                    {"a": 1}         | {"_ignored": "a"}       | a=long 1       | _ignored
                    {"a": 1}         | {"_key": 7, "_x": {"y": 1}} | a=long 1   | _key _x
                    {"a": 1}         | {"b..c": 7, "": 1, ".d": 1} | a=long 1   | ` .d b..c`
                    """)
    void aLaterValueMeetsTheField(String first, String second, String expected, String ignored)
            throws Exception {
        SegmentBuilder builder = new SegmentBuilder(live);
        add(builder, 0, first);
        add(builder, 1, second);
        try (SegmentReader reader = write(builder)) {
            String path = expected.substring(0, expected.indexOf('='));
            assertEquals(expected, path + "=" + valuesOf(reader, path));
            TreeSet<String> paths = new TreeSet<>(terms(reader.terms("_ignored")));
            assertEquals(ignored, String.join(" ", paths));
            assertEquals(document(second), reader.document(1), "kept whole");
        }
    }

    @Test
    void aFractionWidensALongAndClosesTheBuilderThatHoldsIt() throws Exception {
        SegmentBuilder older = new SegmentBuilder(live);
        add(older, 0, "{\"a\": 1}");

        older.analyze(document("{\"a\": 4.5}"));

        assertTrue(older.isOutgrown());
        assertEquals(FieldType.DOUBLE, live.current().field("a").orElseThrow().type());
        try (SegmentReader reader = write(older)) {
            assertEquals("long 1", valuesOf(reader, "a"));
        }
        SegmentBuilder newer = new SegmentBuilder(live);
        add(newer, 1, "{\"a\": [4.5, 3]}");
        try (SegmentReader reader = write(newer)) {
            assertEquals("double 3.0 4.5", valuesOf(reader, "a"));
        }
    }

    @Test
    //
    void anotherAnalyzerServesTheNextBuilder() throws Exception {
        SegmentBuilder older = new SegmentBuilder(live);
        add(older, 0, "{\"title\": \"Running\"}");

        live.declare(
                DECLARED.with(List.of(Field.of("title", FieldType.TEXT).withAnalyzer("english"))));
        older.analyze(document("{\"title\": \"Walking\"}"));

        assertTrue(older.isOutgrown());
        try (SegmentReader reader = write(older)) {
            assertEquals(List.of("running"), terms(reader.textTerms("title")));
            assertEquals(
                    "standard", reader.schema().field("title").orElseThrow().analysis().analyzer());
        }
        SegmentBuilder newer = new SegmentBuilder(live);
        add(newer, 1, "{\"title\": \"Running\"}");
        try (SegmentReader reader = write(newer)) {
            assertEquals(List.of("run"), terms(reader.textTerms("title")));
            assertEquals(
                    "english", reader.schema().field("title").orElseThrow().analysis().analyzer());
        }
    }

    @Test
    void aBuilderWithoutTheLongGoesOn() {
        SegmentBuilder one = new SegmentBuilder(live);
        SegmentBuilder two = new SegmentBuilder(live);
        add(one, 0, "{\"a\": 1}");
        add(two, 0, "{\"b\": 1}");

        one.analyze(document("{\"a\": 4.5}"));

        assertTrue(one.isOutgrown());
        assertFalse(two.isOutgrown());
        add(two, 1, "{\"a\": 4.5}");
    }

    /// Another lane grows the schema between this lane's look at a document and its adding it.
    @Test
    void aDocumentIsWrittenInTheFormItWasAnalysedInHoweverTheSchemaGrowsMeanwhile()
            throws Exception {
        SegmentBuilder other = new SegmentBuilder(live);
        add(other, 1, "{\"n\": 1}");
        SegmentBuilder one = new SegmentBuilder(live);
        AnalyzedDocument analyzed = one.analyze(document("{\"n\": 5}"));
        other.analyze(document("{\"n\": 1.5}"));

        assertFalse(one.isOutgrown());
        one.add(DocumentKey.of(2), 2, analyzed);

        try (SegmentReader reader = write(one)) {
            Field field = reader.schema().field("n").orElseThrow();
            TermsReader terms = Objects.requireNonNull(reader.terms("n"));
            assertEquals(FieldType.LONG, field.type());
            assertEquals(5, terms.ordered(0));
        }
    }

    @Test
    void theFirstDocumentAfterADeclarationHasItsFields() throws Exception {
        LiveSchema closed =
                new LiveSchema(
                        new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.KEYWORD))));
        SegmentBuilder builder = new SegmentBuilder(closed);
        add(builder, 1, "{\"id\": \"a\", \"n\": 1}");
        closed.declare(
                new Schema(
                        1,
                        List.of("id"),
                        List.of(Field.of("id", FieldType.KEYWORD), Field.of("n", FieldType.LONG))));
        add(builder, 2, "{\"id\": \"b\", \"n\": 2}");

        try (SegmentReader reader = write(builder)) {
            assertEquals(2, Objects.requireNonNull(reader.terms("n")).ordered(0));
        }
    }

    @Test
    void aDeclaredLongIsNeverWidened() {
        SegmentBuilder builder = new SegmentBuilder(live);
        InvalidRequest refused =
                assertThrows(
                        InvalidRequest.class, () -> builder.analyze(document("{\"size\": 4.5}")));
        assertEquals(
                "field size (long): a number 4.5, expected a whole number of 64 bits",
                refused.getMessage());
    }

    @Test
    void tenThousandNewPathsFillTheSchemaAndFailNothing() throws Exception {
        SegmentBuilder builder = new SegmentBuilder(live);
        for (int i = 0; i < 10_000; i++) {
            add(builder, i, "{\"f%d\": %d, \"size\": %d}".formatted(i, i, i));
        }
        Schema full = live.current();
        assertEquals(Schema.FIELDS_MAX + 1, full.fields().size());
        assertEquals(0, full.room());
        try (SegmentReader reader = write(builder)) {
            assertEquals(10_000, reader.documentCount());
            TermsReader ignored = Objects.requireNonNull(reader.terms("_ignored"));
            int declared = DECLARED.fields().size();
            assertEquals(10_000 - Schema.FIELDS_MAX + declared, ignored.termCount());
            assertEquals("long 996", valuesOf(reader, "f996"));
            assertTrue(ignored.find("f997".getBytes(StandardCharsets.UTF_8)) >= 0);
        }
    }

    @Test
    //
    void everyFieldBeyondTheTwoHundredFiftySixthIsIndexed() throws Exception {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < 900; i++) {
            json.append(i == 0 ? "" : ", ").append("\"f%d\": \"v%d\"".formatted(i, i));
        }
        SegmentBuilder builder = new SegmentBuilder(live);
        add(builder, 0, json.append('}').toString());
        try (SegmentReader reader = write(builder)) {
            for (int i = 0; i < 900; i++) {
                assertEquals("string v" + i, valuesOf(reader, "f" + i));
            }
        }
    }

    @Test
    void pathsTooDeepOrTooLongAreListedAndNotIndexed() throws Exception {
        String deepest = "a" + ".a".repeat(19);
        SegmentBuilder builder = new SegmentBuilder(live);
        add(builder, 0, "{\"%s\": 1}".formatted(deepest));
        add(builder, 1, "{\"%s.a\": 1}".formatted(deepest));
        add(builder, 2, "{\"a\": ".repeat(300) + "1" + "}".repeat(300));
        add(builder, 3, "{\"%s\": 1}".formatted("x".repeat(500)));
        add(builder, 4, "{\"%s\": 1}".formatted("y".repeat(501)));
        try (SegmentReader reader = write(builder)) {
            assertEquals("long 1", valuesOf(reader, deepest));
            assertEquals("long 1", valuesOf(reader, "x".repeat(500)));
            assertEquals(
                    List.of(deepest + ".a", "y".repeat(500) + "…"),
                    terms(reader.terms("_ignored")));
        }
    }

    @Test
    void aDocumentListsAtMostAHundredPaths() throws Exception {
        StringBuilder json = new StringBuilder("{\"a\": 1");
        for (int i = 0; i < 5_000; i++) {
            json.append(", \"_%d\": 1".formatted(i));
        }
        SegmentBuilder builder = new SegmentBuilder(live);
        add(builder, 0, json.append('}').toString());
        try (SegmentReader reader = write(builder)) {
            assertEquals(FoundPaths.IGNORED_MAX, terms(reader.terms("_ignored")).size());
        }
    }

    @Test
    void aValueThatADynamicFieldOfAnExactTypeCannotHoldIsListed() throws Exception {
        List<Field> fields =
                List.of(
                        Field.of("id", FieldType.LONG),
                        Field.inferred("price", FieldType.DECIMAL),
                        Field.inferred("day", FieldType.DATE),
                        Field.inferred("uuid", FieldType.UUID));
        SegmentBuilder builder = new SegmentBuilder(new Schema(1, List.of("id"), fields, true));
        add(builder, 1, "{\"price\": \"NaN\", \"day\": \"infinity\", \"uuid\": 7}");
        add(builder, 2, "{\"price\": 1.5, \"day\": \"2018-02-01\"}");

        try (SegmentReader reader = write(builder)) {
            TermsReader ignored = Objects.requireNonNull(reader.terms(Field.IGNORED.path()));
            assertEquals(3, ignored.termCount());
            assertEquals(1, Objects.requireNonNull(reader.terms("price")).termCount());
            assertNull(reader.terms("uuid"));
        }
    }

    @Test
    void aLongStringIsMatchedAndThereButNotCompared() throws Exception {
        String kept = "k".repeat(256);
        String tooLong = "needle " + "x".repeat(250);
        SegmentBuilder builder = new SegmentBuilder(live);
        add(builder, 0, "{\"a\": \"%s\"}".formatted(kept));
        add(builder, 1, "{\"a\": \"%s\"}".formatted(tooLong));
        add(builder, 2, "{\"b\": 1}");
        try (SegmentReader reader = write(builder)) {
            assertEquals(List.of(kept), terms(reader.terms("a")));
            assertTrue(terms(reader.textTerms("a")).contains("needle"));
            ImmutableRoaringBitmap present = Objects.requireNonNull(reader.present("a"));
            assertEquals(ImmutableRoaringBitmap.bitmapOf(0, 1), present);
        }
    }

    @Test
    void withoutDynamicNothingIsInferredAndNothingIsListed() throws Exception {
        Schema strict = DECLARED.withDynamic(false);
        LiveSchema fixed = new LiveSchema(strict);
        SegmentBuilder builder = new SegmentBuilder(fixed);
        add(builder, 0, "{\"a\": 1, \"_b\": 2}");
        assertSame(strict, fixed.current());
    }

    private static void add(SegmentBuilder builder, int id, String json) {
        AnalyzedDocument analyzed = builder.analyze(document(json));
        builder.add(DocumentKey.of(id), id, analyzed);
    }

    private static Document document(String json) {
        return Json.parseDocument(json.getBytes(StandardCharsets.UTF_8));
    }

    private SegmentReader write(SegmentBuilder builder) throws Exception {
        Directory directory = MmapDirectory.open(folder);
        SegmentId id = new SegmentId("%026d".formatted(directory.list().size()));
        return SegmentReader.open(directory, builder.write(directory, id));
    }

    private static String valuesOf(SegmentReader reader, String path) {
        Field field = reader.schema().field(path).orElseThrow();
        List<String> values = new ArrayList<>();
        TermsReader terms = Objects.requireNonNull(reader.terms(path));
        for (int i = 0; i < terms.termCount(); i++) {
            values.add(
                    switch (field.type()) {
                        case STRING -> new String(terms.bytes(i), StandardCharsets.UTF_8);
                        case BOOL -> Long.toString(terms.ordered(i));
                        default ->
                                io.millrace.document.Coercion.fromOrdered(field, terms.ordered(i))
                                        .toString();
                    });
        }
        return field.type().label() + " " + String.join(" ", values);
    }

    private static List<String> terms(@org.jspecify.annotations.Nullable TermsReader terms) {
        List<String> found = new ArrayList<>();
        for (int i = 0; terms != null && i < terms.termCount(); i++) {
            found.add(new String(terms.bytes(i), StandardCharsets.UTF_8));
        }
        return found;
    }
}
