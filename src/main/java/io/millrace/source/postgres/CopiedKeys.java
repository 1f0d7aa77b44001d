package io.millrace.source.postgres;

import io.millrace.change.CopiedRange;
import io.millrace.change.CopyState;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Which transactions the copied rows of a table already show: the log tells them once more, and
/// what it tells of a row that shows it is left out. A copy from several snapshots has several
/// ranges of keys, each with a place in the log of its own. Confined to one thread.
///
/// A snapshot's place is a boundary between records, so a transaction whose commit record begins
/// before it is in the snapshot, and no other.
final class CopiedKeys implements AutoCloseable {
    private final PostgresConnections connections;
    private final TableShape table;
    private final List<CopiedRange> ranges;

    /// The first question opens them.
    private @Nullable Connection connection;

    private @Nullable KeyOrder order;

    /// How many of the copied rows show a transaction.
    enum Shown {
        NONE,
        /// Those of some ranges: it depends on the key.
        SOME,
        ALL
    }

    /// @param copied every row of the table
    CopiedKeys(PostgresConnections connections, TableShape table, CopyState copied) {
        if (!copied.complete()) {
            throw new IllegalArgumentException("copy of " + table.name() + " is not complete");
        }
        this.connections = connections;
        this.table = table;
        this.ranges = copied.ranges();
    }

    /// True when no row shows a transaction behind this position: nothing of the log is left out
    /// any more.
    boolean isPast(long position) {
        return ranges.stream().allMatch(range -> range.position() <= position);
    }

    /// @param commitLsn where the commit record of the transaction begins
    Shown shown(long commitLsn) {
        long showing = ranges.stream().filter(range -> shows(range, commitLsn)).count();
        if (showing == 0) {
            return Shown.NONE;
        }
        return showing == ranges.size() ? Shown.ALL : Shown.SOME;
    }

    /// For each key whether the copied row of it shows the transaction. Blocks, where only the
    /// database can tell.
    ///
    /// @param keys cells of each, as the server writes them
    /// @throws io.millrace.MillraceException.Unavailable when the database does not answer
    boolean[] shown(long commitLsn, List<List<String>> keys) {
        boolean[] shown = new boolean[keys.size()];
        Shown all = shown(commitLsn);
        if (all != Shown.SOME || keys.isEmpty()) {
            Arrays.fill(shown, all == Shown.ALL);
            return shown;
        }
        List<List<String>> bounds =
                ranges.subList(0, ranges.size() - 1).stream().map(CopiedRange::upTo).toList();
        int[] places = places(keys, bounds);
        for (int i = 0; i < shown.length; i++) {
            shown[i] = shows(ranges.get(places[i]), commitLsn);
        }
        return shown;
    }

    private static boolean shows(CopiedRange range, long commitLsn) {
        return Long.compareUnsigned(commitLsn, range.position()) < 0;
    }

    private int[] places(List<List<String>> keys, List<List<String>> bounds) {
        try {
            Connection asked = connection;
            KeyOrder by = order;
            if (asked == null || by == null) {
                asked = connections.sql();
                connection = asked;
                by = KeyOrder.read(asked, table);
                CopyReader.tune(asked, by);
                order = by;
            }
            return by.places(asked, keys, bounds);
        } catch (SQLException e) {
            close();
            throw PostgresFailures.of(connections.settings(), e);
        }
    }

    @Override
    public void close() {
        Connection asked = connection;
        connection = null;
        order = null;
        if (asked != null) {
            try {
                asked.close();
            } catch (SQLException e) {
                // It is of no use any more either way.
            }
        }
    }
}
