package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.document.DocumentKey;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// The rows of one index that are under way once more. May be shared between threads.
final class Refreshes {
    /// Each holds a row.
    private static final int OPEN_MAX = 16;

    private final List<Refresh> open = new CopyOnWriteArrayList<>();

    /// @throws MillraceException.Unavailable when too many are under way
    synchronized Refresh begin(DocumentKey key) {
        if (open.size() >= OPEN_MAX) {
            throw new MillraceException.Unavailable(
                    "%d documents of this index are being refreshed, expected at most %d"
                            .formatted(open.size(), OPEN_MAX));
        }
        Refresh refresh = new Refresh(key);
        open.add(refresh);
        return refresh;
    }

    void end(Refresh refresh) {
        open.remove(refresh);
    }

    // The thread of the index.

    /// The log says something of a key.
    void touched(DocumentKey key, WalEvent.Begun by) {
        if (!open.isEmpty()) {
            for (Refresh refresh : open) {
                if (refresh.key().equals(key)) {
                    refresh.touched(by.commitLsn(), by.xid());
                }
            }
        }
    }

    /// Whose transaction it is; null for one of another process, and for one that nobody waits for
    /// any more.
    @Nullable Refresh of(WalEvent.Begun transaction) {
        for (Refresh refresh : open) {
            if (refresh.isOf(transaction.xid())) {
                return refresh;
            }
        }
        return null;
    }
}
