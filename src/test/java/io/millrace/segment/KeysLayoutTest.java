package io.millrace.segment;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.document.DocumentKey;
import org.junit.jupiter.api.Test;

final class KeysLayoutTest {

    // what says that a key is not here grows with the keys, to the size of each segment.
    @Test
    void anAbsentKeyCostsTheSameHoweverManyThereAre() {
        for (int count : new int[] {1, 10, 1_000, 100_000, 1_000_000}) {
            int slotCount = KeysLayout.slotCount(count);
            byte[] fingerprints = new byte[slotCount];
            for (int i = 0; i < count; i++) {
                long hash = DocumentKey.of("present " + i).hash();
                int slot = KeysLayout.slot(hash, slotCount);
                while (fingerprints[slot] != 0) {
                    slot = (slot + 1) % slotCount;
                }
                fingerprints[slot] = KeysLayout.fingerprint(hash);
            }
            int lookups = 20_000;
            long looks = 0;
            long comparisons = 0;
            for (int i = 0; i < lookups; i++) {
                long hash = DocumentKey.of("absent " + i).hash();
                int slot = KeysLayout.slot(hash, slotCount);
                while (fingerprints[slot] != 0) {
                    looks++;
                    comparisons += fingerprints[slot] == KeysLayout.fingerprint(hash) ? 1 : 0;
                    slot = (slot + 1) % slotCount;
                }
            }
            double looksEach = (double) looks / lookups;
            double comparisonsEach = (double) comparisons / lookups;
            // Linear probing at two thirds full looks at four taken slots.
            assertTrue(looksEach < 5, looksEach + " looks among " + count);
            assertTrue(comparisonsEach < 0.05, comparisonsEach + " comparisons among " + count);
        }
    }
}
