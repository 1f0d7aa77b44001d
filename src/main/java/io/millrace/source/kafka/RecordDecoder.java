package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.json.Json;
import io.millrace.source.kafka.TopicBinding.KeyPlace;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/// Turns one record into one change or one reject; nothing a record holds makes it fail. Confined
/// to the consumer thread.
final class RecordDecoder {
    private final TopicBinding binding;

    /// Null for an index without keys.
    private final @Nullable RecordKeys keys;

    private final int valueBytesMax;

    RecordDecoder(TopicBinding binding, int valueBytesMax) {
        this.binding = binding;
        this.keys = binding.keyPlace() == KeyPlace.NONE ? null : new RecordKeys(binding.schema());
        this.valueBytesMax = valueBytesMax;
    }

    /// Adds what the record says to one of the lists.
    ///
    /// @return memory held by it, in bytes
    int decode(ConsumerRecord<byte[], byte[]> record, List<Change> changes, List<Reject> rejects) {
        Origin origin =
                new Origin(
                        TopicFacts.partition(record.topic(), record.partition()),
                        record.offset(),
                        record.timestamp(),
                        record.key(),
                        record.value());
        Document document = null;
        Stage stage = Stage.DECODE;
        try {
            if (record.value() != null) {
                document = parse(record.value());
            }
            stage = Stage.KEY;
            Change change =
                    keys == null
                            ? append(document, origin)
                            : change(keys, record, document, origin);
            changes.add(change);
            return change.sizeBytes();
        } catch (MillraceException.InvalidRequest e) {
            rejects.add(new Reject(stage, String.valueOf(e.getMessage()), origin));
            return Change.OVERHEAD_BYTES + origin.sizeBytes();
        }
    }

    private Document parse(byte[] value) {
        if (value.length > valueBytesMax) {
            throw MillraceException.InvalidRequest.tooLarge(
                    "",
                    "value of %d bytes, expected at most %d"
                            .formatted(value.length, valueBytesMax));
        }
        return Json.parseDocument(value);
    }

    private static Change append(@Nullable Document document, Origin origin) {
        if (document == null) {
            throw MillraceException.InvalidRequest.malformed(
                    "", "record without a value would delete a key, but the index has no keys");
        }
        return new Change.Append(document, origin);
    }

    private Change change(
            RecordKeys recordKeys,
            ConsumerRecord<byte[], byte[]> record,
            @Nullable Document document,
            Origin origin) {
        if (document == null) {
            return new Change.Delete(recordKeys.ofRecordKey(record.key()), origin);
        }
        return new Change.Upsert(key(recordKeys, record, document), document, origin);
    }

    private DocumentKey key(
            RecordKeys recordKeys, ConsumerRecord<byte[], byte[]> record, Document document) {
        return switch (binding.keyPlace()) {
            case VALUE -> recordKeys.ofDocument(document);
            case RECORD -> {
                DocumentKey onRecord = recordKeys.ofRecordKey(record.key());
                DocumentKey inPayload = recordKeys.merged(onRecord, document);
                if (!inPayload.equals(onRecord)) {
                    throw MillraceException.InvalidRequest.malformed(
                            "",
                            "record key is %s, key field %s in the value is %s: expected the same"
                                    .formatted(onRecord, recordKeys.paths(), inPayload));
                }
                yield onRecord;
            }
            case NONE -> throw new MillraceException.Bug("key of a record without one");
        };
    }
}
