package io.millrace.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value;
import io.millrace.json.Json;
import io.millrace.node.dev.Chinook;
import io.millrace.node.dev.ChinookShop;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The Chinook music store in a database of its own, and whether documents are in step with it.
///
/// @param seed tells what happens in the shop
public record ShopOfTests(TestDatabase database, long seed) {
    /// Which index is of which table, and that table's key.
    public static final Map<String, Table> INDEXES =
            Map.of(
                    "tracks", new Table("track", List.of("track_id")),
                    "invoices", new Table("invoice", List.of("invoice_id")),
                    "customers", new Table("customer", List.of("customer_id")),
                    "wishes", new Table("wishlist", List.of("customer_id", "track_id")));

    private static final int DIFFERENCES_SHOWN = 10;

    /// A table and its key.
    public record Table(String name, List<String> key) {}

    /// Loaded, and nothing sold yet.
    public static ShopOfTests open(long seed) throws SQLException {
        TestDatabase database = TestPostgres.database("shop");
        try (Connection connection = database.connect()) {
            Chinook.load(connection);
        }
        return new ShopOfTests(database, seed);
    }

    /// The definition of the source `shop`.
    private String source() {
        return """
        kind: source
        name: shop
        postgres: { host: %s, port: %d, database: %s, user: %s }
        """
                .formatted(
                        database.at().host(),
                        database.at().port(),
                        database.name(),
                        database.at().user());
    }

    /// The definition of an index, with commits so often that something happens between them.
    private static String index(String name) {
        return """
        name: %s
        source: { postgres: { source: shop, table: %s } }
        commit: { interval: 50ms, idle-interval: 200ms }
        """
                .formatted(name, Objects.requireNonNull(INDEXES.get(name)).name());
    }

    /// The source and all indexes, as files.
    public void writeDefinitions(Path folder) throws IOException {
        Files.writeString(folder.resolve("shop.yaml"), source());
        for (String index : INDEXES.keySet()) {
            Files.writeString(folder.resolve(index + ".yaml"), index(index));
        }
    }

    /// True when a checkpoint holds everything of the shop up to a position in its log.
    public static boolean hasRead(Checkpoint checkpoint, long lsn) {
        SourcePartition partition = new SourcePartition("shop", 0);
        Position position = checkpoint.position(partition);
        return position != null
                && Long.compareUnsigned(position.next(), lsn) >= 0
                && checkpoint.copy(partition).isDone();
    }

    /// Does business while it is told to go on.
    ///
    /// @return how many steps the shop has made
    public long trade(BooleanSupplier goOn) {
        ChinookShop shop = new ChinookShop(seed);
        long steps = 0;
        try (Connection connection = database.connect()) {
            while (goOn.getAsBoolean()) {
                steps = shop.step(connection);
            }
            return steps;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// How many steps the shop has made.
    public long steps() {
        return Long.parseLong(database.value("SELECT step FROM shop_step"));
    }

    /// Where the log of the database ends now.
    public long lsn() {
        String[] parts = database.value("SELECT pg_current_wal_insert_lsn()").split("/");
        return Long.parseLong(parts[0], 16) << 32 | Long.parseLong(parts[1], 16);
    }

    /// Every row of a table is a document and every document a row, field by field. The oracle is
    /// what the database itself makes of a row in JSON.
    public void assertInStep(String index, Collection<Value.Obj> documents) {
        Table table = Objects.requireNonNull(INDEXES.get(index));
        Map<String, Value.Obj> expected = new TreeMap<>();
        for (List<String> row :
                database.rows("SELECT row_to_json(t) FROM %s t".formatted(table.name()))) {
            Value.Obj members =
                    (Value.Obj) Json.parse(row.getFirst().getBytes(StandardCharsets.UTF_8));
            expected.put(key(members, table), members);
        }
        Map<String, Value.Obj> actual = new TreeMap<>();
        for (Value.Obj document : documents) {
            Value.Obj before = actual.put(key(document, table), document);
            assertEquals(null, before, () -> "twice in " + index);
        }
        List<String> differences = new ArrayList<>();
        expected.forEach((key, row) -> {
            Value.Obj document = actual.remove(key);
            if (document == null) {
                differences.add(key + " is missing");
            } else {
                compare(key, row, document, differences);
            }
        });
        actual.keySet().forEach(key -> differences.add(key + " is not in the table"));
        assertTrue(
                differences.isEmpty(),
                () ->
                        "%s of %d rows, seed %d: %d differences, such as %s"
                                .formatted(
                                        index,
                                        expected.size(),
                                        seed,
                                        differences.size(),
                                        differences.stream().limit(DIFFERENCES_SHOWN).toList()));
    }

    private static void compare(
            String key, Value.Obj row, Value.Obj document, List<String> differences) {
        Map<String, Value> left = new LinkedHashMap<>(document.members());
        row.members()
                .forEach((name, value) -> {
                    Value found = left.remove(name);
                    if (found == null || !equal(value, found)) {
                        differences.add("%s %s: %s, not %s".formatted(key, name, found, value));
                    }
                });
        left.forEach((name, value) -> differences.add("%s %s: %s".formatted(key, name, value)));
    }

    private static boolean equal(Value expected, Value actual) {
        BigDecimal number = number(expected);
        BigDecimal other = number(actual);
        return number == null || other == null
                ? expected.equals(actual)
                : number.compareTo(other) == 0;
    }

    private static @Nullable BigDecimal number(Value value) {
        return switch (value) {
            case Value.Int(long number) -> BigDecimal.valueOf(number);
            case Value.Real(double number) -> BigDecimal.valueOf(number);
            case Value.Decimal(BigDecimal number) -> number;
            default -> null;
        };
    }

    private static String key(Value.Obj members, Table table) {
        return table.key().stream()
                .map(column -> String.valueOf(members.get(column)))
                .toList()
                .toString();
    }
}
