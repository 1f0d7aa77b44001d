package io.millrace.publish;

import java.util.concurrent.CompletionStage;

/// Where records leave the process. May be shared between threads.
@FunctionalInterface
public interface RecordSender {

    /// Hands a record over without waiting. Completes when the broker has stored it, or
    /// exceptionally when it is not known to have.
    CompletionStage<Void> send(OutgoingRecord record);
}
