/// What an index announces: [CommitRelay] brings commit events and dead letters to topics,
/// [EventStream] to live readers.
///
/// - Enters: the outbox in the commit records. Leaves: CloudEvents on `millrace.commits`, original
///   bytes on `millrace.dead-letters`.
/// - Threads: one an index (`relay-<index>`); a commit never waits for it.
/// - Invariants: an event is sent after its commit is durable, in generation order, at least once,
///   with the same id each time; a generation counts as published when its dead letters and its
///   event are acknowledged.
/// - Read first: [CommitRelay], [CloudEvents], [DeadLetters].
@NullMarked
package io.millrace.publish;

import org.jspecify.annotations.NullMarked;
