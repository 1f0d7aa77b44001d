package io.millrace.source.postgres;

import static java.util.Map.entry;

import io.millrace.source.postgres.ColumnType.ArrayOf;
import io.millrace.source.postgres.ColumnType.Composite;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the types of a database are, by their number: those every database has, and what the
/// catalog says of all others, asked once. Confined to one thread.
///
/// A type that the catalog does not have any more, and one that only its extension understands, is
/// text.
final class TypeCatalog {
    /// How deep types may be made of others.
    private static final int NESTING_MAX = 16;

    private static final Map<Long, ColumnType> BUILT_IN =
            Map.ofEntries(
                    entry(16L, ScalarType.BOOL),
                    entry(17L, ScalarType.BYTES),
                    entry(18L, ScalarType.KEYWORD), // "char"
                    entry(19L, ScalarType.KEYWORD), // name
                    entry(20L, ScalarType.INTEGER), // bigint
                    entry(21L, ScalarType.INTEGER), // smallint
                    entry(23L, ScalarType.INTEGER), // integer
                    entry(25L, ScalarType.TEXT),
                    entry(26L, ScalarType.INTEGER), // oid
                    entry(114L, ScalarType.JSON),
                    entry(650L, ScalarType.KEYWORD), // cidr
                    entry(700L, ScalarType.REAL),
                    entry(701L, ScalarType.REAL),
                    entry(774L, ScalarType.KEYWORD), // macaddr8
                    entry(829L, ScalarType.KEYWORD), // macaddr
                    entry(869L, ScalarType.KEYWORD), // inet
                    entry(1042L, ScalarType.PADDED_TEXT),
                    entry(1043L, ScalarType.TEXT), // varchar
                    entry(1082L, ScalarType.DATE),
                    entry(1083L, ScalarType.KEYWORD), // time
                    entry(1114L, ScalarType.TIMESTAMP),
                    entry(1184L, ScalarType.TIMESTAMP_ZONED),
                    entry(1186L, ScalarType.KEYWORD), // interval
                    entry(1266L, ScalarType.KEYWORD), // time with time zone
                    entry(1560L, ScalarType.KEYWORD), // bit
                    entry(1562L, ScalarType.KEYWORD), // bit varying
                    entry(1700L, ScalarType.DECIMAL),
                    entry(2950L, ScalarType.UUID),
                    entry(3220L, ScalarType.KEYWORD), // pg_lsn
                    entry(3802L, ScalarType.JSON)); // jsonb

    /// `typsubscript` tells arrays from what only looks like one: `int2vector`, `point`.
    private static final String TYPE =
            """
            SELECT t.typtype::text, t.typbasetype::bigint, t.typrelid::bigint, t.typelem::bigint,
                   t.typsubscript = 'array_subscript_handler'::regproc AND t.typlen = -1
                       AND t.typcategory = 'A' AND t.typelem <> 0 AND t.oid NOT IN (22, 30),
                   coalesce(e.typdelim, ',')::text
            FROM pg_catalog.pg_type t LEFT JOIN pg_catalog.pg_type e ON e.oid = t.typelem
            WHERE t.oid = ?\
            """;

    private static final String ATTRIBUTES =
            """
            SELECT attname, atttypid::bigint FROM pg_catalog.pg_attribute
            WHERE attrelid = ? AND attnum > 0 AND NOT attisdropped ORDER BY attnum\
            """;

    private final Map<Long, ColumnType> known = new HashMap<>(BUILT_IN);

    /// The type if it needs no question, else null.
    @Nullable ColumnType known(long oid) {
        return known.get(oid);
    }

    /// Blocks when the type is not known yet.
    ColumnType find(Connection connection, long oid) throws SQLException {
        return find(connection, oid, 0);
    }

    /// Forgets what was asked: types may have been changed since.
    void forget() {
        known.clear();
        known.putAll(BUILT_IN);
    }

    private ColumnType find(Connection connection, long oid, int depth) throws SQLException {
        ColumnType type = known.get(oid);
        if (type != null) {
            return type;
        }
        if (depth == NESTING_MAX) {
            return ScalarType.TEXT;
        }
        type = asked(connection, oid, depth);
        known.put(oid, type);
        return type;
    }

    private ColumnType asked(Connection connection, long oid, int depth) throws SQLException {
        String kind;
        long base;
        long relation;
        long element;
        boolean isArray;
        char delimiter;
        try (PreparedStatement question = connection.prepareStatement(TYPE)) {
            question.setLong(1, oid);
            try (ResultSet answer = question.executeQuery()) {
                if (!answer.next()) {
                    return ScalarType.TEXT;
                }
                kind = answer.getString(1);
                base = answer.getLong(2);
                relation = answer.getLong(3);
                element = answer.getLong(4);
                isArray = answer.getBoolean(5);
                delimiter = answer.getString(6).charAt(0);
            }
        }
        return switch (kind) {
            case "d" -> find(connection, base, depth + 1);
            case "e", "r", "m" -> ScalarType.KEYWORD;
            case "c" -> new Composite(attributes(connection, relation, depth + 1));
            default ->
                    isArray
                            ? new ArrayOf(find(connection, element, depth + 1), delimiter)
                            : ScalarType.TEXT;
        };
    }

    private List<Composite.Attribute> attributes(Connection connection, long relation, int depth)
            throws SQLException {
        List<Composite.Attribute> attributes = new ArrayList<>();
        Map<String, Long> types = new java.util.LinkedHashMap<>();
        try (PreparedStatement question = connection.prepareStatement(ATTRIBUTES)) {
            question.setLong(1, relation);
            try (ResultSet answer = question.executeQuery()) {
                while (answer.next()) {
                    types.put(answer.getString(1), answer.getLong(2));
                }
            }
        }
        for (Map.Entry<String, Long> attribute : types.entrySet()) {
            attributes.add(
                    new Composite.Attribute(
                            attribute.getKey(), find(connection, attribute.getValue(), depth)));
        }
        return attributes;
    }
}
