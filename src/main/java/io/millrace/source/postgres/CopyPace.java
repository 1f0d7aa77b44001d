package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.source.SourceStatus.Progress;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// How fast a table is copied, and how long it will take. Totals are what the database's planner
/// expects. Guarded by itself.
final class CopyPace {
    private static final System.Logger LOG = System.getLogger(CopyPace.class.getName());
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String index;
    private final TableName table;
    private final Duration reportInterval;
    private final LongSupplier nanoClock;

    private boolean begun;
    private boolean ended;
    private long startNanos;
    private long reportNanos;

    /// Rows of the table that an earlier copy has brought.
    private long rowsBefore;

    private long rows;
    private long totalRows;

    CopyPace(String index, TableName table, Duration reportInterval, LongSupplier nanoClock) {
        this.index = index;
        this.table = table;
        this.reportInterval = reportInterval;
        this.nanoClock = nanoClock;
    }

    /// Asks how much there is to do. Blocks.
    ///
    /// @param sql with automatic commits, and so it is afterwards
    void begin(Connection sql, KeyOrder order, CopyPlan plan, CopySnapshot snapshot)
            throws SQLException {
        long all = expected(sql, order, List.of(), List.of());
        long rest = 0;
        for (CopyPlan.Part part : plan.rest()) {
            rest += expected(sql, order, part.after(), part.upTo());
        }
        synchronized (this) {
            begun = true;
            totalRows = Math.max(all, rest);
            rowsBefore = totalRows - rest;
            startNanos = nanoClock.getAsLong();
            reportNanos = startNanos;
        }
        LOG.log(
                Level.INFO,
                "copy of a table begins index={0} table={1} snapshot={2} rows={3} of={4}",
                index,
                table,
                Lsn.text(snapshot.position()),
                Long.toString(rest),
                Long.toString(all));
    }

    private static long expected(
            Connection sql, KeyOrder order, List<String> after, List<String> upTo)
            throws SQLException {
        try (Statement question = sql.createStatement();
                ResultSet answer =
                        question.executeQuery(
                                "EXPLAIN (FORMAT JSON) SELECT 1" + order.rows(after, upTo))) {
            answer.next();
            byte[] plan = answer.getString(1).getBytes(StandardCharsets.UTF_8);
            if (Json.parse(plan) instanceof Value.Array(List<Value> plans)
                    && plans.getFirst() instanceof Value.Obj first
                    && first.get("Plan") instanceof Value.Obj top
                    && top.get("Plan Rows") instanceof Value.Int(long expected)) {
                return expected;
            }
            throw new MillraceException.Unavailable("the database explains a query by " + answer);
        }
    }

    /// Rows that were handed on.
    synchronized void add(int count) {
        rows += count;
        long now = nanoClock.getAsLong();
        if (now - reportNanos >= reportInterval.toNanos()) {
            reportNanos = now;
            log("copy of a table goes on");
        }
    }

    synchronized void end() {
        ended = true;
        totalRows = rowsBefore + rows;
        log("copy of a table is complete");
    }

    /// Null while nothing is known.
    synchronized @Nullable Progress progress() {
        if (!begun) {
            return null;
        }
        long copied = rowsBefore + rows;
        long total = Math.max(totalRows, copied);
        return new Progress.Rows(copied, total, leftMillis(total - copied));
    }

    private @Nullable Long leftMillis(long left) {
        if (ended) {
            return 0L;
        }
        double millis = (double) (nanoClock.getAsLong() - startNanos) / NANOS_PER_MILLI;
        return rows == 0 ? null : (long) (millis * left / rows);
    }

    private void log(String what) {
        long copied = rowsBefore + rows;
        long total = Math.max(totalRows, copied);
        LOG.log(
                Level.INFO,
                "{0} index={1} table={2} rows={3} of={4} leftMillis={5}",
                what,
                index,
                table,
                Long.toString(copied),
                Long.toString(total),
                leftMillis(total - copied));
    }
}
