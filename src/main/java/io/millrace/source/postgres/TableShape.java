package io.millrace.source.postgres;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A table as its publication shows it. Immutable.
///
/// - columns: those that are published, in the order of the table
/// - key: names of the columns that tell rows apart, in the order of their index; never null
/// - keyIndex: the index that says so, null for the primary key
/// - partitioned: its rows lie in partitions and are published under its own name
/// - rowFilter: the condition of its publication, as SQL; null when all rows are published
record TableShape(
        TableName name,
        long oid,
        List<Column> columns,
        List<String> key,
        @Nullable String keyIndex,
        ReplicaIdentity identity,
        boolean partitioned,
        @Nullable String rowFilter) {

    /// What of an old row the log tells when it is changed or deleted.
    enum ReplicaIdentity {
        /// The primary key.
        DEFAULT('d'),
        /// The columns of an index that was named.
        INDEX('i'),
        /// The whole row.
        FULL('f'),
        NOTHING('n');

        private final char code;

        ReplicaIdentity(char code) {
            this.code = code;
        }

        static Optional<ReplicaIdentity> ofCode(String code) {
            for (ReplicaIdentity identity : values()) {
                if (code.length() == 1 && code.charAt(0) == identity.code) {
                    return Optional.of(identity);
                }
            }
            return Optional.empty();
        }
    }

    TableShape {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    Optional<Column> column(String columnName) {
        return columns.stream().filter(column -> column.name().equals(columnName)).findFirst();
    }

    /// The columns of the key, in the order of their index.
    List<Column> keyColumns() {
        return key.stream().map(part -> column(part).orElseThrow()).toList();
    }

    /// Refuses a key that a definition declares and the table does not have.
    ///
    /// @param declared none where the definition leaves it to the table
    /// @throws InvalidRequest with what to do
    void checkKey(List<String> declared) {
        if (!declared.isEmpty() && !Set.copyOf(declared).equals(Set.copyOf(key))) {
            throw InvalidRequest.malformed(
                    "/key",
                    ("key %s, but the rows of table %s are told apart by %s (%s): leave the key out, or"
                                    + " name a unique index of other columns with key-index")
                            .formatted(
                                    String.join(", ", declared),
                                    name,
                                    String.join(", ", key),
                                    keyIndex == null ? "its primary key" : "index " + keyIndex));
        }
    }

    /// How rows are indexed where a definition says nothing: key fields first.
    List<Field> fields() {
        List<Field> fields = new ArrayList<>();
        keyColumns().forEach(column -> column.keyField().ifPresent(fields::add));
        for (Column column : columns) {
            if (!key.contains(column.name())) {
                column.field().ifPresent(fields::add);
            }
        }
        return fields;
    }
}
