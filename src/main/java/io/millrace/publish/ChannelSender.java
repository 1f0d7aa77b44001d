package io.millrace.publish;

import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.Record;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/// Sends through the application's messaging channels, so that connection, security and producer
/// settings are the usual `mp.messaging.outgoing.*` keys, and so are the topics' names.
@ApplicationScoped
class ChannelSender implements RecordSender {
    private final MutinyEmitter<Record<String, byte[]>> commits;
    private final MutinyEmitter<Record<String, byte[]>> merges;
    private final MutinyEmitter<Record<String, byte[]>> deadLetters;

    ChannelSender(
            @Channel("commits") MutinyEmitter<Record<String, byte[]>> commits,
            @Channel("merges") MutinyEmitter<Record<String, byte[]>> merges,
            @Channel("dead-letters") MutinyEmitter<Record<String, byte[]>> deadLetters) {
        this.commits = commits;
        this.merges = merges;
        this.deadLetters = deadLetters;
    }

    @Override
    public CompletionStage<Void> send(OutgoingRecord record) {
        MutinyEmitter<Record<String, byte[]>> emitter =
                switch (record.topic()) {
                    case COMMITS -> commits;
                    case MERGES -> merges;
                    case DEAD_LETTERS -> deadLetters;
                };
        return emitter.sendMessage(message(record)).subscribeAsCompletionStage();
    }

    private static Message<Record<String, byte[]>> message(OutgoingRecord record) {
        Headers headers = new RecordHeaders();
        record.headers().forEach(header -> headers.add(header.name(), header.value()));
        return Message.of(Record.of(record.key(), record.value()))
                .addMetadata(
                        OutgoingKafkaRecordMetadata.<String>builder().withHeaders(headers).build());
    }
}
