package io.millrace.source.postgres;

import io.millrace.document.DocumentKey;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One try to bring the row of a key once more: what the log said of the key since it began, and
/// the look at the row, for which a transaction of its own stands in the log.
///
/// A transaction whose commit comes before ours in the log, and that the look did not see, has
/// overtaken it: what was seen is older than what the index has by then. Of those that wrote the
/// row only the last one needs to be known: it could not write before the others were visible.
///
/// Shared by the thread that asks and that of the index; guarded by itself.
final class Refresh {
    private final DocumentKey key;
    private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

    private @Nullable RowLook look;

    /// The last transaction that wrote the row, as far as it comes before our own.
    private long touchedLsn;

    private int touchedXid;

    /// Where our own commit record begins, once it was met.
    private long markedLsn = Long.MAX_VALUE;

    /// - endLsn: an index that stands here holds the row; 0 when the look was overtaken
    record Outcome(long endLsn) {
        boolean isOvertaken() {
            return endLsn == 0;
        }
    }

    Refresh(DocumentKey key) {
        this.key = key;
    }

    DocumentKey key() {
        return key;
    }

    /// Before the transaction of the look is committed.
    synchronized void saw(RowLook seen) {
        look = seen;
    }

    /// What became of it.
    CompletableFuture<Outcome> outcome() {
        return outcome;
    }

    // The thread of the index. The log may be read more than once.

    /// The row was written.
    ///
    /// @param commitLsn where the commit record of the transaction begins
    synchronized void touched(long commitLsn, int xid) {
        if (commitLsn >= touchedLsn && commitLsn < markedLsn) {
            touchedLsn = commitLsn;
            touchedXid = xid;
        }
    }

    synchronized boolean isOf(int xid) {
        return look != null && look.xid() == xid;
    }

    /// Our own transaction was met: what is to be given with it, null when that is too old.
    synchronized @Nullable RowLook meet(long commitLsn) {
        markedLsn = commitLsn;
        RowLook seen = look;
        if (seen == null || (touchedLsn > 0 && !seen.saw().sees(touchedXid))) {
            outcome.complete(new Outcome(0));
            return null;
        }
        return seen;
    }

    void given(long endLsn) {
        outcome.complete(new Outcome(endLsn));
    }
}
