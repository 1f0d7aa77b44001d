package io.millrace.merge;

import io.millrace.segment.DocumentPlacement;

/// Where the documents of the inputs of a merge stand in its output. Immutable.
///
/// Deletes that reached an input after the merge began are carried over by it: what was deleted
/// before has no place and needs none.
public sealed interface DocumentMap extends DocumentPlacement
        permits ConcatenatedDocuments, SortedDocuments {

    /// The document in the output, or -1 when the merge left it out as deleted.
    @Override
    int target(int input, int document);
}
