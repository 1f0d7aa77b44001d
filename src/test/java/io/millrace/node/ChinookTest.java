package io.millrace.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.catalog.Catalog;
import io.millrace.catalog.DefinitionParser;
import io.millrace.directory.MmapDirectory;
import io.millrace.document.Value;
import io.millrace.index.IndexOptions;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.FolderHome;
import io.millrace.pipeline.IndexWatcher;
import io.millrace.pipeline.Indexes;
import io.millrace.pipeline.RunningIndex;
import io.millrace.source.kafka.KafkaReadOptions;
import io.millrace.source.push.PushOptions;
import io.millrace.testing.Awaiting;
import io.millrace.testing.ShopOfTests;
import io.millrace.testing.TestResources;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A shop that is open while its tables become indexes, which then equal them field by field.
class ChinookTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final int STEPS = 300;

    /// So many times as many in a soak run.
    private static final int ROUNDS = Integer.getInteger("soak.factor", 1);

    @Test
    void everyRowEqualsItsDocument(@TempDir Path folder) throws Exception {
        ShopOfTests shop = ShopOfTests.open(SEED);
        Path definitions = Files.createDirectory(folder.resolve("definitions"));
        shop.writeDefinitions(definitions);
        NodeResources resources = TestResources.node();
        MmapDirectory data = MmapDirectory.open(Files.createDirectory(folder.resolve("data")));
        Catalog catalog =
                Catalog.open(
                        data,
                        MmapDirectory.open(definitions),
                        new DefinitionParser(new LuceneAnalyzers()),
                        resources.random());
        Sources sources =
                new Sources(
                        catalog,
                        new Secrets(_ -> null, folder),
                        Map.of(),
                        folder,
                        PushOptions.DEFAULT,
                        KafkaReadOptions.DEFAULT,
                        resources);
        AtomicBoolean open = new AtomicBoolean(true);
        CompletableFuture<Long> trade = CompletableFuture.supplyAsync(() -> shop.trade(open::get));
        try (Indexes indexes =
                new Indexes(
                        new DirectoryIndexHome(data, IndexOptions.DEFAULT, resources),
                        catalog,
                        sources,
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        resources)) {
            indexes.startAll();
            for (int round = 1; round <= ROUNDS; round++) {
                int steps = round * STEPS;
                Awaiting.that("things happen meanwhile", () -> shop.steps() > steps);
            }
            open.set(false);
            trade.join();
            long end = shop.lsn();

            for (String name : ShopOfTests.INDEXES.keySet()) {
                RunningIndex index = indexes.get(name);
                Awaiting.that(
                        () -> name + " has read it all: " + index.status(),
                        () -> ShopOfTests.hasRead(index.status().committed(), end));
                shop.assertInStep(name, FolderHome.visible(index.index()).values());
                assertEquals(0, index.index().newestRejects(1).size(), "rejects of " + name);
            }
            Collection<Value.Obj> before =
                    FolderHome.visible(indexes.get("customers").index()).values();
            shop.database().execute("UPDATE customer SET fax = 'x' WHERE customer_id = 7");
            assertThrows(
                    AssertionError.class,
                    () -> shop.assertInStep("customers", before),
                    "one field that differs is told");
        } finally {
            open.set(false);
        }
    }
}
