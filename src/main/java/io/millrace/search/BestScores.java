package io.millrace.search;

/// The documents of best score so far, met segment by segment and in rising order; of equal ones
/// those that were met first. Confined to one search.
final class BestScores {
    private final BestRanks ranks;

    /// Enough documents are known to score above it; -1 when every score is welcome.
    private float floorKnown = -1;

    BestScores(BestRanks ranks) {
        this.ranks = ranks;
    }

    int limit() {
        return ranks.limit();
    }

    /// Enough documents are known to score above it.
    void raise(float floor) {
        floorKnown = Math.max(floorKnown, floor);
    }

    /// A document that is met now is among the best only with a score above it. Never falls.
    float floor() {
        return ranks.isFull() ? Math.max(floorKnown, scoreOf(ranks.last())) : floorKnown;
    }

    /// Takes in a document with a score above the floor.
    void add(int segment, int document, float score) {
        ranks.add(segment, document, rankOf(score));
    }

    /// What a score counts where the best comes first. Bits of floats above 0 are in the order of
    /// the floats.
    static long rankOf(float score) {
        return ~(long) Float.floatToIntBits(score);
    }

    static float scoreOf(long rank) {
        return Float.intBitsToFloat((int) ~rank);
    }
}
