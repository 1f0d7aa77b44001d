package io.millrace.publish;

import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.index.StoredReject;
import io.millrace.publish.OutgoingRecord.Header;
import java.util.ArrayList;
import java.util.List;

/// Rejects as dead letters: the original value under the names of SmallRye's dead-letter headers,
/// with the stage, index and generation beside them. The id is the same however often one is sent.
///
/// The key is the index, like that of its events; the key of the source's record goes into a
/// header.
final class DeadLetters {
    private DeadLetters() {}

    static OutgoingRecord toRecord(String index, String incarnation, StoredReject stored) {
        Reject reject = stored.reject();
        Origin origin = reject.origin();
        List<Header> headers = new ArrayList<>();
        headers.add(
                Header.of(
                        "dead-letter-id",
                        "%s:%s:%d:reject:%d"
                                .formatted(
                                        index,
                                        incarnation,
                                        stored.generation(),
                                        stored.ordinal())));
        headers.add(Header.of("dead-letter-index", index));
        headers.add(Header.of("dead-letter-generation", stored.generation()));
        headers.add(Header.of("dead-letter-stage", reject.stage().label()));
        headers.add(Header.of("dead-letter-reason", reject.reason()));
        headers.add(Header.of("dead-letter-topic", origin.partition().stream()));
        headers.add(Header.of("dead-letter-partition", origin.partition().partition()));
        headers.add(Header.of("dead-letter-offset", origin.position()));
        byte[] key = origin.key();
        if (key != null) {
            headers.add(new Header("dead-letter-key", key));
        }
        return new OutgoingRecord(Topic.DEAD_LETTERS, index, origin.value(), headers);
    }
}
