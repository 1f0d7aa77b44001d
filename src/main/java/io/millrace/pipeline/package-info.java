/// Source to batches to writer: [IndexingPipeline] moves one index forward, [Indexes] holds all
/// running ones.
///
/// - Enters: batches, on demand. Leaves: generations; acknowledgements to the source.
/// - Threads: one named thread an index (`pipeline-<index>`) owns its writer; whatever others want
///   of it goes through its [Inbox]; nothing blocks an event loop.
/// - Invariants: a batch is asked for only when the one before it was taken by the writer, so
///   memory stays bounded whatever the source does; the source is told what is committed, never
///   more; after a failure of a generation reading starts again at its commit record.
/// - Read first: [Indexes], [IndexingPipeline], [CommitSchedule].
@NullMarked
package io.millrace.pipeline;

import org.jspecify.annotations.NullMarked;
