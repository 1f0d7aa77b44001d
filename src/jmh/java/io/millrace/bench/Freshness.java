package io.millrace.bench;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.NodeResources;
import io.millrace.node.DirectoryIndexHome;
import io.millrace.node.LuceneAnalyzers;
import io.millrace.node.dev.DevDatabase;
import io.millrace.pipeline.IndexWatcher;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.PipelineOptions;
import io.millrace.pipeline.PipelineStatus;
import io.millrace.pipeline.RunningIndex;
import io.millrace.source.postgres.PostgresChangeSource;
import io.millrace.source.postgres.TableBinding;
import io.millrace.source.postgres.TableName;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/// How long it takes from the end of a COMMIT until its rows are in a snapshot of the index, with a
/// commit of the index every 200 ms: the whole pipeline of a node, in this process.
///
/// Rows are only inserted, by one writer, so the number of visible documents says which
/// transactions are visible.
final class Freshness {
    private static final Duration CADENCE = Duration.ofMillis(200);
    private static final int TRANSACTION_ROWS = 10;
    private static final int UNCOUNTED_SECONDS = 5;
    private static final int COUNTED_SECONDS = 15;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private Freshness() {}

    /// @param rate rows a second
    static Runnable measure(BenchRun run, WalServer server, int rate)
            throws IOException, SQLException {
        String name = "fresh_" + rate;
        DevDatabase database = server.database();
        WalServer.execute(
                database, "CREATE TABLE %s (id bigint PRIMARY KEY, note text)".formatted(name));
        NodeResources resources =
                new NodeResources(
                        InstantSource.system(),
                        System::nanoTime,
                        new SplittableRandom(),
                        Thread.ofPlatform().daemon().factory());
        MmapDirectory folder = MmapDirectory.open(run.freshFolder(name));
        TableName table = TableName.parse(name).orElseThrow();
        Schema schema = PostgresSide.UNDECLARED;
        try (Indexes indexes =
                new Indexes(
                        new DirectoryIndexHome(folder, IndexOptions.DEFAULT, resources),
                        Catalog.open(
                                folder,
                                null,
                                new DefinitionParser(new LuceneAnalyzers()),
                                resources.random()),
                        definition ->
                                new PostgresChangeSource(
                                        new TableBinding(definition.name(), table, null, schema),
                                        PostgresSide.stream(
                                                PostgresSide.settings(database, name, name, true),
                                                Set.of(name))),
                        IndexWatcher.none(),
                        PipelineOptions.DEFAULT,
                        resources)) {
            RunningIndex index =
                    indexes.start(
                            new IndexDefinition(
                                    name,
                                    schema,
                                    new PostgresSource("shop", table, null, List.of()),
                                    new CommitCadence(
                                            CADENCE, 100_000, 64 << 20, Duration.ofSeconds(10)),
                                    Value.Obj.EMPTY));
            awaitRunning(index);
            int transactions = (UNCOUNTED_SECONDS + COUNTED_SECONDS) * rate / TRANSACTION_ROWS;
            AtomicLongArray committedNanos = new AtomicLongArray(transactions);
            CompletableFuture<Double> writing =
                    CompletableFuture.supplyAsync(
                            () -> write(database, name, rate, committedNanos));
            long[] waits = watch(index, committedNanos);
            double rowsPerSecond = writing.join();
            int counted = waits.length * COUNTED_SECONDS / (UNCOUNTED_SECONDS + COUNTED_SECONDS);
            long[] last = Arrays.copyOfRange(waits, waits.length - counted, waits.length);
            Arrays.sort(last);
            return () -> {
                run.report(name + "-written", rowsPerSecond, "rows/s");
                run.report(name + "-p50", last[last.length / 2] / 1e6, "ms");
                run.report(name + "-p99", last[last.length * 99 / 100] / 1e6, "ms");
            };
        }
    }

    /// One transaction after the other, each when it is due.
    ///
    /// @return rows a second that it came to
    private static double write(
            DevDatabase database, String table, int rate, AtomicLongArray committedNanos) {
        double intervalNanos = 1e9 * TRANSACTION_ROWS / rate;
        try (Connection connection = database.connect();
                var insert =
                        connection.prepareStatement(
                                "INSERT INTO %s SELECT n, 'row ' || n FROM generate_series(?::bigint, ?::bigint) n"
                                        .formatted(table))) {
            long startNanos = System.nanoTime();
            for (int i = 0; i < committedNanos.length(); i++) {
                long dueNanos = startNanos + (long) (i * intervalNanos);
                for (long wait; (wait = dueNanos - System.nanoTime()) > 0; ) {
                    LockSupport.parkNanos(wait);
                }
                insert.setLong(1, (long) i * TRANSACTION_ROWS);
                insert.setLong(2, (long) (i + 1) * TRANSACTION_ROWS - 1);
                insert.executeUpdate();
                committedNanos.set(i, System.nanoTime());
            }
            double seconds = (System.nanoTime() - startNanos) / 1e9;
            return committedNanos.length() * TRANSACTION_ROWS / seconds;
        } catch (SQLException e) {
            throw new IllegalStateException(table, e);
        }
    }

    /// How long each transaction took from its COMMIT until it could be found.
    private static long[] watch(RunningIndex index, AtomicLongArray committedNanos) {
        long[] waits = new long[committedNanos.length()];
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        for (int visible = 0; visible < waits.length; ) {
            long now;
            long found;
            try (IndexSnapshot snapshot = index.index().snapshot()) {
                now = System.nanoTime();
                found = snapshot.liveCount() / TRANSACTION_ROWS;
            }
            for (; visible < found; visible++) {
                long committed = committedNanos.get(visible);
                // Visible before the writer was told that it is committed.
                waits[visible] = committed == 0 ? 0 : now - committed;
            }
            if (now > deadlineNanos) {
                throw new IllegalStateException(
                        "%d of %d transactions are visible after %s"
                                .formatted(visible, waits.length, PATIENCE));
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        return waits;
    }

    private static void awaitRunning(RunningIndex index) {
        long deadlineNanos = System.nanoTime() + PATIENCE.toNanos();
        while (index.status().state() != PipelineStatus.State.RUNNING) {
            if (System.nanoTime() > deadlineNanos) {
                throw new IllegalStateException("index does not run: " + index.status().detail());
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }
}
