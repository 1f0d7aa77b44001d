package io.millrace.search;

import io.millrace.segment.PostingsReader;

/// Room for the documents that [BestMatches] scores next; segments are looked at one after the
/// other. Confined to one search at a time.
///
/// Heap: 7 KiB.
final class ScoredBatch {
    /// Matches of a window that are rather looked at one by one.
    static final int FEW = 512;

    /// Places in a window.
    final int[] few = new int[FEW];

    /// As above, of one group; one more, since a place is written before it is known whether it
    /// stays.
    final int[] places = new int[PostingsReader.NORM_GROUP + 1];

    final byte[] norms = new byte[PostingsReader.NORM_GROUP + 1];
}
