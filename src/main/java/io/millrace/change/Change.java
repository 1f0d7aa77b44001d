package io.millrace.change;

import io.millrace.document.Document;
import io.millrace.document.DocumentKey;

/// What a source says happened to one key.
public sealed interface Change {
    DocumentKey key();

    Origin origin();

    /// Memory held, in bytes, for the bounds of queues.
    int sizeBytes();

    /// The document of this key is now this one.
    record Upsert(DocumentKey key, Document document, Origin origin) implements Change {
        @Override
        public int sizeBytes() {
            return OVERHEAD_BYTES + key.bytes().length + document.sizeBytes() + origin.sizeBytes();
        }
    }

    /// There is no document of this key any more.
    record Delete(DocumentKey key, Origin origin) implements Change {
        @Override
        public int sizeBytes() {
            return OVERHEAD_BYTES + key.bytes().length + origin.sizeBytes();
        }
    }

    /// Object headers and references of a change and its parts, roughly.
    int OVERHEAD_BYTES = 200;
}
