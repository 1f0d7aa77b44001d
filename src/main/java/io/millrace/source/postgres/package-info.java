/// Tables of Postgres as sources.
///
/// - Enters: what the server's `pgoutput` plugin tells of committed transactions, through one
///   replication slot for all indexes of a database. Leaves: batches of changes, on demand, whole
///   transactions as one.
/// - Threads: one reads the log (`wal-<source>`), one per index makes changes of rows
///   (`postgres-<index>`); nobody interrupts them.
/// - Invariants: positions are the end LSNs of whole transactions, and nothing else is compared;
///   the server is told to forget only what every attached index has committed; what cannot be read
///   is a reject, what may be missing ends the stream with the reason.
/// - Read first: [PgoutputDecoder], [WalMessage].
@NullMarked
package io.millrace.source.postgres;

import org.jspecify.annotations.NullMarked;
