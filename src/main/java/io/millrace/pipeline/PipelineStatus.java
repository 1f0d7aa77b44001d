package io.millrace.pipeline;

import io.millrace.change.Checkpoint;
import io.millrace.index.IndexWriter;
import io.millrace.source.SourceStatus;
import java.util.Locale;

/// How an index stands.
///
/// - committed: the checkpoint of the newest commit; accepted: with what is queued and building
/// - indexedChanges, rejectedChanges: since this process started
/// - detail: one sentence for people; empty when all is well
public record PipelineStatus(
        State state,
        String detail,
        SourceStatus source,
        Checkpoint committed,
        Checkpoint accepted,
        IndexWriter.Pending pending,
        long indexedChanges,
        long rejectedChanges) {
    public enum State {
        /// No generation yet.
        STARTING,
        RUNNING,
        /// Stopped for a reason that passes; tried again.
        RETRYING,
        /// Stopped by somebody, until resumed.
        PAUSED,
        /// Stopped until somebody acts.
        FAILED,
        /// It ends for good; nothing of it can be read any more.
        DELETING,
        STOPPED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
