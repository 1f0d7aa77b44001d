package io.millrace.node.dev;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The broker's own settings file. One node is broker and controller at once, so every internal
/// topic has one replica and few partitions, and nothing waits for members that will never come.
final class BrokerSettings {
    private BrokerSettings() {}

    static Path file(Path home) {
        return home.resolve("server.properties");
    }

    static Path data(Path home) {
        return home.resolve("data");
    }

    static Path write(Path home, int port, int controllerPort) throws IOException {
        // Forward slashes everywhere: a backslash escapes in a properties file.
        var data = data(home).toString().replace('\\', '/');
        return Files.writeString(
                file(home),
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                controller.listener.names=CONTROLLER
                listeners=BROKER://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=BROKER://127.0.0.1:%1$d
                inter.broker.listener.name=BROKER
                listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
                log.dirs=%3$s

                num.partitions=1
                auto.create.topics.enable=false
                offsets.topic.replication.factor=1
                offsets.topic.num.partitions=4
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                transaction.state.log.num.partitions=4
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                share.coordinator.state.topic.num.partitions=2
                group.initial.rebalance.delay.ms=0
                group.consumer.heartbeat.interval.ms=1000
                group.consumer.min.heartbeat.interval.ms=500

                num.network.threads=2
                num.io.threads=2
                log.cleaner.dedupe.buffer.size=4194304
                log.segment.bytes=67108864
                log.retention.hours=-1
                """
                        .formatted(port, controllerPort, data));
    }
}
