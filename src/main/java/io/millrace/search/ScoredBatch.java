package io.millrace.search;

import io.millrace.segment.PostingsReader;

/// Of the documents of one segment that [BestMatches] scores next: shared by all segments, as they
/// are looked at one after the other. Confined to one search.
final class ScoredBatch {
    /// Matches of a window that are rather looked at one by one.
    static final int FEW = 512;

    final int[] found = new int[FEW];

    /// Of one group; one more, since a place is written before it is known whether it stays.
    final int[] places = new int[PostingsReader.NORM_GROUP + 1];

    final byte[] norms = new byte[PostingsReader.NORM_GROUP + 1];
}
