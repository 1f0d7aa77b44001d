package io.millrace.source.postgres;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One message of `pgoutput`, protocol version 1 or 2 without streaming: what the server sends of a
/// transaction once it is committed.
///
/// - LSNs are unsigned 64-bit positions in the log, object ids unsigned 32-bit
/// - times are microseconds since 2000-01-01 UTC, by the server's clock
sealed interface WalMessage {

    /// - finalLsn: where the commit record begins
    record Begin(long finalLsn, long commitMicros, int xid) implements WalMessage {}

    /// - endLsn: where the log goes on behind the transaction: the only LSN to compare with
    record Commit(int flags, long commitLsn, long endLsn, long commitMicros)
            implements WalMessage {}

    /// The transaction came from another server.
    record Origin(long commitLsn, String name) implements WalMessage {}

    /// What a table looks like from here on; comes before its first row and after each change of
    /// it.
    ///
    /// - schema: empty for `pg_catalog`
    /// - identity: `d` primary key, `n` nothing, `f` whole row, `i` an index
    record Relation(int oid, String schema, String table, char identity, List<Column> columns)
            implements WalMessage {
        public Relation {
            columns = List.copyOf(columns);
        }

        @Override
        public String toString() {
            return schema + "." + table;
        }
    }

    /// - flags: bit 0 is set for a column of the replica identity
    record Column(int flags, String name, int typeOid, int typeModifier) {}

    /// A type that is not built in, named before its first use.
    record Type(int oid, String schema, String name) implements WalMessage {}

    /// A change of one row.
    sealed interface Row extends WalMessage {
        /// Object id of the table, of the root of a partitioned one.
        int relation();
    }

    record Insert(int relation, Tuple row) implements Row {}

    /// - old: sent when the replica identity changed, or always when it is the whole row
    record Update(int relation, @Nullable OldRow old, Tuple row) implements Row {}

    record Delete(int relation, OldRow old) implements Row {}

    /// The row as it was.
    ///
    /// - whole: false when only the columns of the replica identity are here, null elsewhere
    record OldRow(boolean whole, Tuple row) {}

    /// - options: bit 0 is CASCADE, bit 1 RESTART IDENTITY
    record Truncate(int options, List<Integer> relations) implements WalMessage {
        public Truncate {
            relations = List.copyOf(relations);
        }
    }

    /// What somebody wrote with `pg_logical_emit_message`.
    ///
    /// - flags: bit 0 is set for a part of a transaction
    record Message(int flags, long lsn, String prefix, byte[] content) implements WalMessage {
        static final byte TRANSACTIONAL = 1;

        @Override
        public boolean equals(Object other) {
            return other instanceof Message that
                    && flags == that.flags
                    && lsn == that.lsn
                    && prefix.equals(that.prefix)
                    && Arrays.equals(content, that.content);
        }

        @Override
        public int hashCode() {
            return 31 * Long.hashCode(lsn) + prefix.hashCode();
        }

        @Override
        public String toString() {
            return "message %s of %d bytes at %s".formatted(prefix, content.length, Lsn.text(lsn));
        }
    }
}
