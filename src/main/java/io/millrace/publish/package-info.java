/// What an index announces: [CommitRelay] brings commit events, dead letters and the progress of
/// merges to topics, [EventStream] commit events to live readers.
///
/// - Enters: the outbox in the commit records, and what merges tell. Leaves: CloudEvents on
///   `millrace.commits` and `millrace.merges`, original bytes on `millrace.dead-letters`.
/// - Threads: one an index (`relay-<index>`); a commit never waits for it.
/// - Invariants: an event is sent after its commit is durable, in generation order, at least once,
///   with the same id each time; a generation counts as published when its dead letters and its
///   event are acknowledged; one resync stands for generations that were dropped unpublished. Merge
///   events are best effort: dropped, counted, never waited for.
/// - Read first: [CommitRelay], [CloudEvents], [DeadLetters].
@NullMarked
package io.millrace.publish;

import org.jspecify.annotations.NullMarked;
