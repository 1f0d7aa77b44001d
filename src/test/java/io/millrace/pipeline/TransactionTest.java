package io.millrace.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.change.Position;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.json.Json;
import io.millrace.testing.Awaiting;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A source whose transactions are larger than its batches: four changes in batches of one.
class TransactionTest {
    private static final String NUMBERS =
            """
            {"key": "id", "fields": {"id": {"type": "keyword"}, "n": {"type": "long"}},
             "source": {"kafka": {"topic": "numbers"}},
             "commit": {"interval": "10ms", "idle-interval": "100ms", "changes": 1}}
            """;

    @TempDir Path folder;

    private final ScriptedSource source = new ScriptedSource(1, 4);
    private final IndexOptions options = IndexOptions.DEFAULT;
    private Indexes indexes;
    private RunningIndex index;

    @BeforeEach
    void start() {
        Catalog catalog = FolderHome.catalog(folder);
        indexes =
                new Indexes(
                        FolderHome.at(folder, options),
                        catalog,
                        _ -> source,
                        IndexWatcher.none(),
                        FolderHome.quickOptions(),
                        FolderHome.resources(7));
        index =
                indexes.start(
                        catalog.put("numbers", Json.parse(NUMBERS.getBytes(UTF_8))).definition());
        Awaiting.that("it is read", source::isRead);
    }

    @AfterEach
    void stop() {
        indexes.close();
    }

    @Test
    void commitWaitsForTheEndOfATransactionHoweverDueItIs() {
        source.upsert("a", 1).upsert("b", 2).upsert("c", 3);
        // Each of them is more than a generation may hold.
        Awaiting.that("three are taken", () -> index.status().indexedChanges() == 3);
        CompletableFuture<CommitPoint> asked = CompletableFuture.supplyAsync(index::commitNow);
        assertEquals(Set.of(), visible());
        assertEquals(1, index.index().newestCommit().generation());

        source.upsert("d", 4);

        assertEquals(Position.of(4), asked.join().checkpoint().position(ScriptedSource.PARTITION));
        assertEquals(Set.of("a", "b", "c", "d"), visible());
        assertEquals(2, index.index().newestCommit().generation());
    }

    @Test
    void transactionThatIsCutOffIsReadAgainFromItsStart() {
        source.upsert("a", 1).upsert("b", 2).upsert("c", 3).upsert("d", 4);
        source.upsert("e", 5).delete("a");
        Awaiting.that("six are taken", () -> index.status().indexedChanges() == 6);

        source.fail(new MillraceException.Unavailable("cut off"));

        Awaiting.that("it is read again", () -> source.subscriptions() == 2);
        assertFalse(visible().contains("e"));
        source.upsert("f", 6).upsert("g", 7);
        Awaiting.that(
                "all are visible", () -> visible().equals(Set.of("b", "c", "d", "e", "f", "g")));
    }

    @Test
    void stopInTheMiddleOfATransactionLeavesNothingOfIt() {
        source.upsert("a", 1).upsert("b", 2).upsert("c", 3).upsert("d", 4);
        Awaiting.that("the first is visible", () -> visible().size() == 4);
        source.upsert("e", 5).upsert("f", 6);
        Awaiting.that("six are taken", () -> index.status().indexedChanges() == 6);

        indexes.close();
        try (Index stopped = FolderHome.at(folder, options).open("numbers")) {
            assertEquals(
                    Position.of(4),
                    stopped.newestCommit().checkpoint().position(ScriptedSource.PARTITION));
            assertEquals(Set.of("a", "b", "c", "d"), FolderHome.visible(stopped).keySet());
        }
    }

    private Set<String> visible() {
        return new HashSet<>(FolderHome.visible(index.index()).keySet());
    }
}
