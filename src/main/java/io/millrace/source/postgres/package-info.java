/// Tables of Postgres as sources.
///
/// - Enters: what the server's `pgoutput` plugin tells of committed transactions, through one
///   replication slot for all indexes of a database, and rows of tables. Leaves: batches of
///   changes, on demand, whole transactions as one.
/// - Threads: one reads the log (`wal-<source>`), one per index makes changes of rows
///   (`postgres-<index>`); nobody interrupts them.
/// - Invariants: positions are the end LSNs of whole transactions, and nothing else is compared;
///   the server is told to forget only what every attached index has committed; what cannot be read
///   is a reject, what may be missing ends the stream with the reason; a value that has no exact
///   form in a document is kept as its text; every connection writes values the same way
///   ([PostgresConnections]), so a row looks the same whether it was copied or streamed.
/// - Read first: [PgoutputDecoder], [WalMessage]; what a table looks like: [TableShape],
///   [ColumnType].
@NullMarked
package io.millrace.source.postgres;

import org.jspecify.annotations.NullMarked;
