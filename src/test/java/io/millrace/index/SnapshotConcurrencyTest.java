package io.millrace.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.directory.Directory;
import io.millrace.directory.MmapDirectory;
import io.millrace.index.IndexScenario.Step;
import io.millrace.testing.ManualClock;
import io.millrace.testing.SilentEngine;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/// Every commit gives every key the same new number. A reader that ever sees two numbers saw two
/// generations (I9).
@ExtendWith(SilentEngine.class)
class SnapshotConcurrencyTest {
    private static final int READERS = 3;
    private static final int KEYS = 20;
    private static final int COMMITS = 80;

    @Test
    void readersNeverSeeTwoGenerations(@TempDir Path folder) throws Exception {
        Directory directory = MmapDirectory.open(folder);
        IndexScenario scenario = new IndexScenario(new ManualClock(), 5);
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch reading = new CountDownLatch(READERS);
        try (ExecutorService threads = Executors.newFixedThreadPool(READERS);
                Index index = scenario.create(directory)) {
            commitAll(scenario, index, 0);
            List<CompletableFuture<Long>> readers = new ArrayList<>();
            for (int i = 0; i < READERS; i++) {
                readers.add(
                        CompletableFuture.supplyAsync(
                                () -> readUntil(done, reading, index), threads));
            }
            reading.await();
            try {
                for (int number = 1; number <= COMMITS; number++) {
                    commitAll(scenario, index, number);
                    index.markPublished(index.newestCommit().generation());
                }
            } finally {
                done.set(true);
            }
            for (CompletableFuture<Long> reader : readers) {
                assertTrue(reader.join() > 0);
            }
            index.settle();
            assertEquals(
                    1, directory.list().stream().filter(name -> name.endsWith(".seg")).count());
        }
    }

    private static void commitAll(IndexScenario scenario, Index index, int number) {
        Step[] steps = new Step[KEYS];
        for (int key = 0; key < KEYS; key++) {
            steps[key] = scenario.upsert("k" + key, number);
        }
        scenario.add(index, steps);
        scenario.commit(index);
    }

    /// How many snapshots were read.
    private static long readUntil(AtomicBoolean done, CountDownLatch reading, Index index) {
        long reads = 0;
        long newest = 0;
        while (!done.get()) {
            try (IndexSnapshot snapshot = index.snapshot()) {
                assertTrue(snapshot.commit().generation() >= newest);
                newest = snapshot.commit().generation();
                SortedMap<String, Long> documents = IndexScenario.documents(snapshot);
                assertEquals(KEYS, documents.size());
                assertEquals(1, new HashSet<>(documents.values()).size(), documents::toString);
                assertEquals(newest - 2, documents.get("k0"));
            } finally {
                reading.countDown();
            }
            reads++;
        }
        return reads;
    }
}
