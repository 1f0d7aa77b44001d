package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.millrace.document.Coercion;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.apache.lucene.util.SmallFloat;
import org.jspecify.annotations.Nullable;
import org.roaringbitmap.buffer.ImmutableRoaringBitmap;

/// What a segment holds, as lists and maps: the plain truth a reader is compared with. Texts are
/// analysed by splitting at blanks, so schemas use the whitespace analyzer.
public final class SegmentModel {
    private static final Comparator<byte[]> UNSIGNED = Arrays::compareUnsigned;

    public record Entry(DocumentKey key, long seq, Value.Obj document) {}

    final Schema schema;
    public final List<Entry> entries = new ArrayList<>();

    public SegmentModel(Schema schema) {
        this.schema = schema;
    }

    public Schema schema() {
        return schema;
    }

    /// A schema with some fields of every type, single and multi, some of them nested.
    public static Schema randomSchema(RandomGenerator random) {
        List<Field> fields = new ArrayList<>();
        fields.add(Field.of("id", FieldType.LONG));
        int count = random.nextInt(12);
        for (int i = 0; i < count; i++) {
            FieldType type = FieldType.values()[random.nextInt(FieldType.values().length)];
            Field field =
                    Field.of((random.nextBoolean() ? "" : "inner.") + "f" + i, type)
                            .withAnalyzer("whitespace");
            fields.add(random.nextBoolean() ? field : field.asMulti());
        }
        return new Schema(3, List.of("id"), fields);
    }

    /// A document that fits the schema, with values from a small range, so that they repeat.
    public static Value.Obj randomDocument(Schema schema, long id, RandomGenerator random) {
        Map<String, Value> root = new LinkedHashMap<>();
        Map<String, Value> inner = new LinkedHashMap<>();
        for (Field field : schema.fields()) {
            if (field.path().equals("id")) {
                root.put("id", Value.of(id));
            } else if (random.nextInt(4) > 0) {
                boolean isInner = field.path().startsWith("inner.");
                String name = isInner ? field.path().substring(6) : field.path();
                (isInner ? inner : root).put(name, randomValues(field, random));
            }
        }
        root.put("inner", new Value.Obj(inner));
        root.put("stored only", new Value.Array(List.of(Value.of("x"), Value.NULL)));
        return new Value.Obj(root);
    }

    private static Value randomValues(Field field, RandomGenerator random) {
        if (!field.multi() || random.nextInt(4) == 0) {
            return random.nextInt(8) == 0 ? Value.NULL : randomValue(field, random);
        }
        List<Value> items = new ArrayList<>();
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            items.add(random.nextInt(8) == 0 ? Value.NULL : randomValue(field, random));
        }
        return new Value.Array(items);
    }

    private static Value randomValue(Field field, RandomGenerator random) {
        return switch (field.type()) {
            case BOOL -> Value.of(random.nextBoolean());
            case LONG -> Value.of(random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(30));
            case DOUBLE -> Value.of(random.nextInt(-50, 50) / 8.0);
            case TIMESTAMP -> Value.of(1_600_000_000_000L + random.nextInt(100));
            case DECIMAL -> Value.of(random.nextInt(-50, 50) + "." + random.nextInt(20));
            case DATE -> Value.of(LocalDate.ofEpochDay(random.nextInt(-30, 30)).toString());
            case UUID -> Value.of(new UUID(random.nextInt(3), random.nextInt(9)).toString());
            case KEYWORD, BYTES -> Value.of(randomWord(random));
            case TEXT -> Value.of(randomText(random));
            case STRING ->
                    switch (random.nextInt(6)) {
                        case 0 -> Value.of(random.nextInt(30));
                        case 1 -> Value.of(randomText(random));
                        case 2 -> Value.of("ä".repeat(124 + random.nextInt(10)));
                        default -> Value.of(randomWord(random));
                    };
        };
    }

    private static String randomWord(RandomGenerator random) {
        return switch (random.nextInt(10)) {
            case 0 -> "";
            case 1 -> "ä𝄞" + random.nextInt(3);
            case 2 -> "a long common beginning, then " + random.nextInt(1000);
            default -> "w" + random.nextInt(40);
        };
    }

    private static String randomText(RandomGenerator random) {
        StringBuilder text = new StringBuilder();
        int words = random.nextInt(random.nextInt(10) == 0 ? 300 : 12);
        for (int i = 0; i < words; i++) {
            text.append('t').append(random.nextInt(1 + random.nextInt(60))).append(' ');
        }
        return text.toString();
    }

    public void assertEqualTo(SegmentReader reader) {
        assertEquals(entries.size(), reader.documentCount());
        assertEquals(schema, reader.schema());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            assertEquals(entry.key(), reader.key(i));
            assertEquals(i, reader.find(entry.key()));
            assertEquals(entry.seq(), reader.seq(i));
            assertEquals(Document.of(entry.document()), reader.document(i));
        }
        assertEquals(-1, reader.find(DocumentKey.of("not there")));
        for (Field field : schema.fields()) {
            assertField(field, reader);
        }
    }

    private void assertField(Field field, SegmentReader reader) {
        TermsReader terms = reader.terms(field.path());
        ColumnReader column = reader.column(field.path());
        if (field.type().isText()) {
            assertText(field, reader);
        }
        if (field.type() == FieldType.BYTES) {
            assertNull(terms);
            assertNull(column);
            assertNull(reader.present(field.path()));
        } else if (field.type() == FieldType.TEXT) {
            assertNull(column);
        } else if (!field.type().isNumeric()) {
            assertPresent(field, reader);
            TreeMap<byte[], TreeSet<Integer>> expected = strings(field);
            assertEquals(expected.isEmpty(), terms == null);
            assertEquals(expected.isEmpty(), column == null);
            if (terms != null && column != null) {
                assertStrings(expected, terms);
                for (int i = 0; i < entries.size(); i++) {
                    TreeSet<byte[]> values = new TreeSet<>(UNSIGNED);
                    keywords(field, i).forEach(values::add);
                    assertEquals(values.size(), column.valueCount(i));
                    int at = 0;
                    for (byte[] value : values) {
                        assertArrayEquals(value, terms.bytes((int) column.value(i, at++)));
                    }
                }
            }
        } else {
            assertNumbers(field, terms, column);
        }
    }

    private void assertText(Field field, SegmentReader reader) {
        TermsReader terms = reader.textTerms(field.path());
        PostingsReader postings = reader.postings(field.path());
        TreeMap<byte[], TreeMap<Integer, Integer>> expected = textTerms(field);
        assertEquals(expected.isEmpty(), terms == null);
        assertEquals(expected.isEmpty(), postings == null);
        if (terms != null && postings != null) {
            TreeMap<byte[], TreeSet<Integer>> documents = new TreeMap<>(UNSIGNED);
            expected.forEach((term, counts) -> documents.put(term, new TreeSet<>(counts.keySet())));
            assertStrings(documents, terms);
            assertPostings(field, expected, postings);
        }
    }

    /// A value too long for a keyword is still there.
    private void assertPresent(Field field, SegmentReader reader) {
        TreeSet<Integer> expected = new TreeSet<>();
        for (int i = 0; i < entries.size(); i++) {
            if (!values(field, i).isEmpty()) {
                expected.add(i);
            }
        }
        ImmutableRoaringBitmap present = reader.present(field.path());
        assertEquals(expected.isEmpty(), present == null);
        if (present != null) {
            assertEquals(expected, setOf(present));
        }
    }

    /// What a document's values are compared by.
    private List<byte[]> keywords(Field field, int document) {
        return values(field, document).stream()
                .map(value -> Coercion.term(field, value))
                .filter(term ->
                        field.type() != FieldType.STRING
                                || term.length <= FieldType.STRING_KEYWORD_BYTES_MAX)
                .toList();
    }

    private static void assertStrings(
            TreeMap<byte[], TreeSet<Integer>> expected, TermsReader terms) {
        assertEquals(expected.size(), terms.termCount());
        TreeSet<Integer> present = new TreeSet<>();
        int ordinal = 0;
        for (Map.Entry<byte[], TreeSet<Integer>> entry : expected.entrySet()) {
            byte[] term = entry.getKey();
            assertArrayEquals(term, terms.bytes(ordinal));
            assertEquals(ordinal, terms.find(term));
            assertEquals(ordinal, terms.ceiling(term));
            byte[] above = Arrays.copyOf(term, term.length + 1);
            assertEquals(expected.containsKey(above) ? ordinal + 1 : -1, terms.find(above));
            assertEquals(ordinal + 1, terms.ceiling(above));
            assertDocuments(entry.getValue(), terms, ordinal++);
            present.addAll(entry.getValue());
        }
        assertEquals(present, setOf(terms.present()));
    }

    private void assertNumbers(
            Field field, @Nullable TermsReader terms, @Nullable ColumnReader column) {
        TreeMap<Long, TreeSet<Integer>> expected = new TreeMap<>();
        TreeSet<Integer> present = new TreeSet<>();
        for (int i = 0; i < entries.size(); i++) {
            for (Value value : values(field, i)) {
                expected.computeIfAbsent(Coercion.ordered(field, value), _ -> new TreeSet<>())
                        .add(i);
                present.add(i);
            }
        }
        assertEquals(expected.isEmpty(), terms == null);
        assertEquals(expected.isEmpty(), column == null);
        if (terms == null || column == null) {
            return;
        }
        assertEquals(expected.size(), terms.termCount());
        int ordinal = 0;
        for (Map.Entry<Long, TreeSet<Integer>> entry : expected.entrySet()) {
            long number = entry.getKey();
            assertEquals(number, terms.ordered(ordinal));
            assertEquals(ordinal, terms.find(number));
            assertEquals(ordinal, terms.ceiling(number));
            if (number < Long.MAX_VALUE && !expected.containsKey(number + 1)) {
                assertEquals(-1, terms.find(number + 1));
                assertEquals(ordinal + 1, terms.ceiling(number + 1));
            }
            assertDocuments(entry.getValue(), terms, ordinal++);
        }
        assertEquals(present, setOf(terms.present()));
        for (int i = 0; i < entries.size(); i++) {
            TreeSet<Long> numbers = new TreeSet<>();
            values(field, i).forEach(value -> numbers.add(Coercion.ordered(field, value)));
            assertEquals(numbers.size(), column.valueCount(i));
            int at = 0;
            for (long number : numbers) {
                assertEquals(number, column.value(i, at++));
            }
        }
    }

    private void assertPostings(
            Field field,
            TreeMap<byte[], TreeMap<Integer, Integer>> expected,
            PostingsReader postings) {
        int ordinal = 0;
        long totalTerms = 0;
        for (TreeMap<Integer, Integer> counts : expected.values()) {
            PostingsReader.Cursor cursor = postings.cursor(ordinal++);
            for (Map.Entry<Integer, Integer> posting : counts.entrySet()) {
                assertEquals(posting.getKey(), cursor.next());
                assertEquals(posting.getValue(), cursor.frequency());
                totalTerms += posting.getValue();
            }
            assertEquals(PostingsReader.Cursor.DONE, cursor.next());
        }
        assertEquals(totalTerms, postings.totalTerms());
        int documentsWithField = 0;
        for (int i = 0; i < entries.size(); i++) {
            int length = words(field, i).size();
            documentsWithField += length > 0 ? 1 : 0;
            assertEquals(SmallFloat.intToByte4(length), postings.norm(i));
        }
        assertEquals(documentsWithField, postings.documentsWithField());
    }

    private static void assertDocuments(TreeSet<Integer> expected, TermsReader terms, int ordinal) {
        assertEquals(expected.size(), terms.documentCount(ordinal));
        assertEquals(expected, setOf(terms.documents(ordinal)));
    }

    private static TreeSet<Integer> setOf(ImmutableRoaringBitmap bitmap) {
        TreeSet<Integer> set = new TreeSet<>();
        bitmap.forEach((int document) -> set.add(document));
        return set;
    }

    private TreeMap<byte[], TreeSet<Integer>> strings(Field field) {
        TreeMap<byte[], TreeSet<Integer>> documents = new TreeMap<>(UNSIGNED);
        for (int i = 0; i < entries.size(); i++) {
            for (byte[] keyword : keywords(field, i)) {
                documents.computeIfAbsent(keyword, _ -> new TreeSet<>()).add(i);
            }
        }
        return documents;
    }

    private TreeMap<byte[], TreeMap<Integer, Integer>> textTerms(Field field) {
        TreeMap<byte[], TreeMap<Integer, Integer>> terms = new TreeMap<>(UNSIGNED);
        for (int i = 0; i < entries.size(); i++) {
            for (String word : words(field, i)) {
                terms.computeIfAbsent(word.getBytes(StandardCharsets.UTF_8), _ -> new TreeMap<>())
                        .merge(i, 1, Integer::sum);
            }
        }
        return terms;
    }

    private List<String> words(Field field, int document) {
        List<String> words = new ArrayList<>();
        for (Value value : values(field, document)) {
            for (String word : Coercion.text(field, value).split(" ")) {
                if (!word.isEmpty()) {
                    words.add(word);
                }
            }
        }
        return words;
    }

    private List<Value> values(Field field, int document) {
        return switch (Schema.at(entries.get(document).document(), field.path())) {
            case null -> List.of();
            case Value.Null _ -> List.of();
            case Value.Array(List<Value> items) -> {
                List<Value> values = new ArrayList<>(items);
                values.removeAll(Collections.singleton(Value.NULL));
                yield values;
            }
            case Value value -> List.of(value);
        };
    }
}
