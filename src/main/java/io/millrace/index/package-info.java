/// The state of one index: what is committed, what is being written, what is being read.
///
/// - Enters: [io.millrace.change.ChangeBatch]es, through [IndexWriter#add]. Leaves: segments,
///   [CommitPoint]s, [IndexEvent]s, [IndexSnapshot]s.
/// - Threads: the writer has one owner thread; each lane one worker; the segment manager one
///   thread, which alone writes commit records and assigns generations.
/// - Invariants: I1 to I11 of the commit protocol, src/docs/commit-protocol.md.
/// - Read first: [Index], [IndexWriter], [PreparedCommit]; then the way of a change through
///   [Intake], [Lane], [DraftWriter] and [SegmentManager]; [Recovery] is its mirror.
@NullMarked
package io.millrace.index;

import org.jspecify.annotations.NullMarked;
