package io.millrace.change;

import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import java.util.List;

/// What a source says happened.
public sealed interface Change {

    /// A change to the document of one key: all changes of a key are handled in their order.
    sealed interface Keyed extends Change {
        DocumentKey key();
    }

    Origin origin();

    /// Memory held, in bytes, for the bounds of queues.
    int sizeBytes();

    /// The document of this key is now this one.
    ///
    /// - keep: dotted paths that the source did not send, such as an unchanged large column: what
    ///   the current document has there stays. Without a current document the change is a reject.
    record Upsert(DocumentKey key, Document document, List<String> keep, Origin origin)
            implements Keyed {
        public Upsert {
            keep = List.copyOf(keep);
        }

        public Upsert(DocumentKey key, Document document, Origin origin) {
            this(key, document, List.of(), origin);
        }

        @Override
        public int sizeBytes() {
            return sizeOf(origin) + key.bytes().length + document.sizeBytes() + keptBytes(keep);
        }

        private static int keptBytes(List<String> paths) {
            int bytes = 0;
            for (String path : paths) {
                bytes += OVERHEAD_BYTES / 4 + path.length();
            }
            return bytes;
        }
    }

    /// The current document of this key, edited. What happens when there is none is a rule of the
    /// index.
    record Patch(DocumentKey key, DocumentPatch patch, Origin origin) implements Keyed {
        @Override
        public int sizeBytes() {
            return sizeOf(origin) + key.bytes().length + patch.sizeBytes();
        }
    }

    /// There is no document of this key any more.
    record Delete(DocumentKey key, Origin origin) implements Keyed {
        @Override
        public int sizeBytes() {
            return sizeOf(origin) + key.bytes().length;
        }
    }

    /// One more document, of an index without keys.
    record Append(Document document, Origin origin) implements Change {
        @Override
        public int sizeBytes() {
            return sizeOf(origin) + document.sizeBytes();
        }
    }

    /// There is no document at all any more: everything before this is gone.
    record Truncate(Origin origin) implements Change {
        @Override
        public int sizeBytes() {
            return sizeOf(origin);
        }
    }

    /// Object headers and references of a change and its parts, roughly.
    int OVERHEAD_BYTES = 200;

    private static int sizeOf(Origin origin) {
        return OVERHEAD_BYTES + origin.sizeBytes();
    }
}
