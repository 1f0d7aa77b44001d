package io.millrace.search;

import io.millrace.segment.SharedTerms;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// How often each of many ordinals was met, in memory of the order of those that were. Confined to
/// one search.
final class OrdinalCounts {
    /// An array over all ordinals is taken when there are no more than so many for each one met.
    private static final int ORDINALS_PER_VALUE = 16;

    private static final int ALWAYS_DENSE = 4_096;

    private static final int SLOTS_MIN = 64;
    private static final int SLOTS_MAX = 16_384;

    /// Fewer ordinals are looked for among shared terms instead of those among them.
    private static final int LOOKUPS_PER_TERM = 8;

    private final int @Nullable [] dense;

    /// Ordinal + 1 where there is one, and beside it its count.
    private int[] keys = new int[0];

    private int[] counts = new int[0];
    private int used;

    private int @Nullable [] rising;

    private OrdinalCounts(int @Nullable [] dense, int slots) {
        this.dense = dense;
        if (dense == null) {
            keys = new int[slots];
            counts = new int[slots];
        }
    }

    /// @param expected how many times an ordinal will be met, about
    static OrdinalCounts of(int ordinals, long expected) {
        boolean isDense = ordinals <= ALWAYS_DENSE || expected >= ordinals / ORDINALS_PER_VALUE;
        // Some ordinals are met more than once.
        int slots = Math.clamp(Long.highestOneBit(expected) * 2, SLOTS_MIN, SLOTS_MAX);
        SearchBudget.current().hold((isDense ? ordinals : 2L * slots) * Integer.BYTES);
        return new OrdinalCounts(isDense ? new int[ordinals] : null, slots);
    }

    void add(int ordinal, int count) {
        if (dense != null) {
            dense[ordinal] += count;
            return;
        }
        int at = slot(ordinal);
        if (keys[at] == 0) {
            keys[at] = ordinal + 1;
            if (++used > keys.length / 2) {
                grow();
                at = slot(ordinal);
            }
        }
        counts[at] += count;
    }

    /// Each was met once.
    void add(long[] ordinals, int count) {
        int[] all = dense;
        if (all == null) {
            for (int i = 0; i < count; i++) {
                add((int) ordinals[i], 1);
            }
            return;
        }
        for (int i = 0; i < count; i++) {
            all[(int) ordinals[i]]++;
        }
    }

    int get(int ordinal) {
        return dense != null ? dense[ordinal] : counts[slot(ordinal)];
    }

    /// The first place from one on whose ordinal was met so often; -1 when there is none. Nothing
    /// is added any more.
    ///
    /// @param least 1 or more
    int nextPlace(int from, int least) {
        int[] all = dense == null ? counts : dense;
        for (int i = from; i < all.length; i++) {
            if (all[i] >= least) {
                return i;
            }
        }
        return -1;
    }

    int ordinalAt(int place) {
        return dense == null ? keys[place] - 1 : place;
    }

    int countAt(int place) {
        return dense == null ? counts[place] : dense[place];
    }

    /// No ordinal was met more often.
    int max() {
        int max = 0;
        for (int met : dense == null ? counts : dense) {
            max = Math.max(max, met);
        }
        return max;
    }

    /// As if the ordinals of shared terms had not been met; returns how often each was. Nothing is
    /// added until they are put back.
    int[] takeOut(SharedTerms shared) {
        int[] ordinals = shared.ordinals();
        int[] taken = new int[ordinals.length];
        if (dense == null && used * LOOKUPS_PER_TERM < ordinals.length) {
            for (int place = 0; place < keys.length; place++) {
                int rank = counts[place] == 0 ? -1 : shared.rank(keys[place] - 1);
                if (rank >= 0) {
                    taken[rank] = counts[place];
                    counts[place] = 0;
                }
            }
            return taken;
        }
        for (int rank = 0; rank < ordinals.length; rank++) {
            int ordinal = ordinals[rank];
            if (ordinal >= 0) {
                int[] all = dense == null ? counts : dense;
                int place = dense == null ? slot(ordinal) : ordinal;
                taken[rank] = all[place];
                all[place] = 0;
            }
        }
        return taken;
    }

    /// @param ordinals that were taken out, with how often each was met
    void putBack(int[] ordinals, int[] taken) {
        for (int rank = 0; rank < ordinals.length; rank++) {
            if (taken[rank] > 0) {
                add(ordinals[rank], taken[rank]);
            }
        }
    }

    /// How many ordinals were met.
    int distinct() {
        if (dense == null) {
            return used;
        }
        int count = 0;
        for (int met : dense) {
            count += met > 0 ? 1 : 0;
        }
        return count;
    }

    /// The ordinals that were met, rising. Nothing is added any more.
    int[] rising() {
        if (rising == null) {
            rising = dense == null ? sortedKeys() : met(dense, distinct());
        }
        return rising;
    }

    private static int[] met(int[] dense, int count) {
        int[] ordinals = new int[count];
        int at = 0;
        for (int i = 0; i < dense.length; i++) {
            if (dense[i] > 0) {
                ordinals[at++] = i;
            }
        }
        return ordinals;
    }

    private int[] sortedKeys() {
        int[] ordinals = new int[used];
        int at = 0;
        for (int key : keys) {
            if (key != 0) {
                ordinals[at++] = key - 1;
            }
        }
        Arrays.sort(ordinals);
        return ordinals;
    }

    private int slot(int ordinal) {
        int at = (ordinal * 0x9E3779B9 >>> 7) & (keys.length - 1);
        while (keys[at] != 0 && keys[at] != ordinal + 1) {
            at = (at + 1) & (keys.length - 1);
        }
        return at;
    }

    private void grow() {
        int[] oldKeys = keys;
        int[] oldCounts = counts;
        SearchBudget.current().hold(2L * Integer.BYTES * oldKeys.length);
        keys = new int[2 * oldKeys.length];
        counts = new int[keys.length];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int at = slot(oldKeys[i] - 1);
                keys[at] = oldKeys[i];
                counts[at] = oldCounts[i];
            }
        }
    }
}
