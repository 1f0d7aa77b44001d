package io.millrace.bench;

import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.document.Schema;
import io.millrace.document.WriteRules;
import io.millrace.node.dev.DevDatabase;
import io.millrace.source.ChangeSource;
import io.millrace.source.postgres.CopyOptions;
import io.millrace.source.postgres.PostgresChangeSource;
import io.millrace.source.postgres.PostgresSettings;
import io.millrace.source.postgres.PostgresStream;
import io.millrace.source.postgres.SslMode;
import io.millrace.source.postgres.TableBinding;
import io.millrace.source.postgres.TableName;
import io.millrace.source.postgres.TruncatePolicy;
import io.millrace.source.postgres.WalReadOptions;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Ours: the source of an index, from the slot to the commit.
final class PostgresSide implements WalSide {
    /// Key and fields are left to the table.
    static final Schema UNDECLARED = new Schema(1, List.of(), List.of(), WriteRules.DEFAULT, true);

    private static final int BATCHES_AHEAD = 2;
    private static final String INDEX = "sales";

    private final PostgresChangeSource source;
    private final ChangeSource.Start start;
    private final Checkpoint beforeFirstRow;

    private PostgresSide(
            PostgresChangeSource source, ChangeSource.Start start, Checkpoint beforeFirstRow) {
        this.source = source;
        this.start = start;
        this.beforeFirstRow = beforeFirstRow;
    }

    /// @param slot one that stands before the first row
    static PostgresSide of(DevDatabase database, String slot) throws SQLException {
        PostgresChangeSource source =
                new PostgresChangeSource(
                        new TableBinding(
                                INDEX,
                                TableName.parse(WalServer.TABLE).orElseThrow(),
                                null,
                                UNDECLARED),
                        stream(
                                settings(database, slot, WalServer.PUBLICATION, false),
                                Set.of(INDEX)));
        // Without a copy of the table, which has its rows by now: everything comes from the log.
        return new PostgresSide(
                source,
                source.start(),
                Checkpoint.of(
                        Map.of(
                                SaleIndex.PARTITION,
                                Position.of(WalServer.confirmedLsn(database, slot)))));
    }

    static PostgresStream stream(PostgresSettings settings, Set<String> indexes) {
        return new PostgresStream(
                () -> settings,
                () -> indexes,
                WalReadOptions.DEFAULT,
                CopyOptions.DEFAULT,
                System::nanoTime,
                Thread.ofPlatform().daemon().factory());
    }

    /// @param managed slot and publication are made by the source
    static PostgresSettings settings(
            DevDatabase database, String slot, String publication, boolean managed) {
        return new PostgresSettings(
                SaleIndex.PARTITION.stream(),
                database.host(),
                database.port(),
                database.database(),
                database.user(),
                null,
                SslMode.DISABLE,
                null,
                slot,
                publication,
                managed,
                TruncatePolicy.APPLY,
                PostgresSettings.USUAL_WAL_BUDGET_BYTES);
    }

    /// The index that a definition without fields would have: key and fields are the table's.
    Schema schema() {
        ChangeSource.SourceFields table = start.fields();
        if (table == null) {
            throw new IllegalStateException("the source knows nothing of its table");
        }
        return UNDECLARED.completedBy(table.keyPaths(), table.fields());
    }

    Checkpoint beforeFirstRow() {
        return beforeFirstRow;
    }

    @Override
    public void drain(int rows, SaleIndex index) throws InterruptedException {
        int seen = 0;
        var batches =
                source.changes(start.identity(), beforeFirstRow)
                        .subscribe()
                        .asIterable(BATCHES_AHEAD, ArrayDeque::new)
                        .iterator();
        while (seen < rows && batches.hasNext()) {
            ChangeBatch batch = batches.next();
            seen += batch.changes().size();
            index.add(batch);
            if (!batch.open()) {
                index.commitIfDue();
            }
        }
        index.commit();
    }

    @Override
    public void close() {
        source.close();
    }
}
