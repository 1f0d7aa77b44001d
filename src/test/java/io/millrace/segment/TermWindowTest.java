package io.millrace.segment;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Value;
import io.millrace.segment.PostingsReader.Cursor;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Windows over terms of every form tell what a cursor tells of each document, whichever windows
/// they go to, and in whichever segment they were before.
final class TermWindowTest {
    private static final List<String> TERMS = List.of("dense", "side", "rare", "gap", "wide");
    private static final int WINDOW = DocumentWindow.DOCUMENTS;

    @TempDir Path folder;

    private final Set<DocumentSet.Form> forms = EnumSet.noneOf(DocumentSet.Form.class);

    @Test
    void windowsTellWhatACursorTells() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        Seeded.repeat(
                1,
                random -> {
                    TermWindow one = new TermWindow();
                    TermWindow beside = new TermWindow();
                    // The second segment is entered with what the first one left.
                    for (int documents : List.of(2 * WINDOW + 20_000, 9_000)) {
                        SegmentMeta meta = write(directory, documents, random);
                        try (SegmentReader reader = SegmentReader.open(directory, meta)) {
                            TermsReader terms = Objects.requireNonNull(reader.terms("text"));
                            PostingsReader postings =
                                    Objects.requireNonNull(reader.postings("text"));
                            for (String term : TERMS) {
                                String other = TERMS.get(random.nextInt(TERMS.size()));
                                Opened first = open(one, term, terms, postings, documents);
                                Opened second = open(beside, other, terms, postings, documents);
                                int skipped = random.nextInt(4);
                                for (int w = 0; w * WINDOW < documents; w++) {
                                    if (w != skipped) {
                                        assertWindow(first, second, w, random);
                                    }
                                }
                            }
                        }
                    }
                });
        assertEquals(EnumSet.allOf(DocumentSet.Form.class), forms);
    }

    @Test
    void aClosedWindowHasNoDocumentsAndReadsNone() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        SegmentMeta meta = write(directory, 9_000, new SplittableRandom(7));
        TermWindow window = new TermWindow();
        try (SegmentReader reader = SegmentReader.open(directory, meta)) {
            TermsReader terms = Objects.requireNonNull(reader.terms("text"));
            PostingsReader postings = Objects.requireNonNull(reader.postings("text"));
            open(window, "dense", terms, postings, 9_000);
            window.enter(0);
            assertTrue(window.count() > 0);
            window.close();
        }
        window.enter(0);
        assertEquals(0, window.count());
        assertEquals(0, window.frequency(3));
    }

    /// A window with what a cursor says of each document.
    private record Opened(TermWindow window, DocumentSet set, int[] frequencies) {
        int frequency(int window, int place) {
            int document = window * WINDOW + place;
            return document < frequencies.length ? frequencies[document] : 0;
        }
    }

    private static Opened open(
            TermWindow window,
            String term,
            TermsReader terms,
            PostingsReader postings,
            int documents) {
        int ordinal = terms.find(term.getBytes(UTF_8));
        int[] frequencies = new int[documents];
        Cursor cursor = postings.cursor(ordinal);
        for (int document = cursor.next(); document != Cursor.DONE; document = cursor.next()) {
            frequencies[document] = cursor.frequency();
        }
        DocumentSet set = terms.set(ordinal);
        window.open(set, postings, ordinal);
        return new Opened(window, set, frequencies);
    }

    private void assertWindow(Opened opened, Opened other, int w, RandomGenerator random) {
        TermWindow window = opened.window;
        window.enter(w);
        other.window.enter(w);
        int found = opened.set.find(w);
        if (found >= 0) {
            forms.add(opened.set.form(found));
        }
        int most = 0;
        int count = 0;
        int firstLevel = 1 + random.nextInt(TermWindow.LEVELS - 1);
        long[] held = window.held(firstLevel).clone();
        for (int place = 0; place < WINDOW; place++) {
            int frequency = opened.frequency(w, place);
            count += frequency > 0 ? 1 : 0;
            most = Math.max(most, frequency);
            assertEquals(frequency >= TermWindow.leastOf(firstLevel), isSet(held, place));
        }
        assertEquals(count, window.count());
        assertTrue(most <= window.frequencyMax());
        assertEquals(most == 0, window.frequencyMax() == 0);
        if (count > 0 && window.isListed()) {
            assertListed(opened, other, w);
            window.seek(0);
        }
        for (int place = random.nextInt(9);
                place < WINDOW;
                place += 1 + random.nextInt(random.nextInt(20) == 0 ? 900 : 9)) {
            assertEquals(opened.frequency(w, place), window.frequency(place));
        }
        for (int level = 1; level < TermWindow.LEVELS; level++) {
            long[] bits = window.held(level);
            for (int place = 0; place < WINDOW; place++) {
                int frequency = opened.frequency(w, place);
                assertEquals(frequency >= TermWindow.leastOf(level), isSet(bits, place));
            }
        }
    }

    private static void assertListed(Opened opened, Opened other, int w) {
        TermWindow window = opened.window;
        for (int level = 2; level < TermWindow.LEVELS; level++) {
            long[] byRank = window.heldByRank(level);
            for (int rank = 0; rank < window.count(); rank++) {
                int frequency = opened.frequency(w, window.place(rank));
                assertEquals(frequency >= TermWindow.leastOf(level), isSet(byRank, rank));
            }
        }
        for (int from = 0; from < window.count(); from += Long.SIZE) {
            int next = Math.min(Long.SIZE, window.count() - from);
            for (int level = 1; level < TermWindow.LEVELS; level++) {
                long bits = window.heldToo(from, next, other.window, level);
                for (int i = 0; i < next; i++) {
                    int frequency = other.frequency(w, window.place(from + i));
                    boolean isHeld = (bits >>> i & 1) != 0;
                    // More may be set, but none that does not hold the other at all.
                    assertTrue(isHeld || frequency < TermWindow.leastOf(level));
                    assertTrue(!isHeld || frequency > 0);
                }
            }
            int place = window.seek(from + next - 1);
            assertEquals(opened.frequency(w, place), window.frequency(place));
            assertEquals(
                    other.frequency(w, window.place(from)),
                    other.window.frequency(window.place(from)));
        }
    }

    private static boolean isSet(long[] bits, int at) {
        return (bits[at / Long.SIZE] >>> at & 1) != 0;
    }

    /// A term in so many documents that they are bits, one in documents side by side, one in few,
    /// one in none of the second window, and one that is often there many times. How many documents
    /// of a window hold them is random, so that no window begins with a block of postings.
    private static SegmentMeta write(MmapDirectory directory, int documents, RandomGenerator random)
            throws IOException {
        SegmentBuilder builder = new SegmentBuilder(PostingsCursorTest.SCHEMA);
        int sideFrom = 5_000 + random.nextInt(1_000);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < documents; i++) {
            text.setLength(0);
            if (random.nextInt(8) == 0) {
                add(text, "dense", random.nextInt(100) == 0 ? 2 + random.nextInt(5) : 1);
            }
            if (i % WINDOW > sideFrom && i % WINDOW < sideFrom + 3_000) {
                // Blocks of once only, of up to twice, and wider ones.
                add(text, "side", 1 + random.nextInt(1 + i % WINDOW / 600 % 4));
            }
            if (random.nextInt(2_000) == 0 || i == 0) {
                add(text, "rare", 1 + random.nextInt(9));
            }
            if (i / WINDOW != 1 && random.nextInt(40) == 0) {
                add(text, "gap", 1 + random.nextInt(2));
            }
            if (random.nextInt(100) == 0) {
                add(text, "wide", 1 + random.nextInt(random.nextInt(50) == 0 ? 300 : 6));
            }
            Value.Obj document = new Value.Obj(Map.of("text", Value.of(text.toString())));
            builder.add(DocumentKey.of(i), i, builder.analyze(Document.of(document)));
        }
        return builder.write(directory, Ulids.next(random));
    }

    private static void add(StringBuilder text, String word, int times) {
        text.append((word + " ").repeat(times));
    }
}
