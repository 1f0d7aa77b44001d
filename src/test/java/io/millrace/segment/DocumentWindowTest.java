package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testing.Seeded;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.roaringbitmap.buffer.MutableRoaringBitmap;

/// Sets combined window by window hold what bit sets hold.
class DocumentWindowTest {
    private static final int DOCUMENTS = 3 * DocumentWindow.DOCUMENTS - 100;
    private static final int WINDOWS = 3;

    private final WindowCopies copies = new WindowCopies();

    @Test
    void setsOfEveryFormCombineLikeBitSets() {
        Seeded.repeat(
                60,
                random -> {
                    BitSet expected = new BitSet();
                    DocumentWindow[] windows = new DocumentWindow[WINDOWS];
                    for (int w = 0; w < WINDOWS; w++) {
                        windows[w] = new DocumentWindow(copies);
                    }
                    for (int step = 0; step < 8; step++) {
                        BitSet other = randomSet(random);
                        DocumentSet set = DocumentSet.of(roaring(other));
                        boolean isWindow = random.nextBoolean();
                        int operation = random.nextInt(5);
                        for (int w = 0; w < WINDOWS; w++) {
                            DocumentWindow loaded = new DocumentWindow(copies);
                            loaded.load(set, w);
                            apply(operation, windows[w], set, loaded, isWindow, w);
                        }
                        combine(operation, expected, other);
                        assertHolds(expected, windows);
                    }
                });
    }

    @Test
    void sameDocumentsAreFoundInAnyOrder() {
        Seeded.repeat(
                20,
                random -> {
                    BitSet expected = randomSet(random);
                    DocumentSet set = DocumentSet.of(roaring(expected));
                    assertEquals(expected.cardinality(), set.cardinality());
                    assertArrayEquals(expected.stream().toArray(), set.toArray());
                    for (int i = 0; i < 2_000; i++) {
                        int document = random.nextInt(DOCUMENTS);
                        assertEquals(expected.get(document), set.contains(document));
                    }
                });
    }

    @Test
    void whatSetsOfEveryFormHaveInCommonIsCounted() {
        CommonDocuments common = new CommonDocuments(copies);
        DocumentWindow window = new DocumentWindow(copies);
        Seeded.repeat(
                60,
                random -> {
                    BitSet first = randomSet(random);
                    BitSet second = randomSet(random);
                    DocumentSet a = DocumentSet.of(roaring(first));
                    DocumentSet b = DocumentSet.of(roaring(second));
                    BitSet both = (BitSet) first.clone();
                    both.and(second);
                    long[] bits = new long[Math.ceilDiv(DOCUMENTS, Long.SIZE)];
                    b.addTo(bits);
                    assertArrayEquals(second.toLongArray(), BitSet.valueOf(bits).toLongArray());
                    assertEquals(both.cardinality(), common.count(a, bits, 0));
                    int least = 1 + random.nextInt(1 + 2 * both.cardinality());
                    int known = common.count(a, bits, least);
                    assertTrue(
                            known == both.cardinality()
                                    || (known < least && both.cardinality() < least));
                    assertEquals(both.cardinality(), common.count(a, b));
                    for (int w = 0; w < WINDOWS; w++) {
                        int from = w * DocumentWindow.DOCUMENTS;
                        int expected =
                                both.get(from, from + DocumentWindow.DOCUMENTS).cardinality();
                        assertEquals(expected, common.count(a, b, w));
                        window.load(a, w);
                        assertEquals(expected, window.countIn(b, w));
                    }
                });
    }

    @Test
    void whatOneCountOfListsLeftIsNothingToTheNext() {
        CommonDocuments common = new CommonDocuments(copies);
        Seeded.repeat(
                20,
                random -> {
                    BitSet first = randomList(random);
                    BitSet second = randomList(random);
                    BitSet both = (BitSet) first.clone();
                    both.and(second);
                    assertEquals(
                            both.cardinality(),
                            common.count(
                                    DocumentSet.of(roaring(first)),
                                    DocumentSet.of(roaring(second))));
                });
    }

    /// So many of a window that others have some of them, too.
    private static BitSet randomList(RandomGenerator random) {
        BitSet list = new BitSet();
        for (int i = 0; i < 3_000; i++) {
            list.set(random.nextInt(DocumentWindow.DOCUMENTS));
        }
        return list;
    }

    @Test
    void aListGrowsAtItsEnd() {
        DocumentWindow window = new DocumentWindow(copies);
        window.append(7);
        window.append(65_535);
        assertEquals(2, window.cardinality());
        assertTrue(window.contains(65_535));
        assertFalse(window.contains(8));
        window.clear();
        assertTrue(window.isEmpty());
    }

    @Test
    void aFewDocumentsNeedNoBitmap() {
        int[] few = {3, 70_000, 70_001, 190_000};
        DocumentSet set = DocumentSet.of(few);
        assertArrayEquals(few, set.toArray());
        assertEquals(4, set.cardinality());
        assertEquals(1, IntStream.range(69_000, 70_001).filter(set::contains).count());
    }

    @Test
    void documentsAreTestedManyAtATime() {
        DocumentWindow window = new DocumentWindow(copies);
        Seeded.repeat(
                30,
                random -> {
                    BitSet expected = randomSet(random);
                    DocumentSet set = DocumentSet.of(roaring(expected));
                    BitSet passing = randomSet(random);
                    DocumentWindow.Test test =
                            (documents, count, verdicts) -> {
                                for (int i = 0; i < count; i++) {
                                    verdicts[i] = passing.get(documents[i]) ? 1 : 0;
                                }
                            };
                    expected.and(passing);
                    DocumentWindow[] kept = new DocumentWindow[WINDOWS];
                    int counted = 0;
                    for (int w = 0; w < WINDOWS; w++) {
                        window.load(set, w);
                        counted += window.countIf(w * DocumentWindow.DOCUMENTS, test);
                        kept[w] = new DocumentWindow(copies);
                        kept[w].load(set, w);
                        kept[w].retainIf(w * DocumentWindow.DOCUMENTS, test);
                    }
                    assertEquals(expected.cardinality(), counted);
                    assertHolds(expected, kept);
                });
    }

    @Test
    void listedDocumentsAreAdded() {
        Seeded.repeat(
                30,
                random -> {
                    BitSet both = randomSet(random);
                    BitSet other = randomSet(random);
                    DocumentLists lists = new DocumentLists(WINDOWS, random.nextInt(2 * DOCUMENTS));
                    List<Integer> alone = new ArrayList<>();
                    randomSet(random).stream().forEach(alone::add);
                    Collections.shuffle(alone, Random.from(random));
                    alone.forEach(lists::add);
                    lists.add(DocumentSet.of(roaring(other)));
                    DocumentWindow[] added = new DocumentWindow[WINDOWS];
                    long[] copied = new long[Math.ceilDiv(DOCUMENTS, Long.SIZE)];
                    DocumentSet set = DocumentSet.of(roaring(both));
                    for (int w = 0; w < WINDOWS; w++) {
                        added[w] = new DocumentWindow(copies);
                        added[w].load(set, w);
                        added[w].copyTo(copied, w);
                        added[w].add(lists, w);
                    }
                    assertEquals(both, BitSet.valueOf(copied));
                    both.or(other);
                    alone.forEach(both::set);
                    assertHolds(both, added);
                });
    }

    @Test
    void everyDocumentIsThoseThereAre() {
        DocumentWindow window = new DocumentWindow(copies);
        window.fill(70);
        assertEquals(70, window.cardinality());
        window.fill(DocumentWindow.DOCUMENTS + 1);
        assertEquals(DocumentWindow.DOCUMENTS, window.cardinality());
    }

    private static void apply(
            int operation,
            DocumentWindow window,
            DocumentSet set,
            DocumentWindow loaded,
            boolean isWindow,
            int w) {
        switch (operation) {
            case 0 -> {
                if (isWindow) {
                    window.load(loaded);
                } else {
                    window.load(set, w);
                }
            }
            case 1 -> {
                if (isWindow) {
                    window.retain(loaded);
                } else {
                    window.retain(set, w);
                }
            }
            case 2 -> {
                if (isWindow) {
                    window.remove(loaded);
                } else {
                    window.remove(set, w);
                }
            }
            default -> {
                if (isWindow) {
                    window.add(loaded);
                } else {
                    window.add(set, w);
                }
            }
        }
    }

    private static void combine(int operation, BitSet expected, BitSet other) {
        switch (operation) {
            case 0 -> {
                expected.clear();
                expected.or(other);
            }
            case 1 -> expected.and(other);
            case 2 -> expected.andNot(other);
            default -> expected.or(other);
        }
    }

    private static void assertHolds(BitSet expected, DocumentWindow[] windows) {
        int[] found = new int[expected.cardinality()];
        int size = 0;
        int[] batch = new int[1 + expected.cardinality() % 300];
        for (int w = 0; w < WINDOWS; w++) {
            int count = 0;
            for (int from = 0; ; ) {
                int held = windows[w].places(from, batch);
                for (int i = 0; i < held; i++) {
                    found[size++] = w * DocumentWindow.DOCUMENTS + batch[i];
                }
                count += held;
                if (held < batch.length) {
                    break;
                }
                from = batch[held - 1] + 1;
            }
            assertEquals(count, windows[w].cardinality());
            assertEquals(count == 0, windows[w].isEmpty());
        }
        assertArrayEquals(expected.stream().toArray(), found);
    }

    /// In each window sparse, dense, in runs, all or nothing.
    private static BitSet randomSet(RandomGenerator random) {
        BitSet set = new BitSet();
        for (int w = 0; w < WINDOWS; w++) {
            int from = w * DocumentWindow.DOCUMENTS;
            int to = Math.min(DOCUMENTS, from + DocumentWindow.DOCUMENTS);
            switch (random.nextInt(5)) {
                case 0 -> {}
                case 1 -> set.set(from, to);
                case 2 -> {
                    for (int i = 0; i < 20; i++) {
                        int start = random.nextInt(from, to);
                        set.set(start, Math.min(to, start + random.nextInt(4_000)));
                    }
                }
                default -> {
                    int count = random.nextBoolean() ? 20_000 : random.nextInt(3_000);
                    for (int i = 0; i < count; i++) {
                        set.set(random.nextInt(from, to));
                    }
                }
            }
        }
        return set;
    }

    private static MutableRoaringBitmap roaring(BitSet set) {
        MutableRoaringBitmap bitmap = new MutableRoaringBitmap();
        set.stream().forEach(bitmap::add);
        bitmap.runOptimize();
        return bitmap;
    }
}
