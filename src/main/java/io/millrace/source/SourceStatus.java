package io.millrace.source;

import io.millrace.change.Checkpoint;
import java.util.Locale;

/// How a source stands.
///
/// - ends: the newest position known per partition, so that `ends - committed` is the lag
/// - detail: one sentence for people: what it waits for, or why it stopped; empty when all is well
public record SourceStatus(State state, Checkpoint ends, String detail) {
    public enum State {
        STARTING,
        READING,
        /// The index takes no more for now; the connection is kept.
        PAUSED,
        STOPPED,
        FAILED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
