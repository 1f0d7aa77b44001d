package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.PostingsReader;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentModel;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import io.millrace.segment.Ulids;
import io.millrace.testing.Seeded;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Merges of segments that were written with older schemas.
final class MergedSchemasTest {
    private static final long EXACT_MAX = 1L << 53;

    @TempDir Path folder;

    private final List<MergeInput> inputs = new ArrayList<>();
    private Directory directory;

    @BeforeEach
    void open() throws Exception {
        directory = MmapDirectory.open(folder);
    }

    @AfterEach
    void close() {
        inputs.forEach(input -> input.reader().close());
    }

    @Test
    void longsBecomeDoublesInTheirOrderAndMayCoincide() {
        Seeded.repeat(30, random -> widened(random, MergeOrder.INPUTS));
    }

    @Test
    void longsAndDoublesSortTogether() {
        Seeded.repeat(
                30,
                random ->
                        widened(random, new MergeOrder(List.of(new MergeOrder.Key("one", false)))));
    }

    private void widened(RandomGenerator random, MergeOrder order) throws Exception {
        close();
        inputs.clear();
        Schema longs = schema(1, FieldType.LONG);
        Schema doubles = schema(2, FieldType.DOUBLE);
        SegmentModel model = new SegmentModel(doubles);
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            boolean isOld = i == 0 || random.nextBoolean();
            List<SegmentModel.Entry> entries = new ArrayList<>();
            int documents = 1 + random.nextInt(80);
            for (int document = 0; document < documents; document++) {
                long id = i * 1_000L + document;
                entries.add(
                        new SegmentModel.Entry(DocumentKey.of(id), id, numbers(id, isOld, random)));
            }
            MutableRoaringBitmap deleted = new MutableRoaringBitmap();
            for (int document = 1; document < documents; document++) {
                if (random.nextInt(6) == 0) {
                    deleted.add(document);
                }
            }
            add(isOld ? longs : doubles, entries, deleted);
            for (int document = 0; document < documents; document++) {
                if (!deleted.contains(document)) {
                    model.entries.add(entries.get(document));
                }
            }
        }
        if (!order.keys().isEmpty()) {
            model.entries.sort((a, b) -> {
                double first = one(a);
                double second = one(b);
                // NaN stands for no value, and comes last.
                return Double.compare(first, second);
            });
        }
        try (SegmentReader merged = merge(doubles, order)) {
            model.assertEqualTo(merged);
        }
    }

    private static double one(SegmentModel.Entry entry) {
        return switch (entry.document().get("one")) {
            case Value.Int(long integer) -> (double) integer;
            case Value.Real(double real) -> real == 0 ? 0.0 : real;
            case null, default -> Double.NaN;
        };
    }

    private static Schema schema(int version, FieldType type) {
        return new Schema(
                version,
                List.of("id"),
                List.of(
                        Field.of("id", FieldType.LONG),
                        Field.of("one", type),
                        Field.of("many", type).asMulti()));
    }

    private static Value.Obj numbers(long id, boolean isOld, RandomGenerator random) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(id));
        if (random.nextInt(5) > 0) {
            members.put("one", number(isOld, random));
        }
        List<Value> many = new ArrayList<>();
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            many.add(number(isOld, random));
        }
        members.put("many", new Value.Array(many));
        return new Value.Obj(members);
    }

    /// Some small, some beyond what a double tells apart.
    private static Value number(boolean isOld, RandomGenerator random) {
        long near = random.nextInt(-4, 5);
        long number =
                switch (random.nextInt(4)) {
                    case 0 -> EXACT_MAX * 4 + near;
                    case 1 -> -EXACT_MAX * 2 + near;
                    case 2 -> Long.MAX_VALUE - near - 4;
                    default -> near;
                };
        return isOld ? Value.of(number) : Value.of(number + random.nextInt(2) / 2.0);
    }

    @Test
    void aFieldThatOldSegmentsLackIsMissingInTheirDocuments() throws Exception {
        Schema old = new Schema(1, List.of("id"), List.of(Field.of("id", FieldType.LONG)));
        Schema grown =
                new Schema(
                        2,
                        List.of("id"),
                        List.of(
                                Field.of("id", FieldType.LONG),
                                Field.of("word", FieldType.KEYWORD),
                                Field.of("title", FieldType.TEXT).withAnalyzer("whitespace")));
        SegmentModel model = new SegmentModel(grown);
        model.entries.add(entry(1, Map.of("id", Value.of(1L))));
        model.entries.add(
                entry(
                        2,
                        Map.of(
                                "id", Value.of(2L),
                                "word", Value.of("w"),
                                "title", Value.of("a b a"))));
        add(old, model.entries.subList(0, 1), new MutableRoaringBitmap());
        add(grown, model.entries.subList(1, 2), new MutableRoaringBitmap());
        try (SegmentReader merged = merge(grown, MergeOrder.INPUTS)) {
            model.assertEqualTo(merged);
        }
    }

    @Test
    void textKeepsTheTermsItWasCutInto() throws Exception {
        Schema whole = textSchema(1, "keyword");
        Schema words = textSchema(2, "whitespace");
        add(whole, List.of(text(1, "red fox")), new MutableRoaringBitmap());
        add(words, List.of(text(2, "red fox")), new MutableRoaringBitmap());
        try (SegmentReader merged = merge(words, MergeOrder.INPUTS)) {
            TermsReader terms = assertPresent(merged.terms("text"));
            PostingsReader postings = assertPresent(merged.postings("text"));
            List<String> found = new ArrayList<>();
            for (int i = 0; i < terms.termCount(); i++) {
                found.add(new String(terms.bytes(i), StandardCharsets.UTF_8));
            }
            assertEquals(List.of("fox", "red", "red fox"), found);
            assertArrayEquals(new int[] {1}, terms.documents(0).toArray());
            assertArrayEquals(new int[] {0}, terms.documents(2).toArray());
            assertEquals(3, postings.totalTerms());
            assertEquals(1, postings.norm(0));
            assertEquals(2, postings.norm(1));
        }
    }

    @Test
    void positionsAreKeptWhereAllInputsAndTheSchemaKeepThem() throws Exception {
        Schema with = textSchema(1, "whitespace");
        Field text = with.field("text").orElseThrow();
        Schema without =
                with.with(List.of(text.withAnalysis(text.analysis().withPositions(false))));
        assertEquals(List.of(true, true), positionsOf(with, with, with));
        assertEquals(List.of(true, false), positionsOf(with, without, without));
        assertEquals(List.of(true, false), positionsOf(with, without, with));
        assertEquals(List.of(true, false), positionsOf(with, with, without));
    }

    /// Whether the first segment knows where its words stand, and what is merged of both.
    private List<Boolean> positionsOf(Schema first, Schema second, Schema merged) throws Exception {
        close();
        inputs.clear();
        add(first, List.of(text(1, "red fox")), new MutableRoaringBitmap());
        add(second, List.of(text(2, "red red fox")), new MutableRoaringBitmap());
        try (SegmentReader reader = merge(merged, MergeOrder.INPUTS)) {
            PostingsReader postings = assertPresent(reader.postings("text"));
            assertEquals(5, postings.totalTerms());
            return List.of(
                    assertPresent(inputs.getFirst().reader().postings("text")).positionCursor(0)
                            != null,
                    postings.positionCursor(0) != null);
        }
    }

    @Test
    void aFieldOfAnotherTypeIsABug() throws Exception {
        add(textSchema(1, "keyword"), List.of(text(1, "red fox")), new MutableRoaringBitmap());
        Schema other =
                new Schema(
                        2,
                        List.of("id"),
                        List.of(
                                Field.of("id", FieldType.LONG),
                                Field.of("text", FieldType.KEYWORD)));
        assertThrows(MillraceException.Bug.class, () -> merge(other, MergeOrder.INPUTS));
    }

    private static Schema textSchema(int version, String analyzer) {
        return new Schema(
                version,
                List.of("id"),
                List.of(
                        Field.of("id", FieldType.LONG),
                        Field.of("text", FieldType.TEXT).withAnalyzer(analyzer)));
    }

    private static SegmentModel.Entry text(long id, String text) {
        return entry(id, Map.of("id", Value.of(id), "text", Value.of(text)));
    }

    private static SegmentModel.Entry entry(long id, Map<String, Value> members) {
        return new SegmentModel.Entry(DocumentKey.of(id), id, new Value.Obj(members));
    }

    private void add(Schema schema, List<SegmentModel.Entry> entries, MutableRoaringBitmap deleted)
            throws Exception {
        SegmentBuilder builder = new SegmentBuilder(schema);
        for (SegmentModel.Entry entry : entries) {
            builder.add(entry.key(), entry.seq(), builder.analyze(Document.of(entry.document())));
        }
        inputs.add(
                new MergeInput(
                        SegmentReader.open(
                                directory, builder.write(directory, Ulids.next(inputsRandom()))),
                        deleted));
    }

    /// Names need only differ.
    private static RandomGenerator inputsRandom() {
        return RandomGenerator.of("L64X128MixRandom");
    }

    private SegmentReader merge(Schema schema, MergeOrder order) throws Exception {
        return SegmentMerger.merge(
                        directory,
                        Ulids.next(inputsRandom()),
                        schema,
                        inputs,
                        order,
                        MergeControl.NONE)
                .reader();
    }

    private static <T> T assertPresent(@Nullable T part) {
        assertNotNull(part);
        return part;
    }
}
