package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.MillraceException.InvalidRequest;
import io.millrace.source.postgres.TableShape.ReplicaIdentity;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads what the system catalogs say of a table, and refuses the ones that cannot be kept in step.
/// Confined to one thread.
final class TableCatalog {
    private static final String WHERE = "/source/postgres/table";

    private static final String TABLE =
            """
            SELECT c.oid::bigint, c.relkind::text, c.relpersistence::text, c.relreplident::text,
                   c.relispartition,
                   (SELECT r.oid::regclass::text FROM pg_catalog.pg_class r
                    WHERE r.oid = pg_catalog.pg_partition_root(c.oid))
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ?\
            """;

    /// Whether the log has the column is for the publication to say.
    private static final String COLUMNS =
            """
            SELECT a.attname, a.atttypid::bigint, a.atttypmod, NOT a.attnotnull,
                   a.attgenerated <> ''
            FROM pg_catalog.pg_attribute a
            WHERE a.attrelid = ? AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attnum\
            """;

    private static final String PUBLISHED =
            """
            SELECT attnames::text[], rowfilter FROM pg_catalog.pg_publication_tables
            WHERE pubname = ? AND schemaname = ? AND tablename = ?\
            """;

    private static final String INDEX_COLUMNS =
            """
            SELECT i.relname, x.indisprimary, x.indisreplident,
                   x.indisunique AND x.indisvalid AND x.indimmediate
                       AND x.indpred IS NULL AND x.indexprs IS NULL,
                   a.attname, a.attnotnull
            FROM pg_catalog.pg_index x
                JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
                CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, place)
                LEFT JOIN pg_catalog.pg_attribute a
                    ON a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0
            WHERE x.indrelid = ? AND k.place <= x.indnkeyatts
            ORDER BY i.relname, k.place\
            """;

    /// Every table whose changes come under the name of this one.
    private static final String LEAVES =
            """
            SELECT c.oid::bigint, c.oid::regclass::text, c.relreplident::text, c.relkind::text
            FROM pg_catalog.pg_partition_tree(?::bigint::oid::regclass) t
                JOIN pg_catalog.pg_class c ON c.oid = t.relid
            WHERE t.isleaf\
            """;

    private final TypeCatalog types;

    TableCatalog(TypeCatalog types) {
        this.types = types;
    }

    /// An index of a table.
    ///
    /// - telling: unique for all rows at any time, none of its columns null
    private record TableIndex(
            String name,
            boolean isPrimary,
            boolean isIdentity,
            boolean telling,
            List<String> columns) {}

    /// The same for a table that is not published yet, as if all of it were: to be asked before it
    /// is, because the database refuses every change of a published table whose rows it cannot tell
    /// apart. Blocks.
    ///
    /// @throws MillraceException.Unavailable when there is no such table
    /// @throws InvalidRequest when its rows cannot be told apart or followed, with what to do
    TableShape preview(Connection connection, TableName table, @Nullable String keyIndex)
            throws SQLException {
        return shape(connection, table, null, keyIndex);
    }

    /// Blocks.
    ///
    /// @param publication which shows the table; its columns and rows are those that count
    /// @param keyIndex names the unique index whose columns are the key, null for the primary key
    /// @throws MillraceException.Unavailable when there is no such table, or it is not published
    /// @throws InvalidRequest when its rows cannot be told apart or followed, with what to do
    TableShape read(
            Connection connection, TableName table, String publication, @Nullable String keyIndex)
            throws SQLException {
        return shape(connection, table, publication, keyIndex);
    }

    private TableShape shape(
            Connection connection,
            TableName table,
            @Nullable String publication,
            @Nullable String keyIndex)
            throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(TABLE)) {
            question.setString(1, table.schema());
            question.setString(2, table.table());
            try (ResultSet answer = question.executeQuery()) {
                if (!answer.next()) {
                    throw new MillraceException.Unavailable(
                            "table %s does not exist yet".formatted(table));
                }
                long oid = answer.getLong(1);
                String kind = answer.getString(2);
                checkKind(table, kind, answer.getString(3));
                if (answer.getBoolean(5)) {
                    throw refused(
                            "table %s is a partition of %s: its changes come under that name, so"
                                    + " index that one",
                            table, answer.getString(6));
                }
                ReplicaIdentity identity = identity(table, answer.getString(4));
                return shape(
                        connection, table, oid, kind.equals("p"), identity, publication, keyIndex);
            }
        }
    }

    private TableShape shape(
            Connection connection,
            TableName table,
            long oid,
            boolean partitioned,
            ReplicaIdentity identity,
            @Nullable String publication,
            @Nullable String keyIndex)
            throws SQLException {
        Published published =
                publication == null ? null : published(connection, table, publication);
        List<Column> columns =
                columns(connection, oid, published == null ? null : published.columns());
        Map<String, TableIndex> indexes = indexes(connection, oid);
        List<String> key = key(table, indexes, keyIndex);
        TableShape shape =
                new TableShape(
                        table,
                        oid,
                        columns,
                        key,
                        keyIndex,
                        identity,
                        partitioned,
                        published == null ? null : published.rowFilter());
        checkKeyIsPublished(shape, publication);
        if (partitioned) {
            checkLeaves(connection, shape);
        } else {
            checkKeyIsTold(shape, table.quoted(), identity, indexes);
        }
        return shape;
    }

    private static void checkKind(TableName table, String kind, String persistence) {
        String what =
                switch (kind) {
                    case "v" -> "a view";
                    case "m" -> "a materialized view";
                    case "f" -> "a foreign table";
                    case "r", "p" -> "";
                    default -> "no table";
                };
        if (!what.isEmpty()) {
            throw refused("%s is %s, which has no log of its own; expected a table", table, what);
        }
        if (!persistence.equals("p")) {
            throw refused(
                    "table %s is %s, so its changes are not logged; ALTER TABLE %s SET LOGGED",
                    table, persistence.equals("u") ? "unlogged" : "temporary", table.quoted());
        }
    }

    private record Published(Set<String> columns, @Nullable String rowFilter) {}

    private static Published published(Connection connection, TableName table, String publication)
            throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(PUBLISHED)) {
            question.setString(1, publication);
            question.setString(2, table.schema());
            question.setString(3, table.table());
            try (ResultSet answer = question.executeQuery()) {
                if (!answer.next()) {
                    throw new MillraceException.Unavailable(
                            "publication %1$s does not have table %2$s yet: ALTER PUBLICATION %3$s ADD TABLE %4$s"
                                    .formatted(
                                            publication,
                                            table,
                                            TableName.quoted(publication),
                                            table.quoted()));
                }
                String[] names = (String[]) answer.getArray(1).getArray();
                return new Published(new LinkedHashSet<>(List.of(names)), answer.getString(2));
            }
        }
    }

    /// @param published names of those that count, null for all that a table holds itself
    private List<Column> columns(Connection connection, long oid, @Nullable Set<String> published)
            throws SQLException {
        List<Column> columns = new ArrayList<>();
        try (PreparedStatement question = connection.prepareStatement(COLUMNS)) {
            question.setLong(1, oid);
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    String name = answer.getString(1);
                    boolean generated = answer.getBoolean(5);
                    if (published == null ? !generated : published.contains(name)) {
                        long type = answer.getLong(2);
                        columns.add(
                                new Column(
                                        name,
                                        types.find(connection, type),
                                        type,
                                        answer.getInt(3),
                                        answer.getBoolean(4),
                                        generated));
                    }
                }
            }
        }
        return columns;
    }

    private static Map<String, TableIndex> indexes(Connection connection, long oid)
            throws SQLException {
        Map<String, TableIndex> indexes = new LinkedHashMap<>();
        try (PreparedStatement question = connection.prepareStatement(INDEX_COLUMNS)) {
            question.setLong(1, oid);
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    String name = answer.getString(1);
                    String column = answer.getString(5);
                    boolean telling =
                            answer.getBoolean(4) && column != null && answer.getBoolean(6);
                    TableIndex before = indexes.get(name);
                    List<String> names =
                            before == null ? new ArrayList<>() : new ArrayList<>(before.columns());
                    if (column != null) {
                        names.add(column);
                    }
                    indexes.put(
                            name,
                            new TableIndex(
                                    name,
                                    answer.getBoolean(2),
                                    answer.getBoolean(3),
                                    telling && (before == null || before.telling()),
                                    names));
                }
            }
        }
        return indexes;
    }

    private static List<String> key(
            TableName table, Map<String, TableIndex> indexes, @Nullable String keyIndex) {
        if (keyIndex == null) {
            return indexes.values().stream()
                    .filter(index -> index.isPrimary() && index.telling())
                    .findFirst()
                    .map(TableIndex::columns)
                    .orElseThrow(() ->
                            refused(
                                    "table %s has no primary key, so its rows cannot be told apart."
                                            + " Give it one, or name a unique index of columns that"
                                            + " are never null with key-index, and make it the"
                                            + " replica identity: ALTER TABLE %s REPLICA IDENTITY"
                                            + " USING INDEX …",
                                    table, table.quoted()));
        }
        TableIndex index = indexes.get(keyIndex);
        if (index == null) {
            throw InvalidRequest.malformed(
                    "/source/postgres/key-index",
                    "table %s has no index %s, expected one of %s"
                            .formatted(table, keyIndex, String.join(", ", indexes.keySet())));
        }
        if (!index.telling()) {
            throw InvalidRequest.malformed(
                    "/source/postgres/key-index",
                    ("index %s of table %s does not tell rows apart, expected a unique index of"
                                    + " columns that are NOT NULL, without a condition, not deferrable")
                            .formatted(keyIndex, table));
        }
        return index.columns();
    }

    private static void checkKeyIsPublished(TableShape shape, @Nullable String publication) {
        for (String part : shape.key()) {
            Column column =
                    shape.column(part)
                            .orElseThrow(() ->
                                    refused(
                                            "%s leaves out column %s of table %s, which is part"
                                                    + " of its key; publish it",
                                            publication == null
                                                    ? "a publication"
                                                    : "publication " + publication,
                                            part,
                                            shape.name()));
            if (column.keyField().isEmpty()) {
                throw refused(
                        "table %s: column %s cannot be part of a key, expected a number, a text, a"
                                + " date, a time or a uuid, and a name that does not begin with _;"
                                + " name another unique index with key-index",
                        shape.name(), part);
            }
        }
    }

    /// Without the key of the old row nobody knows which document a deletion means.
    private static void checkKeyIsTold(
            TableShape shape,
            String table,
            ReplicaIdentity identity,
            Map<String, TableIndex> indexes) {
        boolean told =
                switch (identity) {
                    case FULL -> true;
                    case NOTHING -> false;
                    case DEFAULT ->
                            indexes.values().stream()
                                    .anyMatch(index ->
                                            index.isPrimary()
                                                    && index.columns().containsAll(shape.key()));
                    case INDEX ->
                            indexes.values().stream()
                                    .anyMatch(index ->
                                            index.isIdentity()
                                                    && index.columns().containsAll(shape.key()));
                };
        if (!told) {
            String remedy =
                    shape.keyIndex() == null || shape.partitioned()
                            ? "ALTER TABLE %s REPLICA IDENTITY %s"
                                    .formatted(table, shape.keyIndex() == null ? "DEFAULT" : "FULL")
                            : "ALTER TABLE %s REPLICA IDENTITY USING INDEX %s"
                                    .formatted(table, TableName.quoted(shape.keyIndex()));
            throw refused(
                    "table %s does not log the key (%s) of rows that are deleted: %s",
                    table, String.join(", ", shape.key()), remedy);
        }
    }

    private static void checkLeaves(Connection connection, TableShape shape) throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(LEAVES)) {
            question.setLong(1, shape.oid());
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    String leaf = answer.getString(2);
                    if (answer.getString(4).equals("r")) {
                        checkKeyIsTold(
                                shape,
                                leaf,
                                identity(shape.name(), answer.getString(3)),
                                indexes(connection, answer.getLong(1)));
                    }
                }
            }
        }
    }

    private static ReplicaIdentity identity(TableName table, String code) {
        return ReplicaIdentity.ofCode(code)
                .orElseThrow(() ->
                        refused(
                                "table %s has replica identity %s, expected d, i, f or n",
                                table, code));
    }

    private static InvalidRequest refused(String format, Object... arguments) {
        return InvalidRequest.malformed(WHERE, format.formatted(arguments));
    }
}
