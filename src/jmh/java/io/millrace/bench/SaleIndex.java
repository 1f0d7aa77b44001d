package io.millrace.bench;

import io.millrace.change.Change;
import io.millrace.change.ChangeBatch;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.PositionRange;
import io.millrace.change.SourceIdentity;
import io.millrace.change.SourcePartition;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Schema;
import io.millrace.index.Admission;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.IndexWriter;
import io.millrace.index.NodeResources;
import io.millrace.index.PreparedCommit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.stream.Stream;

/// The index that both sides fill, with a commit a second.
final class SaleIndex implements AutoCloseable {
    static final SourcePartition PARTITION = new SourcePartition("shop", 0);
    private static final int BATCH_CHANGES = 1_000;
    private static final Duration CADENCE = Duration.ofSeconds(1);

    private final Path folder;
    private final Index index;
    private final IndexWriter writer;
    private final Semaphore drained = new Semaphore(0);
    private final List<Change> batch = new ArrayList<>(BATCH_CHANGES);
    private long position;
    private long committedNanos = System.nanoTime();

    SaleIndex(Path folder, Schema schema, Checkpoint start) throws IOException {
        this.folder = folder;
        position = Objects.requireNonNull(start.position(PARTITION)).next();
        index =
                Index.create(
                        MmapDirectory.open(folder),
                        "sales",
                        "bench",
                        schema,
                        SourceIdentity.of(Map.of()),
                        start,
                        IndexOptions.DEFAULT,
                        new NodeResources(
                                InstantSource.system(),
                                System::nanoTime,
                                new SplittableRandom(),
                                Thread.ofPlatform().factory()));
        writer = index.writer();
        writer.onDrained(drained::release);
    }

    /// For a peer, which has no batches of ours.
    void add(Change change) throws InterruptedException {
        batch.add(change);
        if (batch.size() == BATCH_CHANGES) {
            flush();
        }
    }

    void add(ChangeBatch changes) throws InterruptedException {
        while (writer.add(changes) instanceof Admission.QueueFull) {
            drained.acquire();
        }
    }

    void commitIfDue() throws InterruptedException {
        if (System.nanoTime() - committedNanos > CADENCE.toNanos()) {
            commit();
        }
    }

    void commit() throws InterruptedException {
        flush();
        try (PreparedCommit prepared = writer.prepareCommit()) {
            prepared.commit();
        }
        committedNanos = System.nanoTime();
    }

    long documentCount() {
        try (IndexSnapshot snapshot = index.snapshot()) {
            return snapshot.liveCount();
        }
    }

    private void flush() throws InterruptedException {
        if (!batch.isEmpty()) {
            long end = position + batch.size();
            add(
                    ChangeBatch.of(
                            batch,
                            List.of(),
                            List.of(
                                    new PositionRange(
                                            PARTITION, Position.of(position), Position.of(end)))));
            position = end;
            batch.clear();
        }
    }

    /// Nothing of it is left.
    @Override
    public void close() throws IOException {
        index.close();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
