package io.millrace.source.postgres;

import io.millrace.MillraceException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The order of a table's keys, which only the database knows: it depends on types and collations.
/// Keys are lists of cells, each the text that the server writes of it. Immutable.
final class KeyOrder {
    /// How many keys one question is about.
    private static final int ASKED_MAX = 500;

    private static final String PARTS =
            """
            SELECT a.attname, pg_catalog.format_type(a.atttypid, -1), t.nspname,
                   pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.collname)
            FROM pg_catalog.pg_attribute a
                JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
                JOIN pg_catalog.pg_namespace t ON t.oid = y.typnamespace
                LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation
                LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
            WHERE a.attrelid = ? AND a.attname = ?\
            """;

    /// - cast: what makes a text a value of the column, with its collation
    private record Part(String column, String cast) {}

    private final TableShape table;
    private final List<Part> parts;

    /// Where the operators of the key's types are.
    private final Set<String> schemas;

    private KeyOrder(TableShape table, List<Part> parts, Set<String> schemas) {
        this.table = table;
        this.parts = List.copyOf(parts);
        this.schemas = schemas;
    }

    /// Blocks.
    static KeyOrder read(Connection connection, TableShape table) throws SQLException {
        List<Part> parts = new ArrayList<>();
        Set<String> schemas = new LinkedHashSet<>(List.of("pg_catalog"));
        try (PreparedStatement question = connection.prepareStatement(PARTS)) {
            for (String column : table.key()) {
                question.setLong(1, table.oid());
                question.setString(2, column);
                try (ResultSet answer = question.executeQuery()) {
                    if (!answer.next()) {
                        throw new MillraceException.Unavailable(
                                "table %s has no column %s any more"
                                        .formatted(table.name(), column));
                    }
                    String collation = answer.getString(4);
                    String cast = "::" + answer.getString(2);
                    parts.add(
                            new Part(
                                    TableName.quoted(column),
                                    collation == null ? cast : cast + " COLLATE " + collation));
                    schemas.add(answer.getString(3));
                }
            }
        }
        return new KeyOrder(table, parts, schemas);
    }

    /// Makes a session find the operators that compare keys.
    String searchPath() {
        return "SET search_path = "
                + String.join(", ", schemas.stream().map(TableName::quoted).toList());
    }

    /// Rows of a range that are published, as the rest of a query behind its columns; in order.
    ///
    /// @param after the key before the first one, empty for none
    /// @param upTo the last key, empty for none
    String rows(List<String> after, List<String> upTo) {
        List<String> conditions = new ArrayList<>();
        if (!after.isEmpty()) {
            conditions.add(row(columns()) + " > " + row(literals(after)));
        }
        if (!upTo.isEmpty()) {
            conditions.add(row(columns()) + " <= " + row(literals(upTo)));
        }
        return published(conditions) + " ORDER BY " + String.join(", ", columns());
    }

    /// The row of a key if it is published, as the rest of a query behind its columns.
    String rowOf(List<String> key) {
        return published(List.of(row(columns()) + " = " + row(literals(key))));
    }

    private String published(List<String> conditions) {
        List<String> all = new ArrayList<>(conditions);
        if (table.rowFilter() != null) {
            all.addFirst("(" + table.rowFilter() + ")");
        }
        return " FROM %s%s%s"
                .formatted(
                        table.partitioned() ? "" : "ONLY ",
                        table.name().quoted(),
                        all.isEmpty() ? "" : " WHERE " + String.join(" AND ", all));
    }

    /// The key that `count` rows of a range lead to, or none where the range has fewer.
    List<String> bound(Connection connection, List<String> after, List<String> upTo, int count)
            throws SQLException {
        String sql =
                "SELECT %s%s OFFSET %d LIMIT 1"
                        .formatted(String.join(", ", columns()), rows(after, upTo), count - 1);
        // Not a prepared statement: those may come in binary.
        try (Statement question = connection.createStatement();
                ResultSet answer = question.executeQuery(sql)) {
            List<String> key = new ArrayList<>();
            if (answer.next()) {
                for (int i = 1; i <= parts.size(); i++) {
                    key.add(answer.getString(i));
                }
            }
            return key;
        }
    }

    /// For each key how many of the bounds lie before it: the first bound that is at or above it.
    /// Blocks.
    ///
    /// @param bounds in order
    int[] places(Connection connection, List<List<String>> keys, List<List<String>> bounds)
            throws SQLException {
        int[] places = new int[keys.size()];
        for (int from = 0; from < places.length; from += ASKED_MAX) {
            int to = Math.min(places.length, from + ASKED_MAX);
            try (Statement question = connection.createStatement();
                    ResultSet answer = question.executeQuery(question(keys, from, to, bounds))) {
                while (answer.next()) {
                    places[answer.getInt(1)] = answer.getInt(2);
                }
            }
        }
        return places;
    }

    private String question(List<List<String>> keys, int from, int to, List<List<String>> bounds) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < parts.size(); i++) {
            names.add("k" + i);
        }
        StringBuilder sql = new StringBuilder("SELECT i, CASE");
        for (int i = 0; i < bounds.size(); i++) {
            sql.append(
                    " WHEN %s <= %s THEN %d"
                            .formatted(row(names), row(literals(bounds.get(i))), i));
        }
        sql.append(" ELSE %d END FROM (VALUES ".formatted(bounds.size()));
        for (int i = from; i < to; i++) {
            sql.append(i == from ? "" : ", ")
                    .append("(%d, %s)".formatted(i, String.join(", ", literals(keys.get(i)))));
        }
        return sql.append(") AS asked (i, ")
                .append(String.join(", ", names))
                .append(")")
                .toString();
    }

    private List<String> columns() {
        return parts.stream().map(Part::column).toList();
    }

    private List<String> literals(List<String> cells) {
        List<String> literals = new ArrayList<>(parts.size());
        for (int i = 0; i < parts.size(); i++) {
            literals.add(TableName.literal(cells.get(i)) + parts.get(i).cast());
        }
        return literals;
    }

    /// One value by itself: a row of one would keep the database from using the index.
    private static String row(List<String> values) {
        return values.size() == 1 ? values.getFirst() : "ROW(" + String.join(", ", values) + ")";
    }
}
