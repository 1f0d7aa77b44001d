package io.millrace.source.postgres;

import io.millrace.document.Schema;
import org.jspecify.annotations.Nullable;

/// Which table feeds which index.
///
/// - index: names the thread
/// - keyIndex: the unique index whose columns are the key, null for the primary key
/// - schema: what the index's definition declares; without a key, the table's own is the key
public record TableBinding(
        String index, TableName table, @Nullable String keyIndex, Schema schema) {}
