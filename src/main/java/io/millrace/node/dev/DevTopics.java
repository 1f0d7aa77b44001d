package io.millrace.node.dev;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.jboss.logging.Logger;

/// Creates the topics that dev mode needs, one partition each. Outside dev mode topics are made by
/// whoever runs the brokers.
final class DevTopics {
    private static final Logger LOG = Logger.getLogger(DevTopics.class);

    private DevTopics() {}

    /// Returns when every topic is there. What cannot be created is logged: dev mode goes on, and
    /// whoever misses a topic waits for it.
    ///
    /// @param kafka client settings: where the brokers are and how to log in
    /// @param timeMax how long all of it may take
    static void create(Map<String, Object> kafka, Collection<String> names, Duration timeMax) {
        Map<String, Object> settings = new HashMap<>(kafka);
        int millisMax = Math.toIntExact(timeMax.toMillis());
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, millisMax);
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, millisMax);
        try (var admin = Admin.create(settings)) {
            var topics =
                    names.stream()
                            // As many replicas as the broker gives by itself.
                            .map(name -> new NewTopic(name, Optional.of(1), Optional.empty()))
                            .toList();
            for (var answer : admin.createTopics(topics).values().entrySet()) {
                try {
                    answer.getValue().get();
                } catch (ExecutionException e) {
                    if (!(e.getCause() instanceof TopicExistsException)) {
                        LOG.errorf(e.getCause(), "topic %s was not created", answer.getKey());
                    }
                }
            }
        } catch (KafkaException e) {
            LOG.errorf(e, "topics %s were not created", names);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
