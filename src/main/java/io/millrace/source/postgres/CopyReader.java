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
    private final SourcePartition partition;
    private final CopyOptions options;
    private final CopySnapshot snapshot;
    private final KeyOrder order;
    private final RowMapping mapping;
    private final String columns;

    /// Where the cells of the key are in a row.
    private final int[] keyCells;

    private Connection connection;

    /// The last key that was read of the part at hand, and handed on or is about to be.
    private List<String> last = List.of();

    private List<Change> changes = new ArrayList<>();
    private List<Reject> rejects = new ArrayList<>();
    private long bytes;

    /// Blocks.
    CopyReader(
            TableCopy copy,
            TableShape table,
            Schema schema,
            SourcePartition partition,
            CopyOptions options,
            CopySnapshot snapshot,
            KeyOrder order)
            throws SQLException, InterruptedException {
        this.copy = copy;
        this.partition = partition;
        this.options = options;
        this.snapshot = snapshot;
        this.order = order;
        List<String> names = table.columns().stream().map(Column::name).toList();
        mapping = RowMapping.of(table, schema);
        columns = String.join(", ", names.stream().map(TableName::quoted).toList());
        keyCells = table.key().stream().mapToInt(names::indexOf).toArray();
        connection = copy.connect(order);
        connection.setAutoCommit(false);
    }

    /// Copies until no range is left. Blocks.
    void run() throws SQLException, InterruptedException {
        while (true) {
            snapshot.enter(connection);
            CopyPlan.Part part =
                    copy.take((after, upTo) ->
                            order.bound(connection, after, upTo, options.rangeRows()));
            if (part == null) {
                return;
            }
            last = part.after();
            while (!readWhole(part)) {
                // The server would send the rest of the range, and a cancellation may hit what is
                // asked next: the connection is of no use any more.
                copy.abandon(connection);
                handOn(part, false);
                connection = copy.connect(order);
                connection.setAutoCommit(false);
                snapshot.enter(connection);
            }
            connection.rollback();
            handOn(part, true);
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

    /// Reads a part behind the last key, or as much of it as the index takes without a pause:
    /// nobody may change the form of the table while this goes on, and who wants to would keep
    /// everybody waiting.
    ///
    /// @return false when there is more; what was read last waits to be handed on either way
    private boolean readWhole(CopyPlan.Part part) throws SQLException, InterruptedException {
        CopyOut rows =
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyOut(
                                "COPY (SELECT %s%s) TO STDOUT"
                                        .formatted(columns, order.rows(last, part.upTo())));
        for (byte[] row = rows.readFromCopy(); row != null; row = rows.readFromCopy()) {
            Tuple cells = CopyText.row(row, mapping.size());
            add(cells);
            if (changes.size() + rejects.size() >= options.batchChangesMax()
                    || bytes >= options.batchBytesMax()) {
                last = keyCells(cells);
                if (!offer(part, false, PATIENCE_NANOS)) {
                    return false;
                }
            }
        }
        return true;
    }

    private void add(Tuple cells) {
        Origin origin =
                new Origin(
                        partition,
                        snapshot.position(),
                        NO_TIME,
                        mapping.keyJson(cells),
                        mapping.json(cells));
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

    /// However long it takes: nothing of the table is held meanwhile.
    private void handOn(CopyPlan.Part part, boolean finishes) throws InterruptedException {
        while (!offer(part, finishes, Long.MAX_VALUE)) {
            // goes on waiting
        }
    }

    private boolean offer(CopyPlan.Part part, boolean finishes, long nanos)
            throws InterruptedException {
        if (!copy.offer(
                new TableCopy.Copied(part, last, finishes, changes, rejects, bytes), nanos)) {
            return false;
        }
        changes = new ArrayList<>();
        rejects = new ArrayList<>();
        bytes = 0;
        return true;
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
