package io.millrace.source.postgres;

import org.jspecify.annotations.Nullable;

/// An index that hangs on a log: while it does, the server keeps what the index has not committed
/// yet. Guarded by the [PostgresStream] that made it.
final class Attachment {
    /// Nothing is known of the index yet, so nothing may be forgotten.
    private static final long UNKNOWN = -1;

    private final String index;
    private long committedLsn = UNKNOWN;

    private @Nullable WalFeed feed;

    /// The server no longer has what the index needs next: nothing is kept for it.
    private boolean lost;

    /// A commit is wanted before its time.
    private boolean pressed;

    Attachment(String index) {
        this.index = index;
    }

    String index() {
        return index;
    }

    void reads(WalFeed opened) {
        feed = opened;
    }

    boolean isReading() {
        return feed != null && !feed.hasLeft();
    }

    /// Where the index begins to read: at its last commit the first time, later also where it broke
    /// off, which it need not have committed.
    void standsAt(long lsn) {
        lost = false;
        if (!isKnown()) {
            committedLsn = lsn;
        }
    }

    void press() {
        pressed = true;
    }

    boolean isPressed() {
        return pressed;
    }

    void committed(long lsn) {
        pressed = false;
        committedLsn = Math.max(committedLsn, lsn);
    }

    void lose() {
        lost = true;
    }

    boolean isLost() {
        return lost;
    }

    boolean isKnown() {
        return committedLsn != UNKNOWN;
    }

    long committedLsn() {
        return committedLsn;
    }
}
