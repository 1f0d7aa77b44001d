/// Changes that somebody hands over, such as over HTTP: [PushChangeSource].
///
/// - Enters: parcels of changes, each whole or not at all. Leaves: batches, on demand; for each
///   parcel a [PushOutcome] once its generation is published, or the reason why there is none.
/// - Threads: any thread offers; the pipeline's thread takes, commits and drops.
/// - Invariants: the sequence number of a change is given when it is accepted and has no gaps
///   between commits; what survives a failure is always a beginning of what was accepted.
@NullMarked
package io.millrace.source.push;

import org.jspecify.annotations.NullMarked;
