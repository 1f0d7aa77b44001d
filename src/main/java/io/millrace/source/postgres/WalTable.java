package io.millrace.source.postgres;

/// The table an index reads, as far as the log must know it.
///
/// - oid: which table it is, whatever its name is now
/// - timeline: of the server's history, when the index began
record WalTable(TableName name, int oid, int timeline) {}
