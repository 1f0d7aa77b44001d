package io.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.pipeline.FolderHome;
import io.millrace.pipeline.Indexes;
import io.millrace.testing.Awaiting;
import io.millrace.testing.NodeClient;
import io.millrace.testing.NodeOfTests;
import io.millrace.testing.ShopOfTests;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Test;

/// A shop that is open while its tables become indexes, which then equal them field by field.
@QuarkusTest
@WithTestResource(NodeOfTests.class)
class ChinookTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime());

    @Inject Indexes indexes;

    @Test
    void everyRowEqualsItsDocument() throws Exception {
        // Given
        ShopOfTests shop = ShopOfTests.open(SEED);
        NodeClient node =
                new NodeClient(
                        ConfigProvider.getConfig().getValue("quarkus.http.test-port", int.class));
        AtomicBoolean open = new AtomicBoolean(true);
        CompletableFuture<Long> steps =
                CompletableFuture.supplyAsync(() -> shop.trade(open::get));
        try {
            // When
            node.putYaml("/sources/shop", shop.source());
            for (String index : ShopOfTests.INDEXES.keySet()) {
                node.putYaml("/indexes/" + index, ShopOfTests.index(index));
                Awaiting.that(
                        index + " follows while things happen",
                        () ->
                                indexes.get(index).status().committed().positions().size() == 1
                                        && node.hasCommitted(index, "shop", 1));
            }
            long before = shop.steps();
            Awaiting.that("more happens", () -> shop.steps() > before + 200);
            open.set(false);
            long made = steps.join();
            long end = shop.lsn();

            // Then
            for (String index : ShopOfTests.INDEXES.keySet()) {
                Awaiting.that(
                        index + " has read it all", () -> node.hasCommitted(index, "shop", end));
                shop.assertInStep(index, FolderHome.visible(indexes.get(index).index()).values());
                assertEquals(
                        0,
                        indexes.get(index).index().newestRejects(1).size(),
                        () -> "rejects of " + index + ", seed " + SEED + ", steps " + made);
            }
        } finally {
            open.set(false);
            ShopOfTests.INDEXES.keySet().forEach(index -> node.delete("/indexes/" + index));
            node.delete("/sources/shop");
        }
        Awaiting.that(
                "the slot goes with its source",
                () ->
                        shop.database()
                                .rows(
                                        "SELECT slot_name FROM pg_replication_slots WHERE database = '%s'"
                                                .formatted(shop.database().name()))
                                .isEmpty());
    }
}
