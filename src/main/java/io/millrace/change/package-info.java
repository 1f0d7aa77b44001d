/// What a source says happened: [Change]s with the [Origin] they came from, batched with the
/// [PositionRange]s they cover, and the [Checkpoint] that says how far an index has read.
///
/// - Enters: documents and keys. Leaves: batches, to `pipeline` and `index`.
/// - Threads: every type is immutable.
/// - Invariant: a position range travels with its changes from the source to the commit; a
///   checkpoint advances only by a range that starts where it stands (I5).
@NullMarked
package io.millrace.change;

import org.jspecify.annotations.NullMarked;
