package io.millrace.merge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.MillraceException;
import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Coercion;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.SegmentBuilder;
import io.millrace.segment.SegmentMeta;
import io.millrace.segment.SegmentModel;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.SegmentSections;
import io.millrace.segment.Ulids;
import io.millrace.testing.Seeded;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Random segments with random deletes, merged and read back.
final class SegmentMergerTest {
    @TempDir Path folder;

    private Directory directory;

    @BeforeEach
    void open() throws Exception {
        directory = MmapDirectory.open(folder);
    }

    /// An input with what it holds.
    private record Source(MergeInput input, List<SegmentModel.Entry> entries) {}

    @Test
    void aMergeHoldsTheLiveDocumentsOfItsInputsInTheirOrder() {
        Seeded.repeat(40, random -> roundTrip(random, MergeOrder.INPUTS, 120));
    }

    @Test
    void manyDocumentsSpanBlocksBitmapsAndSkips() {
        Seeded.repeat(2, random -> roundTrip(random, MergeOrder.INPUTS, 8_000));
    }

    @Test
    void aMergeHoldsTheLiveDocumentsOfItsInputsByTheDeclaredOrder() {
        Seeded.repeat(
                40,
                random ->
                        roundTrip(
                                random,
                                new MergeOrder(
                                        List.of(
                                                new MergeOrder.Key("number", random.nextBoolean()),
                                                new MergeOrder.Key("word", random.nextBoolean()))),
                                120));
    }

    @Test
    void aMergeOfNoLiveDocumentIsABug() {
        Seeded.repeat(
                1,
                random -> {
                    Schema schema = schema(random);
                    Source source = source(schema, random, 0, 10);
                    MutableRoaringBitmap all = new MutableRoaringBitmap();
                    all.add(0L, 10L);
                    try (SegmentReader reader = source.input().reader()) {
                        assertThrows(
                                MillraceException.Bug.class,
                                () ->
                                        SegmentMerger.merge(
                                                directory,
                                                Ulids.next(random),
                                                schema,
                                                List.of(new MergeInput(reader, all)),
                                                MergeOrder.INPUTS,
                                                MergeControl.NONE));
                    }
                });
    }

    private void roundTrip(RandomGenerator random, MergeOrder order, int documentsMax)
            throws Exception {
        Schema schema = schema(random);
        List<Source> sources = new ArrayList<>();
        int count = 1 + random.nextInt(6);
        long id = 0;
        for (int i = 0; i < count; i++) {
            int documents = i == 0 ? 1 + documentsMax / 2 : random.nextInt(documentsMax);
            sources.add(source(schema, random, id, documents));
            id += documents;
        }
        SegmentModel model = new SegmentModel(schema);
        for (Source source : sources) {
            for (int i = 0; i < source.entries.size(); i++) {
                if (!source.input.deleted().contains(i)) {
                    model.entries.add(source.entries.get(i));
                }
            }
        }
        model.entries.sort(by(order, schema));
        MergedSegment merged =
                SegmentMerger.merge(
                        directory,
                        Ulids.next(random),
                        schema,
                        sources.stream().map(Source::input).toList(),
                        order,
                        MergeControl.NONE);
        try (SegmentReader reader = merged.reader()) {
            model.assertEqualTo(reader);
            for (int i = 0; i < sources.size(); i++) {
                Source source = sources.get(i);
                for (int document = 0; document < source.entries.size(); document++) {
                    assertEquals(
                            source.input.deleted().contains(document)
                                    ? -1
                                    : reader.find(source.entries.get(document).key()),
                            merged.documents().target(i, document));
                }
            }
        }
        Map<String, ByteBuffer> expected =
                SegmentSections.indexed(directory, written(model, random));
        Map<String, ByteBuffer> sections = SegmentSections.indexed(directory, merged.meta());
        assertEquals(expected.keySet(), sections.keySet());
        expected.forEach((section, bytes) -> assertEquals(bytes, sections.get(section), section));
        for (Source source : sources) {
            source.input.reader().close();
        }
    }

    /// The same documents in the same order, indexed anew.
    private SegmentMeta written(SegmentModel model, RandomGenerator random) throws Exception {
        SegmentBuilder builder = new SegmentBuilder(model.schema());
        for (SegmentModel.Entry entry : model.entries) {
            builder.add(entry.key(), entry.seq(), builder.analyze(Document.of(entry.document())));
        }
        return builder.write(directory, Ulids.next(random));
    }

    private static Schema schema(RandomGenerator random) {
        Schema some = SegmentModel.randomSchema(random);
        List<Field> fields = new ArrayList<>(some.fields());
        fields.add(Field.of("number", FieldType.LONG));
        fields.add(Field.of("word", FieldType.KEYWORD).asMulti());
        return new Schema(some.version(), some.keyPaths(), fields);
    }

    private Source source(Schema schema, RandomGenerator random, long firstId, int count)
            throws Exception {
        SegmentBuilder builder = new SegmentBuilder(schema);
        List<SegmentModel.Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Value.Obj document = SegmentModel.randomDocument(schema, firstId + i, random);
            DocumentKey key = DocumentKey.of(firstId + i);
            long seq = random.nextLong(1L << 40);
            builder.add(key, seq, builder.analyze(Document.of(document)));
            entries.add(new SegmentModel.Entry(key, seq, document));
        }
        MutableRoaringBitmap deleted = new MutableRoaringBitmap();
        int oneIn = 1 << random.nextInt(8);
        if (random.nextBoolean()) {
            for (int i = 0; i < count; i++) {
                if (i > 0 && random.nextInt(oneIn) == 0) {
                    deleted.add(i);
                }
            }
        }
        SegmentReader reader =
                SegmentReader.open(directory, builder.write(directory, Ulids.next(random)));
        return new Source(new MergeInput(reader, deleted), entries);
    }

    private static Comparator<SegmentModel.Entry> by(MergeOrder order, Schema schema) {
        Comparator<SegmentModel.Entry> comparator = (_, _) -> 0;
        for (MergeOrder.Key key : order.keys()) {
            comparator = comparator.thenComparing((a, b) -> compare(a, b, key, schema));
        }
        return comparator;
    }

    private static int compare(
            SegmentModel.Entry a, SegmentModel.Entry b, MergeOrder.Key key, Schema schema) {
        List<byte[]> valuesA = sortedValues(a, key, schema);
        List<byte[]> valuesB = sortedValues(b, key, schema);
        if (valuesA.isEmpty() || valuesB.isEmpty()) {
            return Boolean.compare(valuesA.isEmpty(), valuesB.isEmpty());
        }
        return key.descending()
                ? Arrays.compareUnsigned(valuesB.getLast(), valuesA.getLast())
                : Arrays.compareUnsigned(valuesA.getFirst(), valuesB.getFirst());
    }

    /// The values of a document as bytes that order like them.
    private static List<byte[]> sortedValues(
            SegmentModel.Entry entry, MergeOrder.Key key, Schema schema) {
        Field field = schema.field(key.path()).orElseThrow();
        Value value = Objects.requireNonNullElse(entry.document().get(key.path()), Value.NULL);
        List<Value> values =
                value instanceof Value.Array(List<Value> items) ? items : List.of(value);
        return values.stream()
                .filter(item -> !(item instanceof Value.Null))
                .map(item ->
                        field.type() == FieldType.LONG
                                ? DocumentKey.of(Coercion.ordered(field, item)).bytes()
                                : Coercion.text(field, item).getBytes(StandardCharsets.UTF_8))
                .sorted(Arrays::compareUnsigned)
                .toList();
    }
}
