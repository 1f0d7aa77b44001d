package io.millrace.merge;

import java.util.List;

/// The order of documents in a merged segment.
///
/// - keys: fields that order them, the first weighs most; documents without a value come last,
///   whichever way a key is ordered; of several values the smallest counts, for a descending key
///   the largest. Ties stay as they were: in the order of the inputs, then of the documents.
///   Without keys that is the whole order.
public record MergeOrder(List<Key> keys) {

    /// - path: of an ordered field
    public record Key(String path, boolean descending) {}

    public static final MergeOrder INPUTS = new MergeOrder(List.of());

    public MergeOrder {
        keys = List.copyOf(keys);
    }
}
