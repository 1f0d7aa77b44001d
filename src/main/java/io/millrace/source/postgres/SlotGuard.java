package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.source.SourceStatus.Retained;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;

/// Keeps within bounds what the slot of one source holds back, whatever happens to its indexes.
///
/// - An index that has not read for a while, and is further behind than the source allows, is given
///   up: the server keeps nothing for it, and it needs a rebuild.
/// - A slot that no index needs is dropped if it is ours, else moved on.
///
/// Confined to the thread of [PostgresSources].
final class SlotGuard {
    private static final Logger LOG = System.getLogger(SlotGuard.class.getName());
    private static final int ERROR_PERCENT = 90;

    private final PostgresStream stream;
    private final Duration stoppedAfter;
    private final LongSupplier nanoClock;

    /// Since when each index does not read.
    private final Map<String, Long> stoppedNanos = new HashMap<>();

    private int alarm;

    /// @param stoppedAfter how long an index must not have read before it counts as stopped
    SlotGuard(PostgresStream stream, Duration stoppedAfter, LongSupplier nanoClock) {
        this.stream = stream;
        this.stoppedAfter = stoppedAfter;
        this.nanoClock = nanoClock;
    }

    /// Blocks.
    ///
    /// @throws MillraceException.Unavailable when the server cannot be asked
    void look() {
        PostgresSettings settings = stream.settings();
        try (Connection connection = stream.connections().sql()) {
            Optional<SlotFacts> slot = SlotFacts.read(connection, settings.slot());
            if (slot.isPresent()) {
                guard(connection, settings, slot.get());
            }
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    private void guard(Connection connection, PostgresSettings settings, SlotFacts slot)
            throws SQLException {
        Set<String> readers = stream.readers();
        stoppedNanos.keySet().retainAll(readers);
        boolean needed = false;
        for (String index : readers) {
            needed |= !isGivenUp(settings, slot, index);
        }
        if (!needed && slot.activePid() == 0) {
            release(connection, settings, readers);
        }
        warn(settings, slot);
    }

    private boolean isGivenUp(PostgresSettings settings, SlotFacts slot, String index) {
        if (stream.isGivenUp(index)) {
            return true;
        }
        if (stream.isReading(index)) {
            stoppedNanos.remove(index);
            return false;
        }
        long now = nanoClock.getAsLong();
        long since = stoppedNanos.computeIfAbsent(index, _ -> now);
        long behindBytes = stream.behindBytes(index, slot);
        if (now - since < stoppedAfter.toNanos() || behindBytes <= settings.walBudgetBytes()) {
            return false;
        }
        stream.giveUp(index);
        LOG.log(
                Level.WARNING,
                "index detached, it needs a rebuild: it has not read for {0} s and {1} bytes of log"
                        + " were kept for it source={2} index={3} wal-budget={4}",
                Long.toString(Duration.ofNanos(now - since).toSeconds()),
                Long.toString(behindBytes),
                settings.source(),
                index,
                Long.toString(settings.walBudgetBytes()));
        return true;
    }

    private static void release(
            Connection connection, PostgresSettings settings, Set<String> readers)
            throws SQLException {
        if (readers.isEmpty() && settings.managed()) {
            SourceSetup.dropSlot(connection, settings);
            LOG.log(
                    Level.INFO,
                    "slot dropped, no index reads the source any more source={0} slot={1}",
                    settings.source(),
                    settings.slot());
            return;
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        "SELECT pg_replication_slot_advance(?, pg_current_wal_flush_lsn())")) {
            statement.setString(1, settings.slot());
            statement.execute();
        }
    }

    private void warn(PostgresSettings settings, SlotFacts slot) {
        Retained now = stream.seen(slot);
        if (now.alarmPercent() > alarm) {
            LOG.log(
                    now.alarmPercent() >= ERROR_PERCENT ? Level.ERROR : Level.WARNING,
                    "slot holds back {0} bytes of log, more than {1} % of {2} source={3} slot={4}",
                    Long.toString(now.bytes()),
                    Integer.toString(now.alarmPercent()),
                    Long.toString(now.limitBytes()),
                    settings.source(),
                    settings.slot());
        }
        alarm = now.alarmPercent();
    }
}
