package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the key of a record. Confined to the consumer thread.
final class RecordKeys {
    private final Schema schema;

    RecordKeys(Schema schema) {
        this.schema = schema;
    }

    /// The key fields, for messages.
    String paths() {
        return String.join(", ", schema.keyPaths());
    }

    /// The key that the bytes of a record key stand for, coerced to the key fields. With one field
    /// they are its UTF-8 text; with several a JSON array of the parts in their order, or a JSON
    /// object that holds the fields.
    ///
    /// @throws MillraceException.InvalidRequest when there is none or it does not fit
    DocumentKey ofRecordKey(byte @Nullable [] recordKey) {
        if (recordKey == null || recordKey.length == 0) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "record has %s, expected the value of key field %s"
                            .formatted(recordKey == null ? "no key" : "an empty key", paths()));
        }
        return schema.keyPaths().size() == 1
                ? schema.keyFrom(List.of(Value.of(text(recordKey))))
                : ofJson(recordKey);
    }

    /// @throws MillraceException.InvalidRequest when a key field is missing or does not fit
    DocumentKey ofDocument(Document document) {
        return schema.keyOf(document);
    }

    /// The key of a record with those parts in their place that the document holds too.
    ///
    /// @throws MillraceException.InvalidRequest when one does not fit its key field
    DocumentKey merged(DocumentKey ofRecord, Document document) {
        List<Value> parts = new ArrayList<>(ofRecord.parts());
        boolean holdsAny = false;
        for (int i = 0; i < parts.size(); i++) {
            Value value = document.at(schema.keyPaths().get(i));
            if (value != null && !(value instanceof Value.Null)) {
                parts.set(i, value);
                holdsAny = true;
            }
        }
        return holdsAny ? schema.keyFrom(parts) : ofRecord;
    }

    private DocumentKey ofJson(byte[] recordKey) {
        Value key;
        try {
            key = Json.parse(recordKey);
        } catch (MillraceException.InvalidRequest e) {
            throw noKey(String.valueOf(e.getMessage()));
        }
        return switch (key) {
            case Value.Array(List<Value> parts) -> schema.keyFrom(parts);
            case Value.Obj object -> schema.keyOf(object);
            default -> throw noKey(key.kind());
        };
    }

    private MillraceException.InvalidRequest noKey(String what) {
        return MillraceException.InvalidRequest.malformed(
                "",
                "record key: %s; expected a JSON array of %s, or an object with them"
                        .formatted(what, paths()));
    }

    private static String text(byte[] recordKey) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(recordKey))
                    .toString();
        } catch (CharacterCodingException e) {
            throw MillraceException.InvalidRequest.malformed(
                    "", "record key of %d bytes is not UTF-8 text".formatted(recordKey.length));
        }
    }
}
