package io.millrace.bench;

import io.millrace.node.dev.DevDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// From a slot full of rows to where a side brings them, once per iteration, each time from a fresh
/// copy of the slot.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // the harness fills the parameters and calls the set-up first
public class WalBenchmark {
    /// As in the application. Here every side's driver would make a record of each message of the
    /// log, for nobody to see.
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    static {
        DRIVER.setLevel(java.util.logging.Level.INFO);
    }

    /// ours, drain or debezium.
    @Param("ours")
    public String side;

    @Param("1000000")
    public int rows;

    /// Where the [WalServer] of this run listens.
    @Param("5432")
    public int port;

    private DevDatabase database;
    private String slot;
    private WalSide reading;
    private SaleIndex index;

    @Setup(Level.Iteration)
    public void open() throws Exception {
        database = new DevDatabase("127.0.0.1", port, WalServer.DATABASE, "postgres", "");
        slot = "wal_" + side + "_" + System.nanoTime();
        WalServer.copySlot(database, slot);
        PostgresSide ours = PostgresSide.of(database, slot);
        index =
                new SaleIndex(
                        Files.createTempDirectory(
                                Files.createDirectories(Path.of("target", "bench")), side),
                        ours.schema(),
                        ours.beforeFirstRow());
        reading =
                switch (side) {
                    case "ours" -> ours;
                    case "drain" -> new DrainSide(database, slot);
                    case "debezium" -> new DebeziumSide(database, slot);
                    default -> throw new IllegalArgumentException("no side " + side);
                };
        if (reading != ours) {
            ours.close();
        }
    }

    @Benchmark
    public void drain() throws Exception {
        reading.drain(rows, index);
        if (!side.equals("drain") && index.documentCount() != rows) {
            throw new IllegalStateException(
                    "%s brought %d of %d rows".formatted(side, index.documentCount(), rows));
        }
    }

    @TearDown(Level.Iteration)
    public void close() throws Exception {
        reading.close();
        index.close();
        WalServer.dropSlot(database, slot);
    }
}
