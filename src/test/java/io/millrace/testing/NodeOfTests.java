package io.millrace.testing;

import io.millrace.node.dev.DevDefinitions;
import io.millrace.node.dev.QuakeFeed;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/// What the application needs in a Quarkus test: the broker with the topics of the sample and of
/// the events, the sample's definition, an empty data folder.
public final class NodeOfTests implements QuarkusTestResourceLifecycleManager {

    public static String bootstrapServers() {
        return TestKafka.bootstrapServers();
    }

    @Override
    public Map<String, String> start() {
        try {
            createTopics(
                    QuakeFeed.TOPIC,
                    "millrace.commits",
                    "millrace.merges",
                    "millrace.dead-letters");
            Path folder =
                    Files.createTempDirectory(
                            Files.createDirectories(Path.of("target/node-of-tests")), "n");
            Path definitions = Files.createDirectory(folder.resolve("definitions"));
            new DevDefinitions(definitions, folder.resolve("secrets")).writeQuakes();
            return Map.of(
                    "kafka.bootstrap.servers", bootstrapServers(),
                    "millrace.data-dir", folder.resolve("data").toString(),
                    "millrace.definitions-dir", definitions.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Creates one-partition topics where they are missing.
    public static void createTopics(String... names) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            for (String name : names) {
                try {
                    admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        throw new IllegalStateException(e.getCause());
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    @Override
    public void stop() {}
}
