package io.millrace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.directory.MmapDirectory;
import io.millrace.document.Document;
import io.millrace.index.Index;
import io.millrace.index.IndexOptions;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.SegmentView;
import io.millrace.json.Json;
import io.millrace.testing.CommitTopic;
import io.millrace.testing.GeneratedTopic;
import io.millrace.testing.NodeOfTests;
import io.millrace.testing.PackagedNode;
import io.millrace.testing.TestKafka;
import io.millrace.testing.TestResources;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/// The packaged application, killed with SIGKILL again and again while a topic fills: nothing is
/// lost, nothing is there twice, and the commit events are one unbroken chain.
///
/// `-Dkill.times`, `-Dkill.records` and `-Dseed` change the run; profile `soak` sets the large one.
class KillIT {
    private static final int KILLS = Integer.getInteger("kill.times", 3);
    private static final Duration ROUND = Duration.ofMillis(1_500);
    private static final int RECORDS = Integer.getInteger("kill.records", 50_000);
    private static final long SEED = Long.getLong("seed", System.nanoTime());
    private static final String DEFINITION =
            """
            name: killed
            key: id
            fields:
              group: { type: keyword }
              n: { type: long }
              words: { type: text }
            source: { kafka: { topic: %s, key-from: record } }
            commit: { interval: 100ms, idle-interval: 500ms }
            """;

    @Test
    void everyKeyOfTheTopicIsIndexedOnceAfterKills(
            @TempDir(cleanup = CleanupMode.ON_SUCCESS) Path folder) throws Exception {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
        NodeOfTests.createTopics("millrace.commits", "millrace.merges", "millrace.dead-letters");
        GeneratedTopic topic =
                GeneratedTopic.create(TestKafka.bootstrapServers(), "killed-" + SEED, 4, random);
        Path definitions = Files.createDirectory(folder.resolve("definitions"));
        Files.writeString(definitions.resolve("killed.yaml"), DEFINITION.formatted(topic.name()));
        PackagedNode node = PackagedNode.ofShortLife(folder, TestKafka.bootstrapServers());
        try {
            for (int round = 0; round < KILLS; round++) {
                node.start();
                CompletableFuture<Void> sending =
                        CompletableFuture.runAsync(() -> topic.send(RECORDS / (KILLS + 1), ROUND));
                // While records arrive: a kill that finds nothing under way proves little.
                LockSupport.parkNanos(random.nextLong(ROUND.toNanos() / 10, ROUND.toNanos()));
                node.kill();
                sending.join();
            }
            topic.send(RECORDS - topic.sent());
            node.start();
            node.awaitCheckpoint("killed", topic.name(), topic.endOffsets());
            assertEquals(topic.expected().size(), node.count("killed"), () -> "seed " + SEED);
        } finally {
            node.stop();
        }
        assertEquals(
                topic.expected(), documents(folder.resolve("data/killed")), () -> "seed " + SEED);
        CommitTopic.assertUnbrokenChain(
                TestKafka.bootstrapServers(), "killed", topic.name(), topic.endOffsets());
        CommitTopic.assertDeadLetters(TestKafka.bootstrapServers(), "killed", topic.undecodable());
    }

    /// Key to document, read from the files that the killed application left behind.
    private static Map<String, String> documents(Path indexFolder) throws Exception {
        Map<String, String> documents = new TreeMap<>();
        Path incarnation;
        try (var folders = Files.list(indexFolder)) {
            incarnation = folders.filter(Files::isDirectory).findFirst().orElseThrow();
        }
        try (Index index =
                        Index.open(
                                MmapDirectory.open(incarnation),
                                IndexOptions.DEFAULT,
                                TestResources.node());
                IndexSnapshot snapshot = index.snapshot()) {
            for (SegmentView view : snapshot.segments()) {
                for (int i = 0; i < view.reader().documentCount(); i++) {
                    if (!view.deleted().contains(i)) {
                        Document document = view.reader().document(i);
                        String before =
                                documents.put(
                                        view.reader().key(i).toString(),
                                        new String(Json.bytes(document), StandardCharsets.UTF_8));
                        assertEquals(null, before, "twice: " + view.reader().key(i));
                    }
                }
            }
        }
        return documents;
    }
}
