package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/// Which server this is, and which of its histories it lives in: every failover or restore begins
/// another timeline, and what the old one wrote behind the switch is not part of it. Immutable.
///
/// - system: identifier of the database cluster
record Timelines(String system, int current, String history) {

    /// Blocks.
    ///
    /// @param connection for replication
    static Timelines read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            String system;
            int timeline;
            try (ResultSet answer = statement.executeQuery("IDENTIFY_SYSTEM")) {
                answer.next();
                system = answer.getString(1);
                timeline = answer.getInt(2);
            }
            if (timeline == 1) {
                return new Timelines(system, timeline, "");
            }
            try (ResultSet answer = statement.executeQuery("TIMELINE_HISTORY " + timeline)) {
                answer.next();
                return new Timelines(
                        system, timeline, new String(answer.getBytes(2), StandardCharsets.UTF_8));
            }
        }
    }

    /// Refuses an index that was built from another server, or holds what another history wrote.
    ///
    /// @throws MillraceException.Fenced with what to do
    void check(PostgresSettings settings, String index, WalTable table, long positionLsn) {
        if (!table.system().equals(system)) {
            throw new MillraceException.Fenced(
                    ("database %s is in cluster %s, index %s was built from cluster %s. Rebuild the"
                                    + " index, or point the source back")
                            .formatted(settings.place(), system, index, table.system()));
        }
        int timeline = table.timeline();
        if (timeline == current) {
            return;
        }
        for (String line : history.lines().toList()) {
            String[] cells = line.strip().split("\\s+", 3);
            if (cells.length >= 2 && cells[0].equals(Integer.toString(timeline))) {
                long switchLsn = Lsn.parse(cells[1]);
                if (positionLsn > switchLsn) {
                    throw new MillraceException.Fenced(
                            ("database %s left timeline %d at %s, index %s read it up to %s: it holds"
                                            + " what the database does not. Rebuild the index")
                                    .formatted(
                                            settings.place(),
                                            timeline,
                                            Lsn.text(switchLsn),
                                            index,
                                            Lsn.text(positionLsn)));
                }
                return;
            }
        }
        throw new MillraceException.Fenced(
                ("database %s is in timeline %d, which does not come from timeline %d that index %s"
                                + " was built from. Rebuild the index")
                        .formatted(settings.place(), current, timeline, index));
    }
}
