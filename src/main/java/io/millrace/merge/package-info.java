/// Several segments rewritten as one: [MergePolicy] chooses which, [MergeOrder] says how their
/// documents follow each other, [SegmentMerger] writes the new one.
///
/// - Enters: open segments with the documents that no longer count. Leaves: one segment file, and a
///   [DocumentMap] by which deletes that came in the meantime are carried over.
/// - Threads: a merge is confined to the thread that runs it; policies are immutable and shared.
/// - Invariant: a merge never changes what is visible. It holds every live document of its inputs
///   once, and nothing else.
/// - Read first: [MergePolicy], [SegmentMerger].
@NullMarked
package io.millrace.merge;

import org.jspecify.annotations.NullMarked;
