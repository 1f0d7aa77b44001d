package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.change.SourcePartition;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.source.postgres.CopiedKeys.Shown;
import io.millrace.source.postgres.WalMessage.OldRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Makes changes of what the log says of one table. Confined to the index's thread.
///
/// - A row is an upsert, a changed key a delete before it, a deleted row a delete.
/// - Large values that were not sent are taken from the row as it was, where the log tells it, and
///   else kept by the index ([Change.Upsert#keep]).
/// - What cannot be read is a reject with the cells as they came.
final class RowChanges {
    /// Between 1970 and 2000, where the server begins to count.
    private static final long EPOCH_MILLIS = 946_684_800_000L;

    /// Changes of one question to the database.
    private static final int DOUBTFUL_MAX = 500;

    private final TableShape shape;
    private final TableName table;
    private final SourcePartition partition;
    private final Schema schema;
    private final TruncatePolicy truncate;
    private final ColumnTypes types;
    private final @Nullable CopiedKeys copied;
    private final Refreshes refreshes;
    private final TransactionBatches into;

    /// The transaction that the rows belong to.
    private WalEvent.Begun begun = new WalEvent.Begun(0, 0, 0);

    /// The form of the table that the mapping is for.
    private WalMessage.@Nullable Relation relation;

    private @Nullable RowMapping mapping;

    /// Where the cells of the table's own key are.
    private int[] keyCells = {};

    /// Which of the copied rows show the transaction.
    private Shown shown = Shown.NONE;

    /// What came of the transaction, as long as it depends on keys whether it is shown.
    private final List<Doubtful> doubtful = new ArrayList<>();

    private boolean copiesAnew;

    /// Given with the transaction.
    private @Nullable Refresh refreshed;

    /// - key: cells of the table's key
    private record Doubtful(List<String> key, Runnable add) {}

    /// Says what a type of the database is; may block.
    @FunctionalInterface
    interface ColumnTypes {
        ColumnType find(long typeOid);
    }

    /// @param schema whose key paths are names of columns
    /// @param copied rows that show the beginning of the log already, null for none
    RowChanges(
            TableShape shape,
            SourcePartition partition,
            Schema schema,
            TruncatePolicy truncate,
            ColumnTypes types,
            @Nullable CopiedKeys copied,
            Refreshes refreshes,
            TransactionBatches into) {
        this.shape = shape;
        this.table = shape.name();
        this.partition = partition;
        this.schema = schema;
        this.truncate = truncate;
        this.types = types;
        this.copied = copied;
        this.refreshes = refreshes;
        this.into = into;
    }

    /// @throws MillraceException.Fenced when the index cannot follow its table any more
    /// @throws MillraceException.Unavailable when the database does not say what a type is
    void accept(WalEvent event) {
        switch (event) {
            case WalEvent.Begun now -> {
                begun = now;
                shown = copied == null ? Shown.NONE : copied.shown(now.commitLsn());
                into.begin();
            }
            case WalEvent.Changed changed -> row(mapping(changed.relation()), changed.row());
            case WalEvent.Emptied _ -> truncate();
            case WalEvent.Refreshed _ -> refresh();
            case WalEvent.Committed committed -> {
                settle();
                into.commit(committed.endLsn());
                if (refreshed != null) {
                    refreshed.given(committed.endLsn());
                    refreshed = null;
                }
            }
        }
    }

    private RowMapping mapping(WalMessage.Relation now) {
        RowMapping known = mapping;
        if (known != null && now == relation) {
            return known;
        }
        List<RowMapping.Cell> cells = new ArrayList<>();
        for (WalMessage.Column column : now.columns()) {
            cells.add(
                    new RowMapping.Cell(
                            column.name(), types.find(Integer.toUnsignedLong(column.typeOid()))));
        }
        RowMapping next = new RowMapping(table, cells, schema);
        keyCells = keyCells(now);
        relation = now;
        mapping = next;
        return next;
    }

    private void row(RowMapping rows, WalMessage.Row row) {
        switch (row) {
            case WalMessage.Insert(_, Tuple inserted) -> upsert(rows, checked(rows, inserted));
            case WalMessage.Update(_, OldRow old, Tuple updated) ->
                    update(rows, old, checked(rows, updated));
            case WalMessage.Delete(_, OldRow old) -> delete(rows, checked(rows, old.row()));
        }
    }

    private void update(RowMapping rows, @Nullable OldRow old, Tuple updated) {
        if (old == null) {
            upsert(rows, updated);
            return;
        }
        Tuple before = checked(rows, old.row());
        Tuple after = old.whole() ? updated.filledFrom(before) : updated;
        if (!rows.hasSameKey(before, after)) {
            deleteBefore(rows, before, after);
        }
        upsert(rows, after);
    }

    /// Two texts may be one key: a number with and without zeros at its end.
    private void deleteBefore(RowMapping rows, Tuple before, Tuple after) {
        DocumentKey key = key(rows, before, null);
        if (key != null && !Objects.equals(key, keyOrNull(rows, after))) {
            add(before, new Change.Delete(key, origin(rows, before, null)));
        }
    }

    private void delete(RowMapping rows, Tuple row) {
        DocumentKey key = key(rows, row, null);
        if (key != null) {
            add(row, new Change.Delete(key, origin(rows, row, null)));
        }
    }

    private void upsert(RowMapping rows, Tuple row) {
        DocumentKey key = key(rows, row, row);
        if (key == null) {
            return;
        }
        try {
            add(
                    row,
                    new Change.Upsert(
                            key, rows.document(row), rows.unchanged(row), origin(rows, row, row)));
        } catch (InvalidRequest e) {
            reject(row, Stage.DECODE, e, origin(rows, row, row));
        }
    }

    /// Null for a reject.
    private @Nullable DocumentKey key(RowMapping rows, Tuple row, @Nullable Tuple value) {
        try {
            DocumentKey key = rows.key(row);
            refreshes.touched(key, begun);
            return key;
        } catch (InvalidRequest e) {
            reject(row, Stage.KEY, e, origin(rows, row, value));
            return null;
        }
    }

    private static @Nullable DocumentKey keyOrNull(RowMapping rows, Tuple row) {
        try {
            return rows.key(row);
        } catch (InvalidRequest e) {
            // Whoever makes the document of it says so.
            return null;
        }
    }

    /// The transaction holds nothing else.
    private void refresh() {
        Refresh refresh = refreshes.of(begun);
        RowLook look = refresh == null ? null : refresh.meet(begun.commitLsn());
        if (look == null) {
            return;
        }
        if (!isCopied(look.cells())) {
            into.add(
                    look.change(
                            new Origin(
                                    partition,
                                    begun.commitLsn(),
                                    timestampMillis(),
                                    null,
                                    look.value())));
        }
        refreshed = refresh;
    }

    /// True when the copied row of a key is newer than what the transaction says.
    private boolean isCopied(List<String> key) {
        return copied != null && copied.shown(begun.commitLsn(), List.of(key))[0];
    }

    private void reject(Tuple row, Stage stage, InvalidRequest reason, Origin origin) {
        Reject reject = new Reject(stage, table + ": " + reason.getMessage(), origin);
        add(row, () -> into.add(reject));
    }

    private void add(Tuple row, Change change) {
        add(row, () -> into.add(change));
    }

    private void add(Tuple row, Runnable add) {
        switch (shown) {
            case NONE -> add.run();
            case ALL -> {}
            case SOME -> {
                doubtful.add(new Doubtful(key(row), add));
                if (doubtful.size() == DOUBTFUL_MAX) {
                    settle();
                }
            }
        }
    }

    private List<String> key(Tuple row) {
        List<String> key = new ArrayList<>(keyCells.length);
        for (int cell : keyCells) {
            key.add(row.text(cell));
        }
        return key;
    }

    /// Leaves out what the copied rows show.
    private void settle() {
        if (!doubtful.isEmpty() && copied != null) {
            boolean[] known =
                    copied.shown(begun.commitLsn(), doubtful.stream().map(Doubtful::key).toList());
            for (int i = 0; i < known.length; i++) {
                if (!known[i]) {
                    doubtful.get(i).add().run();
                }
            }
        }
        doubtful.clear();
    }

    /// True once a truncation made a part of the copy wrong: the transaction at hand is the last
    /// one of the log that counts, and the table is to be copied anew.
    boolean copiesAnew() {
        return copiesAnew;
    }

    private int[] keyCells(WalMessage.Relation now) {
        List<String> columns = now.columns().stream().map(WalMessage.Column::name).toList();
        int[] cells = shape.key().stream().mapToInt(columns::indexOf).toArray();
        if (copied != null && Arrays.stream(cells).anyMatch(cell -> cell < 0)) {
            throw new MillraceException.Fenced(
                    "table %s has no key %s any more, in whose order it was copied. Rebuild the index"
                            .formatted(table, String.join(", ", shape.key())));
        }
        return cells;
    }

    /// @param value the row as it came, null for none
    private Origin origin(RowMapping rows, Tuple key, @Nullable Tuple value) {
        return new Origin(
                partition,
                begun.commitLsn(),
                timestampMillis(),
                rows.keyJson(key),
                value == null ? null : rows.json(value));
    }

    private long timestampMillis() {
        return EPOCH_MILLIS + TimeUnit.MICROSECONDS.toMillis(begun.commitMicros());
    }

    private void truncate() {
        if (shown == Shown.ALL) {
            return;
        }
        switch (truncate) {
            case APPLY -> {
                // Of the rows that are there now, those copied later were never touched by it; the
                // others go, so nothing is copied any more.
                copiesAnew |= shown == Shown.SOME;
                shown = copiesAnew ? Shown.ALL : shown;
                doubtful.clear();
                into.add(
                        new Change.Truncate(
                                new Origin(
                                        partition,
                                        begun.commitLsn(),
                                        timestampMillis(),
                                        null,
                                        null)));
            }
            case IGNORE -> {}
            case HALT ->
                    throw new MillraceException.Fenced(
                            ("table %s was truncated by the transaction at %s, and its source halts"
                                            + " there (truncate: halt). Rebuild the index, or let the"
                                            + " source apply or ignore it and resume the index")
                                    .formatted(table, Lsn.text(begun.commitLsn())));
        }
    }

    private Tuple checked(RowMapping rows, Tuple row) {
        if (row.size() != rows.size()) {
            throw new MillraceException.Corrupt(
                    "row of %d cells of table %s, which has %d columns"
                            .formatted(row.size(), table, rows.size()));
        }
        return row;
    }
}
