package io.millrace;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.pipeline.FolderHome;
import io.millrace.source.postgres.Lsn;
import io.millrace.testing.NodeOfTests;
import io.millrace.testing.PackagedNode;
import io.millrace.testing.ShopOfTests;
import io.millrace.testing.TestKafka;
import io.millrace.testing.TestResources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// The packaged application over a shop that never closes, killed with SIGKILL again and again, in
/// the middle of the copy of the tables and of the stream after it: every row equals its document.
///
/// `-Dkill.times`, `-Dkill.records` and `-Dseed` change the run; profile `soak` sets the large one.
class ChinookIT {
    private static final int KILLS = Integer.getInteger("kill.times", 3);
    private static final int TRACKS = Integer.getInteger("kill.records", 50_000);
    private static final long ALIVE_MILLIS_MAX = 2_500;

    /// Some 10 MB of log are left behind by each kill.
    private static final Duration CATCH_UP_MAX = Duration.ofSeconds(90 + 10L * KILLS);

    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @Test
    void everyRowEqualsItsDocumentAfterKills(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder)
            throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        System.out.println("replay with -Dseed=" + SEED);
        NodeOfTests.createTopics("millrace.commits", "millrace.merges", "millrace.dead-letters");
        ShopOfTests shop = ShopOfTests.open(SEED);
        // Enough that a copy takes its time.
        shop.database()
                .execute(
                        """
                        INSERT INTO track SELECT 1000000 + n, 'track ' || n, 1, 1, 1, NULL, n, NULL, 1
                        FROM generate_series(1, %d) n
                        """
                                .formatted(TRACKS));
        shop.writeDefinitions(Files.createDirectory(folder.resolve("definitions")));
        PackagedNode node = PackagedNode.ofShortLife(folder, TestKafka.bootstrapServers());
        AtomicBoolean open = new AtomicBoolean(true);
        CompletableFuture<Long> steps = CompletableFuture.supplyAsync(() -> shop.trade(open::get));
        try {
            for (int kill = 0; kill < KILLS; kill++) {
                node.start();
                if (kill == 0) {
                    node.awaitCopy("tracks");
                } else {
                    long aliveMillis = random.nextLong(ALIVE_MILLIS_MAX);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(aliveMillis));
                }
                node.kill();
            }
            node.start();
            open.set(false);
            steps.join();
            String end = Lsn.text(shop.lsn());
            for (String index : ShopOfTests.INDEXES.keySet()) {
                node.awaitLsn(index, "shop", end, CATCH_UP_MAX);
            }
        } finally {
            open.set(false);
            node.stop();
        }
        for (String index : ShopOfTests.INDEXES.keySet()) {
            shop.assertInStep(index, documents(folder.resolve("data").resolve(index)));
        }
    }

    /// What the application left behind.
    private static Collection<Value.Obj> documents(Path indexFolder) throws Exception {
        Path incarnation;
        try (var folders = Files.list(indexFolder)) {
            incarnation = folders.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        try (Index index =
                Index.open(
                        MmapDirectory.open(incarnation),
                        IndexOptions.DEFAULT,
                        TestResources.node())) {
            return FolderHome.visible(index).values();
        }
    }
}
