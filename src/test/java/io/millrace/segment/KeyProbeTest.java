package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.testing.HardKeys;
import io.millrace.testing.Seeded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Keys looked for together are found where a map says that they are.
final class KeyProbeTest {
    private static final Schema SCHEMA = new Schema(1, List.of(), List.of());
    private static final Document EMPTY = Document.of(new Value.Obj(Map.of()));

    @TempDir Path folder;

    private final KeyProbe probe = new KeyProbe();

    @Test
    void manyOfTheHardKeysShareTheirHash() {
        Seeded.repeat(
                5,
                random -> {
                    List<DocumentKey> keys = HardKeys.draw(random, 1_000);
                    Set<Long> hashes = new HashSet<>();
                    keys.forEach(key -> hashes.add(key.hash()));
                    assertEquals(1_000, new HashSet<>(keys).size());
                    assertTrue(hashes.size() < 900, hashes.size() + " hashes");
                });
    }

    @Test
    void everyKeyIsFoundInEverySegmentThatHasIt() throws IOException {
        MmapDirectory directory = MmapDirectory.open(folder);
        int[] counts = {1, 2, 5, 6, 30, 2_000};
        Seeded.repeat(
                30,
                random -> {
                    List<DocumentKey> keys = HardKeys.draw(random, 2_500);
                    Map<DocumentKey, Integer> expected = new HashMap<>();
                    int count = counts[random.nextInt(counts.length)];
                    try (SegmentReader segment =
                            segment(directory, random, keys, count, expected)) {
                        for (int i = 0; i < 20; i++) {
                            checkRun(segment, random, keys, expected);
                        }
                        for (DocumentKey key : keys) {
                            assertEquals(expected.getOrDefault(key, -1), segment.find(key));
                        }
                    }
                });
    }

    /// @param expected is given the documents
    private static SegmentReader segment(
            MmapDirectory directory,
            RandomGenerator random,
            List<DocumentKey> keys,
            int count,
            Map<DocumentKey, Integer> expected)
            throws IOException {
        SegmentBuilder builder = new SegmentBuilder(SCHEMA);
        int first = random.nextInt(keys.size() - count + 1);
        for (int i = 0; i < count; i++) {
            builder.add(keys.get(first + i), i, builder.analyze(EMPTY));
            expected.put(keys.get(first + i), i);
        }
        return SegmentReader.open(directory, builder.write(directory, Ulids.next(random)));
    }

    /// Some keys, a few of them twice; every other one that is found is looked for again.
    private void checkRun(
            SegmentReader segment,
            RandomGenerator random,
            List<DocumentKey> keys,
            Map<DocumentKey, Integer> expected) {
        probe.clear();
        Map<Integer, Integer> wanted = new HashMap<>();
        int size = random.nextInt(KeyProbe.KEYS_MAX + 1);
        for (int i = 0; i < size; i++) {
            DocumentKey key = keys.get(random.nextInt(keys.size()));
            assertEquals(i, probe.add(key));
            Integer document = expected.get(key);
            if (document != null) {
                wanted.put(i, document);
            }
        }
        Map<Integer, Integer> found = new HashMap<>();
        probe.look(
                segment,
                (key, document) -> {
                    found.put(key, document);
                    return key % 2 == 0;
                });
        assertEquals(wanted, found);
        Map<Integer, Integer> again = new HashMap<>();
        probe.look(
                segment,
                (key, document) -> {
                    again.put(key, document);
                    return true;
                });
        wanted.keySet().removeIf(key -> key % 2 == 0);
        assertEquals(wanted, again);
        assertEquals(found.size() == size, probe.isDone());
    }

    @Test
    void nothingIsLookedForInNothing() {
        assertTrue(probe.isDone());
        probe.add(DocumentKey.of("a"));
        assertFalse(probe.isDone());
        probe.clear();
        assertTrue(probe.isDone());
    }
}
