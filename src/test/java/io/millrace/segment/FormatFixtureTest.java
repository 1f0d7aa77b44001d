package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.Value;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Files written by version 1 stay readable. Every later release reads them; a change of the bytes
/// is a new version with fixtures of its own.
final class FormatFixtureTest {
    private static final String FIXTURES = "/fixtures/format-v1/";
    private static final String VECTORS = "d-01JD0000000000000000000002.dv";
    private static final int DOCUMENTS = 300;
    private static final SegmentId ID = new SegmentId("01JD0000000000000000000001");

    @TempDir Path folder;

    @Test
    void aSegmentOfVersion1ReadsAsItWasWritten() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        copy(ID.fileName());
        SegmentMeta meta = new SegmentMeta(ID, 37_720, 590_421_909, DOCUMENTS, 5);
        SegmentModel model = model();
        try (SegmentReader reader = SegmentReader.open(directory, meta)) {
            model.assertEqualTo(reader);
        }
    }

    @Test
    void deleteVectorsOfVersion1ReadAsTheyWereWritten() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        copy(VECTORS);
        assertEquals(
                vectors(),
                DeleteVectorFile.read(directory, new DeleteVectorMeta(VECTORS, 200, -112_880_188)));
    }

    /// Writing is deterministic but for the compressor, whose version may change its output.
    @Test
    void theSameDocumentsMakeTheSameFile() throws IOException {
        MmapDirectory first = MmapDirectory.open(folder.resolve("first"));
        MmapDirectory second = MmapDirectory.open(folder.resolve("second"));
        assertEquals(write(first), write(second));
        assertArrayEquals(
                Files.readAllBytes(folder.resolve("first").resolve(ID.fileName())),
                Files.readAllBytes(folder.resolve("second").resolve(ID.fileName())));
    }

    /// Writes the fixtures of a new version: `-Dfixtures=<folder>`, then copy the facts it prints.
    @Test
    @EnabledIfSystemProperty(named = "fixtures", matches = ".+")
    void writeFixtures() throws IOException {
        MmapDirectory directory = MmapDirectory.open(Path.of(System.getProperty("fixtures")));
        System.out.println(write(directory));
        System.out.println(DeleteVectorFile.write(directory, VECTORS, vectors()));
    }

    private SegmentMeta write(MmapDirectory directory) throws IOException {
        SegmentModel model = model();
        SegmentBuilder builder = new SegmentBuilder(model.schema);
        for (SegmentModel.Entry entry : model.entries) {
            builder.add(entry.key(), entry.seq(), builder.analyze(Document.of(entry.document())));
        }
        return builder.write(directory, ID);
    }

    private static SegmentModel model() {
        SegmentModel model =
                new SegmentModel(
                        new Schema(
                                5,
                                List.of("id"),
                                List.of(
                                        Field.of("id", FieldType.KEYWORD),
                                        Field.of("flag", FieldType.BOOL),
                                        Field.of("count", FieldType.LONG),
                                        Field.of("ratios", FieldType.DOUBLE).asMulti(),
                                        Field.of("time", FieldType.TIMESTAMP)
                                                .withUnit(TimestampUnit.ISO),
                                        Field.of("tags", FieldType.KEYWORD).asMulti(),
                                        Field.of("title", FieldType.TEXT)
                                                .withAnalyzer("whitespace"))));
        for (int i = 0; i < DOCUMENTS; i++) {
            Map<String, Value> members = new LinkedHashMap<>();
            members.put("id", Value.of("document-" + i));
            if (i % 3 != 0) {
                members.put("flag", Value.of(i % 2 == 0));
                members.put("count", Value.of((long) i * i * i - 1_000));
            }
            members.put("ratios", new Value.Array(List.of(Value.of(i / 4.0), Value.of(-1.5))));
            members.put("time", Value.of("2020-01-01T00:00:%02dZ".formatted(i % 60)));
            members.put("tags", new Value.Array(List.of(Value.of("all"), Value.of("t" + i % 40))));
            members.put("title", Value.of("word ".repeat(1 + i % 5) + "number" + i));
            DocumentKey key = DocumentKey.of("document-" + i);
            model.entries.add(new SegmentModel.Entry(key, 100 + 2L * i, new Value.Obj(members)));
        }
        return model;
    }

    private static SortedMap<SegmentId, ImmutableRoaringBitmap> vectors() {
        SortedMap<SegmentId, ImmutableRoaringBitmap> vectors = new TreeMap<>();
        vectors.put(ID, MutableRoaringBitmap.bitmapOf(1, 2, 3, 70_000, 299));
        vectors.put(
                new SegmentId("01JD0000000000000000000003"),
                MutableRoaringBitmap.bitmapOfRange(10, 100_000));
        return vectors;
    }

    private void copy(String name) throws IOException {
        try (InputStream in = getClass().getResourceAsStream(FIXTURES + name)) {
            Files.copy(Objects.requireNonNull(in, name), folder.resolve(name));
        }
    }
}
