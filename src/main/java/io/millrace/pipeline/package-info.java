/// Source to batches to writer: [IndexingPipeline] moves one index forward, [Indexes] holds all
/// running ones.
///
/// - Enters: batches, on demand. Leaves: generations; acknowledgements to the source.
/// - Threads: one named thread an index owns its writer; nothing blocks an event loop.
@NullMarked
package io.millrace.pipeline;

import org.jspecify.annotations.NullMarked;
