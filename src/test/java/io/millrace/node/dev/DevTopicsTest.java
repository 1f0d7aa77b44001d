package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.testing.Awaiting;
import io.millrace.testing.TestKafka;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;

class DevTopicsTest {
    private static final Duration TIME_MAX = Duration.ofSeconds(30);

    @Test
    void topicsHaveOnePartitionAndOnesThatExistDoNoHarm() throws Exception {
        Map<String, Object> kafka = Map.of("bootstrap.servers", TestKafka.bootstrapServers());
        DevTopics.create(kafka, List.of("dev-topics-a"), TIME_MAX);

        DevTopics.create(kafka, List.of("dev-topics-a", "dev-topics-b"), TIME_MAX);

        try (var admin = Admin.create(kafka)) {
            // A broker may not know yet what the controller has created.
            Awaiting.that(
                    "topics known to the broker",
                    () -> names(admin).containsAll(List.of("dev-topics-a", "dev-topics-b")));
            var topics =
                    admin.describeTopics(List.of("dev-topics-a", "dev-topics-b"))
                            .allTopicNames()
                            .get();
            assertEquals(2, topics.size());
            topics.forEach((_, topic) -> assertEquals(1, topic.partitions().size()));
        }
    }

    private static Set<String> names(Admin admin) {
        return admin.listTopics().names().toCompletionStage().toCompletableFuture().join();
    }
}
