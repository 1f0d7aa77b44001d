package io.millrace.source.postgres;

/// What the log tells one index: of each committed transaction that touched its table a [Begun],
/// the rows in their order, and a [Committed]. Immutable.
sealed interface WalEvent {
    /// Memory held beside the bytes of a message, in bytes, roughly.
    int OVERHEAD_BYTES = 150;

    /// Memory held, in bytes, for the bound of a queue.
    default int sizeBytes() {
        return OVERHEAD_BYTES;
    }

    /// - commitLsn: where the commit record begins
    /// - commitMicros: microseconds since 2000-01-01 UTC
    /// - xid: lower 32 bits of the transaction's number
    record Begun(long commitLsn, long commitMicros, int xid) implements WalEvent {}

    /// - relation: the table as it was when the row was written
    /// - messageBytes: what the message takes, whose bytes the row refers to
    record Changed(WalMessage.Relation relation, WalMessage.Row row, int messageBytes)
            implements WalEvent {
        @Override
        public int sizeBytes() {
            return OVERHEAD_BYTES + messageBytes;
        }
    }

    /// The table was truncated.
    record Emptied() implements WalEvent {}

    /// The transaction is the one of a [Refresh], here or elsewhere.
    record Refreshed() implements WalEvent {}

    /// - endLsn: the position of an index that holds the transaction
    record Committed(long endLsn) implements WalEvent {}
}
