package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Finds the key of a record. Confined to the consumer thread.
final class RecordKeys {
    private final Schema schema;
    private final String path;

    RecordKeys(Schema schema, String path) {
        this.schema = schema;
        this.path = path;
    }

    /// The key field.
    String path() {
        return path;
    }

    /// The key that the bytes of a record key stand for: UTF-8 text, coerced to the key field.
    ///
    /// @throws MillraceException.InvalidRequest when there is none or it does not fit
    DocumentKey ofRecordKey(byte @Nullable [] recordKey) {
        if (recordKey == null || recordKey.length == 0) {
            throw MillraceException.InvalidRequest.malformed(
                    "",
                    "record has %s, expected the value of key field %s"
                            .formatted(recordKey == null ? "no key" : "an empty key", path));
        }
        try {
            String text =
                    StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(recordKey))
                            .toString();
            return key(Value.of(text));
        } catch (CharacterCodingException e) {
            throw MillraceException.InvalidRequest.malformed(
                    "", "record key of %d bytes is not UTF-8 text".formatted(recordKey.length));
        }
    }

    /// The key in a document, or null where the key field is missing or null.
    ///
    /// @throws MillraceException.InvalidRequest when the value does not fit the key field
    @Nullable DocumentKey ofDocument(Document document) {
        Value value = document.at(path);
        return value == null || value instanceof Value.Null ? null : key(value);
    }

    private DocumentKey key(Value value) {
        return DocumentKey.of(List.of(schema.keyPart(path, value)));
    }
}
