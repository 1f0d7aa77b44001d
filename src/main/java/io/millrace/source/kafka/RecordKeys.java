package io.millrace.source.kafka;

import io.millrace.MillraceException;
import io.millrace.document.Document;
import io.millrace.document.DocumentCursor;
import io.millrace.document.DocumentCursor.Token;
import io.millrace.document.DocumentKey;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
        DocumentCursor cursor = document.cursor();
        cursor.next();
        Value value = find(document.bytes(), cursor, path.getBytes(StandardCharsets.UTF_8));
        return value == null || value instanceof Value.Null ? null : key(value);
    }

    private DocumentKey key(Value value) {
        return DocumentKey.of(List.of(schema.keyPart(path, value)));
    }

    /// The value at a dotted path inside the object that the cursor has just entered; the cursor
    /// ends behind that object. A member with the whole path as its name comes first, as in
    /// [Schema#at].
    private static @Nullable Value find(byte[] bytes, DocumentCursor cursor, byte[] wanted) {
        Value direct = null;
        Value nested = null;
        for (Token token = cursor.next(); token != Token.END; token = cursor.next()) {
            int from = cursor.nameOffset();
            int length = cursor.nameLengthBytes();
            boolean starts =
                    length <= wanted.length
                            && Arrays.equals(bytes, from, from + length, wanted, 0, length);
            if (starts && length == wanted.length) {
                direct = cursor.value(token);
            } else if (token == Token.OBJECT && starts && wanted[length] == '.') {
                Value found =
                        find(bytes, cursor, Arrays.copyOfRange(wanted, length + 1, wanted.length));
                nested = nested == null ? found : nested;
            } else if (token == Token.OBJECT || token == Token.ARRAY) {
                cursor.skip();
            }
        }
        return direct != null ? direct : nested;
    }
}
