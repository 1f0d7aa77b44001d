package io.millrace.segment;

import io.millrace.document.DocumentKey;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Looks for the documents of many keys at once, one segment after the other. Confined to one
/// thread; used again and again.
///
/// A key that is not in a segment costs one look into memory that is hardly ever in a cache. Looked
/// for one by one, the keys wait for it one by one; here the looks of all keys into a segment are
/// independent of each other, so that the processor waits for many at a time.
public final class KeyProbe {
    /// Enough to keep the memory busy, and few enough for the scratch space to stay in the first
    /// cache.
    public static final int KEYS_MAX = 256;

    /// Is told of a document that has a key, deleted or not.
    @FunctionalInterface
    public interface Findings {
        /// @param key ordinal of the key, in the order of [#add]
        /// @return true when the key need not be looked for any more
        boolean found(int key, int document);
    }

    private static final int FOUND = -1;

    private final @Nullable DocumentKey[] keys = new DocumentKey[KEYS_MAX];
    private final long[] hashes = new long[KEYS_MAX];
    private final long[] ranks = new long[KEYS_MAX];
    private int count;

    // Ordinals of the keys still looked for, ascending.
    private final int[] wanted = new int[KEYS_MAX];
    private int wantedCount;

    // Scratch space of a look. Places are in `wanted`: those of keys within the range of the
    // segment, with their fingerprints, then those of candidates.
    private final int[] places = new int[KEYS_MAX];
    private final long[] words = new long[KEYS_MAX];
    private final int[] slots = new int[KEYS_MAX];
    private final int[] documents = new int[KEYS_MAX];

    /// Forgets all keys.
    public void clear() {
        Arrays.fill(keys, 0, count, null);
        count = 0;
        wantedCount = 0;
    }

    /// One more key to look for, of at most [#KEYS_MAX]. Returns its ordinal.
    public int add(DocumentKey key) {
        keys[count] = key;
        hashes[count] = key.hash();
        ranks[count] = key.rank();
        wanted[wantedCount++] = count;
        return count++;
    }

    /// The keys added.
    public int count() {
        return count;
    }

    /// A key that was added.
    public DocumentKey key(int ordinal) {
        return Objects.requireNonNull(keys[ordinal]);
    }

    /// Whether no key is looked for any more.
    public boolean isDone() {
        return wantedCount == 0;
    }

    /// Looks for every key that is still wanted.
    ///
    /// Keys outside the range of the segment's are passed over. For the others there are three
    /// rounds, each of loads that need none of the others: first the fingerprints, which nearly
    /// always tell that a key is not there; then the documents of the slots that may hold one; then
    /// the keys of these.
    public void look(SegmentReader segment, Findings findings) {
        KeysReader table = segment.keys();
        int nearCount = 0;
        for (int i = 0; i < wantedCount; i++) {
            int key = wanted[i];
            if (table.isInRange(ranks[key])) {
                places[nearCount] = i;
                words[nearCount++] = table.fingerprints(hashes[key]);
            }
        }
        int candidateCount = 0;
        for (int i = 0; i < nearCount; i++) {
            int slot = table.candidate(hashes[wanted[places[i]]], words[i]);
            if (slot >= 0) {
                places[candidateCount] = places[i];
                slots[candidateCount++] = slot;
            }
        }
        for (int i = 0; i < candidateCount; i++) {
            documents[i] = table.document(slots[i]);
        }
        int dropped = 0;
        for (int i = 0; i < candidateCount; i++) {
            int place = places[i];
            int key = wanted[place];
            int document = table.confirm(key(key), slots[i], documents[i]);
            if (document >= 0 && findings.found(key, document)) {
                wanted[place] = FOUND;
                dropped++;
            }
        }
        if (dropped > 0) {
            dropFound();
        }
    }

    private void dropFound() {
        int kept = 0;
        for (int i = 0; i < wantedCount; i++) {
            if (wanted[i] != FOUND) {
                wanted[kept++] = wanted[i];
            }
        }
        wantedCount = kept;
    }
}
