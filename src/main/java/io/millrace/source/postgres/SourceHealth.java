package io.millrace.source.postgres;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a database serves its indexes, asked a moment ago. Immutable.
///
/// - log: null when there is no slot, or nobody could ask
/// - detail: one sentence for people: what is wrong and what to do; empty when all is well
public record SourceHealth(
        String slot,
        String publication,
        boolean managed,
        @Nullable Log log,
        String detail,
        List<Reader> readers) {
    public SourceHealth {
        readers = List.copyOf(readers);
    }

    /// The log that the slot holds back.
    ///
    /// - walStatus: the server's word: `reserved`, `extended`, `unreserved`, `lost`
    /// - safeBytes: how much may still be written before the slot is lost; null without a limit
    /// - limitBytes: what it may hold back: the server's limit, else the budget of the source
    /// - alarmPercent: 0, 50, 75 or 90: how much of that is used at least
    public record Log(
            String walStatus,
            long retainedBytes,
            @Nullable Long safeBytes,
            long limitBytes,
            int alarmPercent,
            boolean read,
            String confirmedLsn,
            String endLsn) {}

    /// An index that reads the source, or should.
    ///
    /// - committedLsn, behindBytes: null while that is not known
    /// - detached: it did not read for too long, so nothing is kept for it: it needs a rebuild
    public record Reader(
            String index,
            boolean reading,
            @Nullable String committedLsn,
            @Nullable Long behindBytes,
            boolean detached) {}
}
