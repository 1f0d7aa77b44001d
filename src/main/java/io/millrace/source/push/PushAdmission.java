package io.millrace.source.push;

import java.util.concurrent.CompletableFuture;

/// The answer to a parcel: taken whole, or not at all.
public sealed interface PushAdmission {

    /// In memory, in order, and nothing more: only its commit makes it last.
    ///
    /// - session: names the time since something accepted was last lost, see
    ///   [PushChangeSource#session]
    /// - first, end: sequence numbers of its changes, from inclusive to exclusive
    /// - outcome: completes with its commit, or fails with a MillraceException when it is gone; on
    ///   the pipeline's thread, which a dependent stage must not hold up
    record Accepted(long session, long first, long end, CompletableFuture<PushOutcome> outcome)
            implements PushAdmission {}

    /// No room: nothing of it was taken.
    ///
    /// - reason: what is full, with its numbers
    record Full(String reason) implements PushAdmission {}
}
