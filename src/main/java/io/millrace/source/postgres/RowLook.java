package io.millrace.source.postgres;

import io.millrace.change.Change;
import io.millrace.change.Origin;
import io.millrace.document.Document;
import io.millrace.document.DocumentKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One row as a statement saw it, and the transaction that says in the log that it did. Immutable.
///
/// - cells: those of the table's key, as the server takes them
/// - document, value: the row, made ready and as it came; null when there was none
/// - xid: lower 32 bits of the number of the transaction
record RowLook(
        DocumentKey key,
        List<String> cells,
        @Nullable Document document,
        byte @Nullable [] value,
        XactSnapshot saw,
        int xid) {
    RowLook {
        cells = List.copyOf(cells);
    }

    Change change(Origin origin) {
        return document == null
                ? new Change.Delete(key, origin)
                : new Change.Upsert(key, document, origin);
    }
}
