package io.millrace.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The first documents of one segment so far, where one rank alone orders them; of equal ones those
/// of lower number. Confined to one search.
///
/// Heap: 12 bytes a document.
final class BestRanks {
    private static final int SMALL = 64;

    private final int limit;

    /// The last is in front, and each comes behind the two at twice its place.
    private long[] ranks;

    private int[] documents;
    private int size;

    BestRanks(int limit) {
        this.limit = limit;
        ranks = new long[Math.min(limit, SMALL) + 1];
        documents = new int[ranks.length];
    }

    boolean isFull() {
        return size >= limit;
    }

    /// The rank of the last; there is one.
    long last() {
        return ranks[1];
    }

    void clear() {
        size = 0;
    }

    /// Takes in a document, instead of the last one when there are enough and it comes before that.
    ///
    /// @return whether there is one more now
    boolean add(int document, long rank) {
        if (isFull()) {
            if (isBehind(rank, document, 1)) {
                return false;
            }
            sink(document, rank);
            return false;
        }
        if (++size == ranks.length) {
            int room = (int) Math.min(limit + 1L, 2L * size);
            ranks = Arrays.copyOf(ranks, room);
            documents = Arrays.copyOf(documents, room);
        }
        rise(document, rank);
        return true;
    }

    private boolean isBehind(long rank, int document, int at) {
        return rank > ranks[at] || (rank == ranks[at] && document > documents[at]);
    }

    private void rise(int document, long rank) {
        int at = size;
        while (at > 1 && isBehind(rank, document, at >>> 1)) {
            move(at >>> 1, at);
            at >>>= 1;
        }
        ranks[at] = rank;
        documents[at] = document;
    }

    private void sink(int document, long rank) {
        int at = 1;
        while (2 * at <= size) {
            int child = 2 * at;
            if (child < size && isBehind(ranks[child + 1], documents[child + 1], child)) {
                child++;
            }
            if (isBehind(rank, document, child)) {
                break;
            }
            move(child, at);
            at = child;
        }
        ranks[at] = rank;
        documents[at] = document;
    }

    private void move(int from, int to) {
        ranks[to] = ranks[from];
        documents[to] = documents[from];
    }

    /// All in order. Nothing is added any more.
    List<RankedHit> hits(int segmentOrdinal) {
        RankedHit[] hits = new RankedHit[size];
        while (size > 0) {
            RankedHit hit = new RankedHit(1);
            load(segmentOrdinal, documents[1], ranks[1], hit);
            hits[size - 1] = hit;
            long rank = ranks[size];
            int document = documents[size];
            size--;
            if (size > 0) {
                sink(document, rank);
            }
        }
        return new ArrayList<>(Arrays.asList(hits));
    }

    /// Overwrites a hit of an order by one rank.
    static void load(int segmentOrdinal, int document, long rank, RankedHit into) {
        into.segment = segmentOrdinal;
        into.document = document;
        into.missing = 0;
        into.ranks[0] = rank;
    }
}
