package io.millrace.search;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The first documents of all segments so far, where one rank alone orders them; of equal ones
/// those of earlier segments, and of lower number. Confined to one search.
///
/// Heap: 16 bytes a document.
final class BestRanks {
    private static final int SMALL = 64;

    private final int limit;

    /// The last is in front, and each comes behind the two at twice its place.
    private long[] ranks;

    /// The segment above the document.
    private long[] places;

    private int size;

    /// @param limit 1 or more
    BestRanks(int limit) {
        this.limit = limit;
        ranks = new long[Math.min(limit, SMALL) + 1];
        places = new long[ranks.length];
    }

    int limit() {
        return limit;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size == limit;
    }

    /// The rank of the last; there is one.
    long last() {
        return ranks[1];
    }

    void clear() {
        size = 0;
    }

    /// Takes in a document, instead of the last one when there are enough and it comes before that.
    void add(int segment, int document, long rank) {
        long place = (long) segment << Integer.SIZE | document;
        if (isFull()) {
            if (!isBehind(rank, place, 1)) {
                sink(place, rank);
            }
            return;
        }
        if (++size == ranks.length) {
            int room = (int) Math.min(limit + 1L, 2L * size);
            ranks = Arrays.copyOf(ranks, room);
            places = Arrays.copyOf(places, room);
        }
        rise(place, rank);
    }

    private boolean isBehind(long rank, long place, int at) {
        return rank > ranks[at] || (rank == ranks[at] && place > places[at]);
    }

    private void rise(long place, long rank) {
        int at = size;
        while (at > 1 && isBehind(rank, place, at >>> 1)) {
            move(at >>> 1, at);
            at >>>= 1;
        }
        ranks[at] = rank;
        places[at] = place;
    }

    private void sink(long place, long rank) {
        int at = 1;
        int child = 2;
        // Which of two is behind cannot be foretold: no branch, but for equal ranks, which are
        // rare.
        while (child < size) {
            long one = ranks[child];
            long other = ranks[child + 1];
            child += other > one ? 1 : 0;
            if (one == other) {
                child += places[child + 1] > places[child] ? 1 : 0;
            }
            if (isBehind(rank, place, child)) {
                ranks[at] = rank;
                places[at] = place;
                return;
            }
            move(child, at);
            at = child;
            child = 2 * at;
        }
        if (child == size && !isBehind(rank, place, child)) {
            move(child, at);
            at = child;
        }
        ranks[at] = rank;
        places[at] = place;
    }

    private void move(int from, int to) {
        ranks[to] = ranks[from];
        places[to] = places[from];
    }

    /// All in order; none is left here.
    List<RankedHit> takeAll() {
        RankedHit[] hits = new RankedHit[size];
        while (size > 0) {
            RankedHit hit = new RankedHit(1);
            load((int) (places[1] >>> Integer.SIZE), (int) places[1], ranks[1], hit);
            hits[size - 1] = hit;
            long rank = ranks[size];
            long place = places[size];
            size--;
            if (size > 0) {
                sink(place, rank);
            }
        }
        return new ArrayList<>(Arrays.asList(hits));
    }

    /// Overwrites a hit of an order by one rank.
    static void load(int segment, int document, long rank, RankedHit into) {
        into.segment = segment;
        into.document = document;
        into.missing = 0;
        into.ranks[0] = rank;
    }
}
