package io.millrace.index;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.change.Change;
import io.millrace.change.Reject;
import io.millrace.change.Reject.Stage;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import io.millrace.document.DocumentPatch;
import io.millrace.document.Schema;
import io.millrace.document.WriteMode;
import io.millrace.index.LaneDocuments.Place;
import org.jspecify.annotations.Nullable;

/// Works out what a change comes to, given the current document of its key and the rules of the
/// index. Changes nothing. Confined to the lane's thread.
final class ChangeResolver {

    sealed interface Outcome {
        /// The document is the one of the key from now on.
        ///
        /// - current: the one until now, null when there is none
        record Store(DocumentKey key, Document document, @Nullable Place current)
                implements Outcome {}

        record Remove(Place current) implements Outcome {}

        /// Every document goes.
        record Clear() implements Outcome {}

        record Nothing() implements Outcome {}

        record Refused(Stage stage, String reason) implements Outcome {}
    }

    private static final Outcome NOTHING = new Outcome.Nothing();

    private final Schema schema;
    private final LaneDocuments documents;
    private final boolean hasKeys;
    private final boolean firstStays;

    ChangeResolver(Schema schema, LaneDocuments documents) {
        this.schema = schema;
        this.documents = documents;
        this.hasKeys = schema.rules().mode() != WriteMode.APPEND;
        this.firstStays = schema.rules().mode() == WriteMode.REJECT_DUPLICATES;
    }

    /// Whether documents are looked for by key.
    boolean hasKeys() {
        return hasKeys;
    }

    /// @param seq intake number of the change
    Outcome resolve(Change change, long seq) {
        return switch (change) {
            case Change.Truncate _ -> new Outcome.Clear();
            case Change.Append(Document document, _) ->
                    hasKeys
                            ? refused(
                                    Stage.KEY,
                                    "document without a key, expected one: "
                                            + String.join(", ", schema.keyPaths()))
                            : new Outcome.Store(DocumentKey.of(seq), document, null);
            case Change.Keyed keyed -> hasKeys ? keyed(keyed) : refusedKey(keyed);
        };
    }

    private Outcome keyed(Change.Keyed change) {
        Place current = documents.find(change.key());
        try {
            return switch (change) {
                case Change.Upsert upsert -> upsert(upsert, current);
                case Change.Patch patch -> patch(patch, current);
                case Change.Delete _ -> current == null ? NOTHING : new Outcome.Remove(current);
            };
        } catch (InvalidRequest e) {
            return refused(Stage.RESOLVE, String.valueOf(e.getMessage()));
        }
    }

    private Outcome upsert(Change.Upsert upsert, @Nullable Place current) {
        DocumentKey key = upsert.key();
        if (current != null && firstStays) {
            return refused(
                    Stage.DUPLICATE, "key %s has a document already, which stays".formatted(key));
        }
        if (upsert.keep().isEmpty()) {
            return new Outcome.Store(key, upsert.document(), current);
        }
        if (current == null) {
            return refused(
                    Stage.RESOLVE,
                    "%s: %s not sent, and there is no document %s to take it from"
                            .formatted(
                                    Reject.TOAST_BASE_MISSING,
                                    String.join(", ", upsert.keep()),
                                    key));
        }
        DocumentPatch kept = DocumentPatch.carryingOver(upsert.keep(), documents.read(current));
        return new Outcome.Store(key, kept.applyTo(upsert.document()), current);
    }

    private Outcome patch(Change.Patch change, @Nullable Place current) {
        DocumentKey key = change.key();
        change.patch().checkSpares(schema.keyPaths());
        if (current != null) {
            return new Outcome.Store(key, change.patch().applyTo(documents.read(current)), current);
        }
        return switch (schema.rules().absent()) {
            case CREATE ->
                    new Outcome.Store(key, change.patch().applyTo(schema.documentOf(key)), null);
            case IGNORE -> NOTHING;
            case REJECT -> refused(Stage.RESOLVE, "no document %s to patch".formatted(key));
        };
    }

    private static Outcome refusedKey(Change.Keyed change) {
        return refused(
                Stage.KEY,
                "change of key %s, but the index has no keys: it takes documents only"
                        .formatted(change.key()));
    }

    private static Outcome refused(Stage stage, String reason) {
        return new Outcome.Refused(stage, reason);
    }
}
