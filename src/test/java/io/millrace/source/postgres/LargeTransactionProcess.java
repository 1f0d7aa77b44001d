package io.millrace.source.postgres;

import io.millrace.document.Schema;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Reads one transaction in a process with little memory, as slowly as an index would that writes
/// it away. Arguments: port, database, slot, where to begin, rows to come.
final class LargeTransactionProcess {
    /// What a batch takes: more than reading it does, so that as much waits as may.
    private static final long WRITING_NANOS = TimeUnit.MILLISECONDS.toNanos(40);

    private LargeTransactionProcess() {}

    public static void main(String[] arguments) {
        PostgresSettings settings =
                new PostgresSettings(
                        "large",
                        "127.0.0.1",
                        Integer.parseInt(arguments[0]),
                        arguments[1],
                        "postgres",
                        null,
                        SslMode.DISABLE,
                        null,
                        arguments[2],
                        "millrace",
                        false,
                        TruncatePolicy.APPLY,
                        PostgresSettings.USUAL_WAL_BUDGET_BYTES);
        PostgresStream stream =
                new PostgresStream(
                        () -> settings,
                        () -> Set.of("large"),
                        WalReadOptions.DEFAULT,
                        CopyOptions.DEFAULT,
                        System::nanoTime,
                        Thread::new);
        var binding =
                new TableBinding(
                        "large",
                        TableName.parse("t").orElseThrow(),
                        null,
                        new Schema(1, List.of(), List.of(), true));
        int expected = Integer.parseInt(arguments[4]);
        int rows = 0;
        int parts = 0;
        try (PostgresChangeSource source = new PostgresChangeSource(binding, stream)) {
            var start = source.start();
            var from =
                    io.millrace.change.Checkpoint.of(
                            java.util.Map.of(
                                    start.checkpoint().positions().firstKey(),
                                    io.millrace.change.Position.of(Lsn.parse(arguments[3]))));
            var batches =
                    source.changes(start.identity(), from)
                            .subscribe()
                            .asIterable(1, () -> new java.util.concurrent.ArrayBlockingQueue<>(2));
            for (var batch : batches) {
                rows += batch.changes().size();
                parts += batch.open() ? 1 : 0;
                LockSupport.parkNanos(WRITING_NANOS);
                if (!batch.open() && rows > 0) {
                    break;
                }
            }
        }
        System.out.printf(
                "%d rows in one transaction of %d parts, %d MB of heap%n",
                rows, parts + 1, Runtime.getRuntime().maxMemory() >> 20);
        if (rows != expected || parts == 0) {
            throw new AssertionError("expected %d rows in parts".formatted(expected));
        }
        System.exit(0);
    }
}
