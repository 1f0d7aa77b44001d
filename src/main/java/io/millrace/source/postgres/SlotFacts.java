package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.SourceStatus.Retained;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the server says of a slot, and of how far its own log is. Immutable.
///
/// - endLsn: where the log ends now
/// - confirmedLsn: what the server may have forgotten ends here; null when it does not say
/// - retainedBytes: the log that the slot holds back
/// - safeBytes: how much may still be written before the slot is lost; null without a limit
/// - lostReason: empty while the slot can be read
/// - activePid: process of the server that serves a reader; 0 without one
record SlotFacts(
        long endLsn,
        @Nullable Long confirmedLsn,
        long retainedBytes,
        @Nullable Long safeBytes,
        String walStatus,
        String lostReason,
        String plugin,
        String database,
        int activePid) {
    private static final String PLUGIN = "pgoutput";
    private static final String LOST = "lost";
    private static final int[] ALARMS = {90, 75, 50};

    /// Columns that some versions do not have are asked for by name in the row as a whole.
    private static final String SLOT =
            """
            SELECT pg_current_wal_insert_lsn()::text,
                   s.confirmed_flush_lsn::text,
                   coalesce(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), s.restart_lsn), 0)::bigint,
                   s.safe_wal_size, coalesce(s.wal_status, 'lost'),
                   coalesce(to_jsonb(s) ->> 'invalidation_reason', ''),
                   coalesce(s.plugin, ''), coalesce(s.database, ''), coalesce(s.active_pid, 0)
            FROM pg_catalog.pg_replication_slots s WHERE s.slot_name = ?\
            """;

    /// Empty when there is no such slot. Blocks.
    static Optional<SlotFacts> read(Connection connection, String slot) throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(SLOT)) {
            question.setString(1, slot);
            try (ResultSet answer = question.executeQuery()) {
                if (!answer.next()) {
                    return Optional.empty();
                }
                String confirmed = answer.getString(2);
                return Optional.of(
                        new SlotFacts(
                                Lsn.parse(answer.getString(1)),
                                confirmed == null ? null : Lsn.parse(confirmed),
                                answer.getLong(3),
                                answer.getObject(4, Long.class),
                                answer.getString(5),
                                answer.getString(6),
                                answer.getString(7),
                                answer.getString(8),
                                answer.getInt(9)));
            }
        }
    }

    /// Refuses a slot that nobody can read the whole log from.
    ///
    /// @throws MillraceException.Fenced with what is wrong and what to do
    void checkReadable(PostgresSettings settings) {
        String slot = "slot %s of database %s".formatted(settings.slot(), settings.place());
        if (!plugin.equals(PLUGIN) || !database.equals(settings.database())) {
            throw new MillraceException.Fenced(
                    "%s is for plugin %s in database %s, expected %s in %s; name another slot"
                            .formatted(
                                    slot,
                                    plugin.isEmpty() ? "none" : plugin,
                                    database.isEmpty() ? "none" : database,
                                    PLUGIN,
                                    settings.database()));
        }
        if (walStatus.equals(LOST)) {
            throw new MillraceException.Fenced(
                    ("%s is lost (%s): the server has deleted log that was not read yet. Drop the"
                                    + " slot, raise max_slot_wal_keep_size, and rebuild the index")
                            .formatted(slot, lostReason.isEmpty() ? "wal_removed" : lostReason));
        }
        if (confirmedLsn == null) {
            throw new MillraceException.Fenced(
                    "%s does not say what it has confirmed; drop it and rebuild the index"
                            .formatted(slot));
        }
    }

    /// Refuses an index that does not get everything behind its position.
    ///
    /// @throws MillraceException.Fenced with what is wrong and what to do
    void checkServes(PostgresSettings settings, String index, long positionLsn) {
        if (confirmedLsn != null && confirmedLsn > positionLsn) {
            // The server would silently begin at its own position.
            throw new MillraceException.Fenced(
                    ("slot %s of database %s has confirmed %s, index %s is at %s only: what lies"
                                    + " between is not sent again, because the slot was made anew, moved"
                                    + " on, or read by somebody else. Rebuild the index")
                            .formatted(
                                    settings.slot(),
                                    settings.place(),
                                    Lsn.text(confirmedLsn),
                                    index,
                                    Lsn.text(positionLsn)));
        }
        if (endLsn < positionLsn) {
            throw new MillraceException.Fenced(
                    ("database %s is at %s, index %s at %s already: the server has lost what the"
                                    + " index holds, as after a restore or a failover. Rebuild the index")
                            .formatted(
                                    settings.place(),
                                    Lsn.text(endLsn),
                                    index,
                                    Lsn.text(positionLsn)));
        }
    }

    /// What the slot holds back, against what it may before something is lost.
    Retained retained(PostgresSettings settings) {
        long limitBytes =
                safeBytes == null
                        ? settings.walBudgetBytes()
                        : Math.max(1, retainedBytes + safeBytes);
        double used = 100.0 * retainedBytes / limitBytes;
        int alarm = Arrays.stream(ALARMS).filter(percent -> used >= percent).findFirst().orElse(0);
        return new Retained(retainedBytes, limitBytes, alarm);
    }

    static MillraceException.Fenced missing(PostgresSettings settings) {
        return new MillraceException.Fenced(
                ("slot %s of database %s is gone, and what happened since the last commit with it."
                                + " Rebuild the index, which makes a slot where the source may")
                        .formatted(settings.slot(), settings.place()));
    }
}
