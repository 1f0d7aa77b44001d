package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.DocumentKey;
import io.millrace.document.Field;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.source.RefreshingSource.Refreshed;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// Brings the row of a key into the log of its table once more, without a right to write: a
/// transaction looks at the row and says in the log that it did, and the index takes what was seen
/// at that place, unless the log says before it that the look was overtaken ([Refresh]). Then it is
/// tried again.
///
/// For one key; confined to the thread that asks.
final class RowRefresher {
    /// What a transaction of ours says in the log; the content is the table's object id.
    static final String MESSAGE = "millrace.refresh";

    /// Who writes holds this lock from before the first change until everybody sees all of them.
    private static final String WRITERS =
            """
            SELECT DISTINCT virtualtransaction FROM pg_catalog.pg_locks
            WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
                AND database = (SELECT oid FROM pg_catalog.pg_database
                                WHERE datname = pg_catalog.current_database())
                AND (relation = ?::bigint::oid OR relation IN (
                    SELECT relid FROM pg_catalog.pg_partition_tree(?::bigint::oid::regclass)))\
            """;

    /// Looks, and says so in the log, in one statement: the shorter it takes from the one to the
    /// end of the transaction, the fewer overtake it.
    private static final String LOOK =
            """
            COPY (SELECT r.%s, pg_catalog.pg_current_snapshot(), pg_catalog.pg_current_xact_id(),
                         pg_catalog.pg_logical_emit_message(true, '%s', '\\x%08x'::bytea)
                  FROM (SELECT 1) AS one LEFT JOIN (SELECT %s%s) AS r ON true)
            TO STDOUT\
            """;

    /// Cells of an answer behind those of the row.
    private static final int SNAPSHOT = 0;

    private static final int XID = 1;
    private static final int CELLS_BEHIND = 3;

    /// Class of `SQLSTATE` of texts that are no value of their type.
    private static final String DATA_EXCEPTION = "22";

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final PostgresStream stream;
    private final TableBinding binding;
    private final OpenedTable table;
    private final Refreshes refreshes;
    private final DocumentKey key;
    private final long deadlineNanos;

    /// @param table as the reader of the index found it
    /// @param deadlineNanos on the clock of the stream
    RowRefresher(
            PostgresStream stream,
            TableBinding binding,
            OpenedTable table,
            Refreshes refreshes,
            DocumentKey key,
            long deadlineNanos) {
        this.stream = stream;
        this.binding = binding;
        this.table = table;
        this.refreshes = refreshes;
        this.key = key;
        this.deadlineNanos = deadlineNanos;
    }

    private record Given(Refreshes refreshes, Refresh refresh, boolean isFound, Checkpoint position)
            implements Refreshed {
        @Override
        public void close() {
            refreshes.end(refresh);
        }
    }

    /// Object id of the table that a message of ours is about; 0 for one that somebody else made.
    static int table(WalMessage.Message message) {
        byte[] content = message.content();
        return content.length == Integer.BYTES ? ByteBuffer.wrap(content).getInt() : 0;
    }

    /// @throws InvalidRequest when the key is none of the table, or the row cannot be indexed
    /// @throws MillraceException.Unavailable when it takes too long, or the database does not
    ///   answer
    Refreshed run(SourcePartition partition) {
        try (Connection sql = stream.connections().sql()) {
            for (int tries = 1; ; tries++) {
                Refresh refresh = refreshes.begin(key);
                boolean isGiven = false;
                try {
                    boolean isFound = look(sql, refresh);
                    Refresh.Outcome outcome = outcome(refresh, tries);
                    isGiven = !outcome.isOvertaken();
                    if (isGiven) {
                        Position position = Position.of(outcome.endLsn());
                        return new Given(
                                refreshes,
                                refresh,
                                isFound,
                                Checkpoint.of(Map.of(partition, position)));
                    }
                } finally {
                    if (!isGiven) {
                        refreshes.end(refresh);
                    }
                }
            }
        } catch (SQLException e) {
            if (String.valueOf(e.getSQLState()).startsWith(DATA_EXCEPTION)) {
                throw InvalidRequest.malformed(
                        "",
                        "key %s is none of table %s: %s"
                                .formatted(key, binding.table(), e.getMessage()));
            }
            throw PostgresFailures.of(stream.settings(), e);
        }
    }

    /// Looks at the row, and says so in the log. False when there is none.
    private boolean look(Connection sql, Refresh refresh) throws SQLException {
        sql.setAutoCommit(true);
        awaitWriters(sql);
        waitNoLongerThanLeft(sql);
        // From here on nobody changes the form of the table, or empties it.
        TableShape shape = OpenedTable.shape(sql, stream.settings(), binding);
        if ((int) shape.oid() != table.known().oid()) {
            throw table.known().madeAnew((int) shape.oid());
        }
        List<String> cells = cells(shape);
        Tuple row = look(sql, shape, cells);
        int behind = shape.columns().size();
        RowMapping mapping = RowMapping.of(shape, table.schema());
        boolean isFound = isOfKey(mapping, row);
        try {
            refresh.saw(
                    new RowLook(
                            key,
                            cells,
                            isFound ? mapping.document(row) : null,
                            isFound ? mapping.json(row) : null,
                            XactSnapshot.parse(row.text(behind + SNAPSHOT)),
                            (int) Long.parseLong(row.text(behind + XID))));
        } catch (InvalidRequest e) {
            throw InvalidRequest.conflict(
                    "row %s of table %s cannot be indexed: %s"
                            .formatted(key, binding.table(), e.getMessage()));
        }
        sql.commit();
        return isFound;
    }

    /// False where there is no row, or one whose key equals this one by the rules of the database
    /// alone.
    private boolean isOfKey(RowMapping mapping, Tuple row) {
        try {
            return mapping.key(row).equals(key);
        } catch (InvalidRequest e) {
            return false;
        }
    }

    /// Of what is committed by now everybody sees all when this returns: the index may know of
    /// transactions, from the log, that others do not see yet.
    private void awaitWriters(Connection sql) throws SQLException {
        List<String> writers = writers(sql);
        while (!writers.isEmpty()) {
            if (leftNanos() <= 0) {
                throw new MillraceException.Unavailable(
                        "transactions that write to table %s have to end before a row of it is read: %s in pg_locks"
                                .formatted(binding.table(), String.join(", ", writers)));
            }
            LockSupport.parkNanos(this, PAUSE_NANOS);
            writers.retainAll(writers(sql));
        }
    }

    /// A lock on the table, such as that of `ALTER TABLE`, may be held for long: the server gives
    /// up, too, and does not wait on for nobody.
    private void waitNoLongerThanLeft(Connection sql) throws SQLException {
        long leftMillis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(leftNanos()));
        try (Statement statement = sql.createStatement()) {
            statement.execute("SET statement_timeout = " + leftMillis);
        }
    }

    private List<String> writers(Connection sql) throws SQLException {
        try (PreparedStatement question = sql.prepareStatement(WRITERS)) {
            question.setLong(1, Integer.toUnsignedLong(table.known().oid()));
            question.setLong(2, Integer.toUnsignedLong(table.known().oid()));
            List<String> writers = new ArrayList<>();
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    writers.add(answer.getString(1));
                }
            }
            return writers;
        }
    }

    /// The parts of the key as the server takes them, in the order of the table's own.
    private List<String> cells(TableShape shape) {
        Schema schema = table.schema();
        List<Value> parts = key.parts();
        List<String> cells = new ArrayList<>();
        for (Column column : shape.keyColumns()) {
            String name = column.name();
            if (!schema.field(name)
                    .map(RowRefresher::form)
                    .equals(column.keyField().map(RowRefresher::form))) {
                throw InvalidRequest.conflict(
                        "column %s of table %s is indexed as another type than its own: its key cannot be told from that of the document"
                                .formatted(name, binding.table()));
            }
            cells.add(parts.get(schema.keyPaths().indexOf(name)).toString());
        }
        return cells;
    }

    /// What decides on how a key is written.
    private static List<Object> form(Field field) {
        return List.of(field.type(), field.unit());
    }

    /// The cells of the row, all null where there is none, and those behind them.
    private Tuple look(Connection sql, TableShape shape, List<String> cells) throws SQLException {
        KeyOrder order = KeyOrder.read(sql, shape);
        try (Statement statement = sql.createStatement()) {
            statement.execute(order.searchPath());
        }
        List<String> columns =
                shape.columns().stream().map(column -> TableName.quoted(column.name())).toList();
        CopyOut rows =
                sql.unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                LOOK.formatted(
                                        String.join(", r.", columns),
                                        MESSAGE,
                                        table.known().oid(),
                                        String.join(", ", columns),
                                        order.rowOf(cells)));
        byte[] row = rows.readFromCopy();
        if (row == null || rows.readFromCopy() != null) {
            throw new MillraceException.Corrupt(
                    "rows of key %s of table %s, expected one".formatted(key, binding.table()));
        }
        return CopyText.row(row, columns.size() + CELLS_BEHIND);
    }

    private Refresh.Outcome outcome(Refresh refresh, int tries) {
        // On a quiet server nothing else takes the log further.
        stream.awaited();
        try {
            return refresh.outcome().get(leftNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new MillraceException.Unavailable(
                    "row %s of table %s was read %d times, and the index has not come to that place of the log"
                            .formatted(key, binding.table(), tries),
                    e);
        } catch (ExecutionException e) {
            throw new MillraceException.Bug("refresh of row " + key + " broke", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MillraceException.Unavailable("interrupted while a row was read", e);
        }
    }

    private long leftNanos() {
        return deadlineNanos - stream.nanoClock().getAsLong();
    }
}
