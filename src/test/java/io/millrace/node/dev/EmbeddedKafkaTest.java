package io.millrace.node.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {
    private static final Path JARS = Path.of("target", "kafka-broker");

    @TempDir Path home;

    @Test
    void recordsSurviveAStopAndALaterStart() throws Exception {
        var first = EmbeddedKafka.start(JARS, home, 0);
        assertEquals(ServerOrigin.STARTED, first.origin());
        write(first.bootstrapServers(), "kept");
        first.stop();

        var second = EmbeddedKafka.start(JARS, home, 0);
        try {
            assertNotEquals(first.pid(), second.pid());
            assertEquals("kept", read(second.bootstrapServers()));
        } finally {
            second.stop();
        }
    }

    @Test
    void aRunningBrokerIsAdoptedAndATakenPortAvoided() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var first = EmbeddedKafka.start(JARS, home, taken.getLocalPort());
            try {
                assertNotEquals(taken.getLocalPort(), first.port());

                var second = EmbeddedKafka.start(JARS, home, taken.getLocalPort());

                assertEquals(ServerOrigin.ADOPTED, second.origin());
                assertEquals(first.pid(), second.pid());
                assertEquals(first.port(), second.port());
            } finally {
                first.stop();
            }
        }
    }

    @Test
    void anotherProcessWithTheNumberOfADeadBrokerIsLeftAlone() throws Exception {
        var stranger = sleeper();
        try {
            ServerNote.of(
                            home,
                            stranger.toHandle(),
                            Ports.free(),
                            0,
                            BrokerProgram.of(JARS, home).argument())
                    .write();

            var broker = EmbeddedKafka.start(JARS, home, 0);
            broker.stop();

            assertEquals(ServerOrigin.STARTED, broker.origin());
            assertTrue(stranger.isAlive());
        } finally {
            stranger.destroyForcibly();
        }
    }

    /// A process that runs until it is ended: a JVM that reads an input nobody writes to.
    private static Process sleeper() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "jshell").toString();
        return new ProcessBuilder(java, "-s").start();
    }

    private static void write(String bootstrapServers, String value) throws Exception {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers);
        try (var admin = Admin.create(config)) {
            admin.createTopics(List.of(new NewTopic("words", 1, (short) 1))).all().get();
        }
        try (var producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>("words", value)).get();
        }
    }

    private static String read(String bootstrapServers) {
        Map<String, Object> config = Map.of("bootstrap.servers", bootstrapServers);
        var words = List.of(new TopicPartition("words", 0));
        try (var consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer())) {
            consumer.assign(words);
            consumer.seekToBeginning(words);
            return consumer.poll(Duration.ofSeconds(20)).iterator().next().value();
        }
    }
}
