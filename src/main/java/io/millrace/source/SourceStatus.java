package io.millrace.source;

import io.millrace.change.Checkpoint;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How a source stands.
///
/// - ends: the newest position known per partition, so that `ends - committed` is the lag
/// - progress: where the source has an end; null where it has none
/// - detail: one sentence for people: what it waits for, or why it stopped; empty when all is well
/// - retained: what a server keeps for those who read it; null where none does, or it is not known
public record SourceStatus(
        State state,
        Checkpoint ends,
        String detail,
        @Nullable Progress progress,
        @Nullable Retained retained) {

    public SourceStatus(State state, Checkpoint ends, String detail, @Nullable Progress progress) {
        this(state, ends, detail, progress, null);
    }

    public SourceStatus(State state, Checkpoint ends, String detail) {
        this(state, ends, detail, null);
    }

    public SourceStatus with(@Nullable Retained known) {
        return new SourceStatus(state, ends, detail, progress, known);
    }

    /// What a server keeps for all readers of a source together.
    ///
    /// - limitBytes: beyond this something is lost
    /// - alarmPercent: of the limit that is exceeded: 0, 50, 75 or 90
    public record Retained(long bytes, long limitBytes, int alarmPercent) {}

    /// How far something with an end was read.
    public sealed interface Progress {
        /// At the pace since reading began in this process; null before anything was read.
        @Nullable Long leftMillis();

        /// Of a file.
        ///
        /// - lines: since reading began in this process
        record Lines(long readBytes, long totalBytes, long lines, @Nullable Long leftMillis)
                implements Progress {}

        /// Of a table that is copied.
        ///
        /// - totalRows: an estimate, until all are copied
        record Rows(long rows, long totalRows, @Nullable Long leftMillis) implements Progress {
            /// 0 to 100.
            public double percent() {
                return totalRows == 0 ? 100 : 100.0 * rows / totalRows;
            }
        }
    }

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
