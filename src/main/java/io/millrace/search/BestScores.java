package io.millrace.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The documents of best score in one segment so far; of equal ones those that were met first.
/// Confined to one search.
///
/// Heap: 8 bytes a document.
final class BestScores {
    private static final int SMALL = 64;

    private final int limit;
    private final SearchBudget budget = SearchBudget.current();

    /// What other segments leave room for: only what is above it.
    private float floorBefore;

    /// The bits of the score above those of the document's complement: a larger number is better.
    /// The worst is in front, and each is worse than the two at twice its place.
    private long[] worstFirst;

    private int size;

    /// @param floorBefore -1 when every score is welcome
    BestScores(int limit, float floorBefore) {
        this.limit = limit;
        this.floorBefore = floorBefore;
        worstFirst = new long[Math.min(limit, SMALL) + 1];
    }

    int limit() {
        return limit;
    }

    /// Enough documents are known to score above it.
    void raise(float floor) {
        floorBefore = Math.max(floorBefore, floor);
    }

    /// A document that is met now is among the best only with a score above it. Never falls.
    float floor() {
        return size < limit ? floorBefore : Math.max(floorBefore, score(worstFirst[1]));
    }

    /// Takes in a document with a score above the floor; they are met in rising order.
    void add(int document, float score) {
        long added = (long) Float.floatToIntBits(score) << Integer.SIZE | ~document & 0xFFFF_FFFFL;
        if (size < limit) {
            budget.hold(RankedHit.bytes(1));
            if (++size == worstFirst.length) {
                worstFirst = Arrays.copyOf(worstFirst, (int) Math.min(limit + 1L, 2L * size));
            }
            rise(added);
        } else {
            sink(added);
        }
    }

    private void rise(long added) {
        int at = size;
        while (at > 1 && worstFirst[at >>> 1] > added) {
            worstFirst[at] = worstFirst[at >>> 1];
            at >>>= 1;
        }
        worstFirst[at] = added;
    }

    private void sink(long added) {
        int at = 1;
        while (2 * at <= size) {
            int child = 2 * at;
            if (child < size && worstFirst[child + 1] < worstFirst[child]) {
                child++;
            }
            if (worstFirst[child] >= added) {
                break;
            }
            worstFirst[at] = worstFirst[child];
            at = child;
        }
        worstFirst[at] = added;
    }

    /// The best first.
    List<RankedHit> hits(int segmentOrdinal) {
        Arrays.sort(worstFirst, 1, size + 1);
        List<RankedHit> hits = new ArrayList<>(size);
        for (int i = size; i > 0; i--) {
            RankedHit hit = new RankedHit(1);
            load(segmentOrdinal, (int) ~worstFirst[i], score(worstFirst[i]), hit);
            hits.add(hit);
        }
        return hits;
    }

    /// Overwrites a hit of the order by score alone.
    static void load(int segmentOrdinal, int document, float score, RankedHit into) {
        into.segment = segmentOrdinal;
        into.document = document;
        into.missing = 0;
        // Bits of floats above 0 are in the order of the floats.
        into.ranks[0] = ~(long) Float.floatToIntBits(score);
    }

    private static float score(long entry) {
        return Float.intBitsToFloat((int) (entry >>> Integer.SIZE));
    }
}
