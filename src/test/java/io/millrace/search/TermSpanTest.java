package io.millrace.search;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.ColumnReader;
import io.millrace.segment.DocumentSet;
import io.millrace.segment.DocumentWindow;
import io.millrace.segment.SegmentReader;
import io.millrace.segment.TermsReader;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// By the terms inside, by those outside or by the column: a span has the same documents.
class TermSpanTest {
    /// Every document has one level, most have one rank, and some have several marks.
    private static final List<String> FIELDS = List.of("level", "rank", "marks");

    private static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("level", FieldType.LONG),
                            Field.of("rank", FieldType.LONG),
                            Field.of("marks", FieldType.LONG).asMulti()));

    /// Two windows and a part.
    private static final int DOCUMENTS = 150_000;

    private static final int[] CANDIDATES_PER_WINDOW = {40, 700, 4_000, 30_000, 65_536};

    @TempDir Path folder;

    @Test
    void documentsOfASpanAreFoundByTermsAndByTheColumn() {
        Seeded.repeat(
                1,
                random -> {
                    Map<String, List<long[]>> values = values(random);
                    try (WrittenSegments written = new WrittenSegments(folder, SCHEMA)) {
                        SegmentReader segment =
                                written.write(
                                        0,
                                        IntStream.range(0, DOCUMENTS)
                                                .mapToObj(i -> document(values, i)));
                        // Each finds what the one before left.
                        Windows scratch = new Windows();
                        for (int i = 0; i < 60; i++) {
                            String field = FIELDS.get(random.nextInt(FIELDS.size()));
                            assertFinds(segment, field, of(values, field), scratch, random);
                        }
                    }
                });
    }

    private static void assertFinds(
            SegmentReader segment,
            String field,
            List<long[]> values,
            Windows scratch,
            RandomGenerator random) {
        TermsReader terms = segment.terms(field);
        ColumnReader column = segment.column(field);
        assertNotNull(terms);
        assertNotNull(column);
        int from = random.nextInt(random.nextBoolean() ? 10 : terms.termCount() - 1);
        int to = Math.min(terms.termCount(), from + 1 + random.nextInt(3_000));
        BitSet candidates = candidates(random);
        BitSet expected = new BitSet();
        candidates.stream()
                .filter(document ->
                        holds(values.get(document), terms.ordered(from), terms.ordered(to - 1)))
                .forEach(expected::set);
        DocumentSet asked =
                DocumentSet.of(MutableRoaringBitmap.bitmapOf(candidates.stream().toArray()));
        TermSpan span = new TermSpan(terms, column, from, to, true, DOCUMENTS);
        DocumentWindow in = scratch.at(0);
        for (int window = 0; window * DocumentWindow.DOCUMENTS < DOCUMENTS; window++) {
            int first = window * DocumentWindow.DOCUMENTS;
            String where =
                    "%s from term %d to %d of %d, window %d, %d candidates"
                            .formatted(
                                    field,
                                    from,
                                    to,
                                    terms.termCount(),
                                    window,
                                    candidates.cardinality());
            BitSet wanted = expected.get(first, first + DocumentWindow.DOCUMENTS);
            in.load(asked, window);
            assertEquals(wanted.cardinality(), span.countIn(window, in, scratch, 1), where);
            in.load(asked, window);
            span.retain(window, in, scratch, 1);
            assertEquals(wanted, places(in), where);
        }
    }

    private static BitSet candidates(RandomGenerator random) {
        BitSet candidates = new BitSet();
        for (int first = 0; first < DOCUMENTS; first += DocumentWindow.DOCUMENTS) {
            int count = CANDIDATES_PER_WINDOW[random.nextInt(CANDIDATES_PER_WINDOW.length)];
            int size = Math.min(DocumentWindow.DOCUMENTS, DOCUMENTS - first);
            for (int i = 0; i < count; i++) {
                candidates.set(first + random.nextInt(size));
            }
        }
        return candidates;
    }

    private static boolean holds(long[] values, long lowest, long highest) {
        for (long value : values) {
            if (value >= lowest && value <= highest) {
                return true;
            }
        }
        return false;
    }

    private static BitSet places(DocumentWindow window) {
        BitSet places = new BitSet();
        int[] all = new int[DocumentWindow.DOCUMENTS];
        int count = window.places(0, all);
        for (int i = 0; i < count; i++) {
            places.set(all[i]);
        }
        return places;
    }

    private static Map<String, List<long[]>> values(RandomGenerator random) {
        Map<String, List<long[]>> values = new HashMap<>();
        int gaps = 2 + random.nextInt(30);
        for (String field : FIELDS) {
            List<long[]> all = new ArrayList<>();
            for (int i = 0; i < DOCUMENTS; i++) {
                int count =
                        switch (field) {
                            case "level" -> 1;
                            case "rank" -> random.nextInt(gaps) == 0 ? 0 : 1;
                            default -> random.nextInt(4);
                        };
                // Few values that many hold, and many that few hold.
                all.add(
                        random.longs(count, 1, 1_000_000)
                                .map(each -> (long) (3_000_000.0 / each) - 3)
                                .toArray());
            }
            values.put(field, all);
        }
        return values;
    }

    private static Value.Obj document(Map<String, List<long[]>> values, int i) {
        Map<String, Value> members = new HashMap<>();
        for (String field : FIELDS) {
            List<Value> each = new ArrayList<>();
            for (long value : of(values, field).get(i)) {
                each.add(Value.of(value));
            }
            if (!each.isEmpty()) {
                members.put(field, each.size() == 1 ? each.getFirst() : new Value.Array(each));
            }
        }
        return new Value.Obj(members);
    }

    private static List<long[]> of(Map<String, List<long[]>> values, String field) {
        return Objects.requireNonNull(values.get(field), field);
    }
}
