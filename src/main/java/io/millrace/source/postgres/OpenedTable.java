package io.millrace.source.postgres;

import io.millrace.MillraceException;
import io.millrace.change.SourceIdentity;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.json.Json;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A table and its database as an index found them, or finds them again. Immutable.
///
/// - known: the table that the index was built from
/// - shape: as the catalog has it now, ahead of what the log says
/// - schema: with the key of the index, whose paths are names of columns
record OpenedTable(WalTable known, TableShape shape, Schema schema) {
    private static final String SYSTEM = "postgres.system";
    private static final String TIMELINE = "postgres.timeline";
    private static final String DATABASE = "postgres.database";
    private static final String SLOT = "postgres.slot";
    private static final String TABLE = "postgres.table";
    private static final String TABLE_OID = "postgres.table-oid";
    private static final String KEY = "postgres.key";

    /// `SQLSTATE` where there is no such table, or no such schema.
    private static final Set<String> NO_TABLE = Set.of("42P01", "3F000");

    /// What an index that begins now is built from.
    static SourceIdentity identity(
            PostgresSettings settings, Timelines timelines, TableShape shape, Schema schema) {
        return SourceIdentity.of(
                Map.of(
                        SYSTEM, timelines.system(),
                        TIMELINE, Integer.toString(timelines.current()),
                        DATABASE, settings.database(),
                        SLOT, settings.slot(),
                        TABLE, shape.name().toString(),
                        TABLE_OID, Long.toString(shape.oid()),
                        KEY,
                                new Value.Array(schema.keyPaths().stream().map(Value::of).toList())
                                        .toString()));
    }

    /// Blocks.
    ///
    /// @param identity what the index was built from
    /// @throws MillraceException.Fenced when the database, or the table, is another one
    /// @throws MillraceException.Unavailable when it cannot be asked, or has no such table
    static OpenedTable find(
            PostgresConnections connections, TableBinding binding, SourceIdentity identity) {
        PostgresSettings settings = connections.settings();
        try (Connection connection = connections.sql()) {
            TableShape shape = shape(connection, settings, binding);
            String database = fact(identity, DATABASE);
            if (!database.equals(settings.database())) {
                throw new MillraceException.Fenced(
                        "index was built from database %s, its source is %s now. Rebuild the index, or point the source back"
                                .formatted(database, settings.place()));
            }
            WalTable known =
                    new WalTable(
                            binding.table(),
                            Integer.parseUnsignedInt(fact(identity, TABLE_OID)),
                            fact(identity, SYSTEM),
                            Integer.parseInt(fact(identity, TIMELINE)));
            if (Integer.toUnsignedLong(known.oid()) != shape.oid()) {
                throw known.madeAnew((int) shape.oid());
            }
            return new OpenedTable(
                    known, shape, schema(binding.schema(), shape, keyPaths(identity)));
        } catch (SQLException e) {
            throw PostgresFailures.of(settings, e);
        }
    }

    /// @throws MillraceException.Unavailable when there is no such table, or nobody publishes it
    static TableShape shape(Connection connection, PostgresSettings settings, TableBinding binding)
            throws SQLException {
        lock(connection, binding.table());
        return new TableCatalog(new TypeCatalog())
                .read(connection, binding.table(), settings.publication(), binding.keyIndex());
    }

    /// Nobody changes the table while several questions are asked about it. Where there is none,
    /// the first answer says so.
    private static void lock(Connection connection, TableName table) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE %s IN ACCESS SHARE MODE".formatted(table.quoted()));
        } catch (SQLException e) {
            if (!NO_TABLE.contains(String.valueOf(e.getSQLState()))) {
                throw e;
            }
            connection.rollback();
        }
    }

    private static String fact(SourceIdentity identity, String name) {
        String fact = identity.facts().get(name);
        if (fact == null) {
            throw new MillraceException.Fenced(
                    "index was not built from a table of Postgres: %s is missing in %s"
                            .formatted(name, identity.facts().keySet()));
        }
        return fact;
    }

    private static List<String> keyPaths(SourceIdentity identity) {
        Value paths = Json.parse(fact(identity, KEY).getBytes(StandardCharsets.UTF_8));
        return ((Value.Array) paths).items().stream().map(Value::toString).toList();
    }

    /// What a definition declares, with the key of the table where it declares none.
    static Schema schema(Schema declared, TableShape shape, List<String> keyPaths) {
        if (!declared.keyPaths().isEmpty()) {
            return declared;
        }
        List<Field> fields = new ArrayList<>(declared.fields());
        for (String path : keyPaths) {
            if (declared.field(path).isEmpty()) {
                fields.add(
                        shape.column(path)
                                .flatMap(Column::keyField)
                                .orElseGet(() -> Field.of(path, FieldType.KEYWORD)));
            }
        }
        return new Schema(declared.version(), keyPaths, fields, declared.dynamic());
    }
}
