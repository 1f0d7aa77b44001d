package io.millrace.source;

import io.millrace.change.Checkpoint;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a source stands.
///
/// - ends: the newest position known per partition, so that `ends - committed` is the lag
/// - progress: where the source has an end; null where it has none
/// - detail: one sentence for people: what it waits for, or why it stopped; empty when all is well
public record SourceStatus(
        State state, Checkpoint ends, String detail, @Nullable Progress progress) {

    public SourceStatus(State state, Checkpoint ends, String detail) {
        this(state, ends, detail, null);
    }

    /// How far a source with an end was read.
    ///
    /// - lines: since reading began in this process; leftMillis: at the pace since then, null
    ///   before anything was read
    public record Progress(
            long readBytes, long totalBytes, long lines, @Nullable Long leftMillis) {}

    public enum State {
        STARTING,
        READING,
        /// The index takes no more for now; the connection is kept.
        PAUSED,
        /// Read to its end; looks for more.
        DONE,
        STOPPED,
        FAILED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
