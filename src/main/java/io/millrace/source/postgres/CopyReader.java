package io.millrace.source.postgres;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.change.SourcePartition;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/// One of those that copy the rows of a table: takes a range of keys, hands on its rows as upserts,
/// takes the next one. Confined to its thread.
final class CopyReader implements AutoCloseable {
    private static final long NO_TIME = -1;
    private static final int ANSWER_TIMEOUT_MILLIS = 600_000;

    /// How long a table stays locked against changes of its form while the index takes no more.
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final TableCopy copy;
    private final TableShape table;
    private final SourcePartition partition;
    private final CopyOptions options;
    private final Connection connection;
    private final RowMapping mapping;
    private final String columns;

    /// Where the cells of the key are in a row.
    private final int[] keyCells;

    private List<Change> changes = new ArrayList<>();
    private List<Reject> rejects = new ArrayList<>();
    private long bytes;

    /// @param connection given away
    CopyReader(
            TableCopy copy,
            TableShape table,
            Schema schema,
            SourcePartition partition,
            CopyOptions options,
            Connection connection) {
        this.copy = copy;
        this.table = table;
        this.partition = partition;
        this.options = options;
        this.connection = connection;
        List<String> names = table.columns().stream().map(Column::name).toList();
        mapping =
                new RowMapping(
                        table.name(),
                        table.columns().stream()
                                .map(column -> new RowMapping.Cell(column.name(), column.type()))
                                .toList(),
                        schema);
        columns = String.join(", ", names.stream().map(TableName::quoted).toList());
        keyCells = table.key().stream().mapToInt(names::indexOf).toArray();
    }

    /// Copies until no range is left. Blocks.
    void run(CopySnapshot snapshot, KeyOrder order) throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        while (true) {
            snapshot.enter(connection);
            CopyPlan.Part part =
                    copy.take((after, upTo) ->
                            order.bound(connection, after, upTo, options.rangeRows()));
            if (part == null) {
                connection.rollback();
                return;
            }
            List<String> last = part.after();
            while (last != null) {
                last = copy(part, last, order, snapshot.position());
                connection.rollback();
                if (last != null) {
                    handOn(part, last, false);
                    snapshot.enter(connection);
                }
            }
        }
    }

    /// Makes a session ready for questions about keys, which may take long and lie far apart.
    static void tune(Connection connection, KeyOrder order) throws SQLException {
        CopySnapshot.endless(connection);
        connection.setNetworkTimeout(Runnable::run, ANSWER_TIMEOUT_MILLIS);
        try (var statement = connection.createStatement()) {
            statement.execute(order.searchPath());
        }
    }

    /// Copies a part, or as much of it as the index takes without a pause: nobody may change the
    /// form of the table while this goes on, and who wants to would keep everybody waiting.
    ///
    /// @param after the last key that was copied
    /// @return null when the part is finished, else the last key; its batch waits to be handed on
    private @Nullable List<String> copy(
            CopyPlan.Part part, List<String> after, KeyOrder order, long position)
            throws SQLException, InterruptedException {
        CopyOut rows =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT %s%s) TO STDOUT"
                                        .formatted(columns, order.rows(after, part.upTo())));
        List<String> last = after;
        for (byte[] row = rows.readFromCopy(); row != null; row = rows.readFromCopy()) {
            Tuple cells = CopyText.row(row, mapping.size());
            add(cells, position);
            if (changes.size() + rejects.size() >= options.batchChangesMax()
                    || bytes >= options.batchBytesMax()) {
                last = keyCells(cells);
                if (!copy.awaitRoom(bytes, PATIENCE_NANOS)) {
                    rows.cancelCopy();
                    return last;
                }
                handOn(part, last, false);
            }
        }
        handOn(part, last, true);
        return null;
    }

    private void add(Tuple cells, long position) {
        Origin origin =
                new Origin(
                        partition, position, NO_TIME, mapping.keyJson(cells), mapping.json(cells));
        Stage stage = Stage.KEY;
        try {
            DocumentKey key = mapping.key(cells);
            stage = Stage.DECODE;
            Change change = new Change.Upsert(key, mapping.document(cells), origin);
            changes.add(change);
            bytes += change.sizeBytes();
        } catch (InvalidRequest e) {
            rejects.add(new Reject(stage, String.valueOf(e.getMessage()), origin));
            bytes += Change.OVERHEAD_BYTES + origin.sizeBytes();
        }
    }

    private List<String> keyCells(Tuple cells) {
        List<String> key = new ArrayList<>(keyCells.length);
        for (int cell : keyCells) {
            key.add(cells.text(cell));
        }
        return key;
    }

    private void handOn(CopyPlan.Part part, List<String> reached, boolean finishes)
            throws InterruptedException {
        copy.put(new TableCopy.Copied(part, reached, finishes, changes, rejects, bytes));
        changes = new ArrayList<>();
        rejects = new ArrayList<>();
        bytes = 0;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
