package io.millrace.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.segment.PostingsReader.Cursor;
import io.millrace.testing.Seeded;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Cursors over lists of every length, moved at random, against a sorted map.
final class PostingsCursorTest {
    static final Schema SCHEMA =
            new Schema(
                    1,
                    List.of("id"),
                    List.of(
                            Field.of("id", FieldType.LONG),
                            Field.of("text", FieldType.TEXT).withAnalyzer("whitespace")));

    @TempDir Path folder;

    @Test
    void aCursorStopsWhereASortedMapDoes() throws Exception {
        MmapDirectory directory = MmapDirectory.open(folder);
        Seeded.repeat(
                3,
                random -> {
                    int documents = 1 + random.nextInt(5_000);
                    Map<String, TreeMap<Integer, Integer>> expected = new HashMap<>();
                    SegmentBuilder builder = new SegmentBuilder(SCHEMA);
                    for (int i = 0; i < documents; i++) {
                        StringBuilder text = new StringBuilder();
                        for (int term = 1; term <= 14; term++) {
                            // Term n is in every 2^(n-1)th document, most often once.
                            if (random.nextInt(1 << (term - 1)) == 0) {
                                int frequency = random.nextInt(5) > 0 ? 1 : 1 + random.nextInt(300);
                                text.append(("w" + term + " ").repeat(frequency));
                                expected.computeIfAbsent("w" + term, _ -> new TreeMap<>())
                                        .put(i, frequency);
                            }
                        }
                        Value.Obj document =
                                new Value.Obj(Map.of("text", Value.of(text.toString())));
                        builder.add(DocumentKey.of(i), i, builder.analyze(Document.of(document)));
                    }
                    SegmentMeta meta = builder.write(directory, Ulids.next(random));
                    try (SegmentReader reader = SegmentReader.open(directory, meta)) {
                        TermsReader terms = Objects.requireNonNull(reader.terms("text"));
                        PostingsReader postings = Objects.requireNonNull(reader.postings("text"));
                        expected.forEach((term, counts) -> {
                            int ordinal = terms.find(term.getBytes(UTF_8));
                            assertFrequencies(counts, terms, postings, ordinal);
                            for (int walk = 0; walk < 20; walk++) {
                                Cursor cursor = postings.cursor(ordinal);
                                int reach = 1 + random.nextInt(documents);
                                int at = -1;
                                while (at != Cursor.DONE) {
                                    boolean isStep = random.nextBoolean();
                                    int target = at + 1 + random.nextInt(reach);
                                    Integer next =
                                            isStep
                                                    ? counts.higherKey(at)
                                                    : counts.ceilingKey(target);
                                    at = isStep ? cursor.next() : cursor.advance(target);
                                    assertEquals(next == null ? Cursor.DONE : next, at);
                                    if (next != null) {
                                        assertEquals(counts.get(at), cursor.frequency());
                                        assertEquals(at, cursor.advance(at));
                                    }
                                }
                                assertEquals(Cursor.DONE, cursor.next());
                                assertEquals(Cursor.DONE, cursor.advance(documents));
                            }
                        });
                        for (String term : expected.keySet()) {
                            for (String other : expected.keySet()) {
                                assertHeldToo(expected, term, other, terms, postings);
                            }
                        }
                    }
                });
    }

    /// By rank, and by bits of those that are above 1, 2 and 4.
    private static void assertFrequencies(
            TreeMap<Integer, Integer> counts,
            TermsReader terms,
            PostingsReader postings,
            int ordinal) {
        List<Integer> expected = List.copyOf(counts.values());
        TermFrequencies frequencies = new TermFrequencies();
        postings.open(ordinal, counts.size(), frequencies);
        for (int from = 0; from < expected.size(); from += 1 + expected.size() / 3) {
            int count = Math.min(expected.size() - from, 1 + expected.size() / 2);
            assertTrue(
                    Collections.max(expected.subList(from, from + count))
                            <= frequencies.enter(from, count));
            for (int exponent = 0; exponent < 3; exponent++) {
                long[] above = new long[Math.ceilDiv(count, Long.SIZE)];
                frequencies.above(exponent, from, count, above);
                for (int i = 0; i < count; i++) {
                    int frequency = expected.get(from + i);
                    assertEquals(frequency, frequencies.at(from + i));
                    assertEquals(
                            frequency > 1 << exponent,
                            (above[i / Long.SIZE] >>> i & 1) != 0,
                            "rank " + (from + i) + " above " + (1 << exponent));
                }
            }
        }
        TermWindow window = new TermWindow();
        window.open(terms.set(ordinal), postings, ordinal);
        assertWindow(counts, window);
    }

    private static void assertWindow(TreeMap<Integer, Integer> counts, TermWindow window) {
        window.enter(0);
        assertEquals(counts.size(), window.count());
        for (int document = 0; document <= counts.lastKey() + 1; document++) {
            int frequency = counts.getOrDefault(document, 0);
            assertEquals(frequency, window.frequency(document));
            for (int level = 1; level < TermWindow.LEVELS; level++) {
                assertEquals(
                        frequency >= TermWindow.leastOf(level),
                        (window.held(level)[document / Long.SIZE] >>> document & 1) != 0);
            }
        }
    }

    /// Which documents of one term hold another, too, and how often, asked for in one go and then
    /// one by one.
    private static void assertHeldToo(
            Map<String, TreeMap<Integer, Integer>> expected,
            String term,
            String other,
            TermsReader terms,
            PostingsReader postings) {
        TermWindow one = window(terms, postings, term);
        TermWindow beside = window(terms, postings, other);
        Map<Integer, Integer> counts = Objects.requireNonNull(expected.get(other));
        for (int from = 0; one.isListed() && from < one.count(); from += Long.SIZE) {
            int next = Math.min(Long.SIZE, one.count() - from);
            long held = one.heldToo(from, next, beside, 1);
            for (int i = 0; i < next; i++) {
                int document = one.place(from + i);
                assertEquals(counts.containsKey(document), (held >>> i & 1) != 0);
                assertEquals(counts.getOrDefault(document, 0), beside.frequency(document));
            }
        }
    }

    private static TermWindow window(TermsReader terms, PostingsReader postings, String term) {
        int ordinal = terms.find(term.getBytes(UTF_8));
        TermWindow window = new TermWindow();
        window.open(terms.set(ordinal), postings, ordinal);
        window.enter(0);
        return window;
    }
}
