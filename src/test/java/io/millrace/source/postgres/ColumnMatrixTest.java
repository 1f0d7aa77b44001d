package io.millrace.source.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.change.Change;
import io.millrace.document.DocumentKey;
import io.millrace.node.dev.EmbeddedPostgres;
import io.millrace.testing.TestDatabase;
import io.millrace.testing.TestPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every type of column, as it was copied, inserted, updated, set to null, left out because it is
/// large and unchanged, and as items of an array: documents say what SQL says.
class ColumnMatrixTest {
    /// Where Debian puts it.
    private static final Path VERSION_15 = Path.of("/usr/lib/postgresql/15/bin");

    /// A type with two values: what SQL writes, and what the document has.
    private record Type(String sql, String first, String firstJson, String second, String json) {
        String array() {
            return "ARRAY[%s, NULL, %s]::%s[]".formatted(first, second, sql);
        }

        String arrayJson() {
            return "[%s,null,%s]".formatted(firstJson, json);
        }
    }

    private static final List<Type> TYPES =
            List.of(
                    new Type("smallint", "-32768", "-32768", "7", "7"),
                    new Type("integer", "2147483647", "2147483647", "0", "0"),
                    new Type(
                            "bigint",
                            "9223372036854775807",
                            "9223372036854775807",
                            "-9223372036854775808",
                            "-9223372036854775808"),
                    new Type("oid", "4294967295", "4294967295", "1", "1"),
                    new Type(
                            "numeric",
                            "12345678901234567890.0123456789",
                            "12345678901234567890.0123456789",
                            "'NaN'",
                            "\"NaN\""),
                    new Type("numeric(10,2)", "1.5", "1.50", "-0.1", "-0.10"),
                    new Type("real", "0.1", "0.1", "'Infinity'", "\"Infinity\""),
                    new Type("double precision", "0.1", "0.1", "-1e300", "-1.0E300"),
                    new Type("boolean", "true", "true", "false", "false"),
                    new Type(
                            "text",
                            "'Zoë \"x\" \\, {}'",
                            "\"Zoë \\\"x\\\" \\\\, {}\"",
                            "''",
                            "\"\""),
                    new Type("varchar(9)", "'NULL'", "\"NULL\"", "' a '", "\" a \""),
                    new Type("char(5)", "'ab'", "\"ab\"", "' b'", "\" b\""),
                    new Type("name", "'n'", "\"n\"", "'m'", "\"m\""),
                    new Type("\"char\"", "'c'", "\"c\"", "'d'", "\"d\""),
                    new Type(
                            "uuid",
                            "'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'",
                            "\"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11\"",
                            "'00000000-0000-0000-0000-000000000000'",
                            "\"00000000-0000-0000-0000-000000000000\""),
                    new Type(
                            "date",
                            "'2026-11-21'",
                            "\"2026-11-21\"",
                            "'0044-03-15 BC'",
                            "\"-0043-03-15\""),
                    new Type("time", "'12:30:00.5'", "\"12:30:00.5\"", "'24:00'", "\"24:00:00\""),
                    new Type(
                            "timetz",
                            "'12:30+02'",
                            "\"12:30:00+02\"",
                            "'00:00-07'",
                            "\"00:00:00-07\""),
                    new Type(
                            "timestamp",
                            "'2026-11-21 12:30:00.123456'",
                            "\"2026-11-21T12:30:00.123456\"",
                            "'infinity'",
                            "\"infinity\""),
                    new Type(
                            "timestamptz",
                            "'2026-11-21 12:30:00+05:30'",
                            "\"2026-11-21T07:00:00Z\"",
                            "'12345-01-01 00:00:00+00'",
                            "\"+12345-01-01T00:00:00Z\""),
                    new Type(
                            "interval",
                            "'1 year 2 months 3 days 04:05:06'",
                            "\"P1Y2M3DT4H5M6S\"",
                            "'-1 day'",
                            "\"P-1D\""),
                    new Type(
                            "json",
                            "'{\"a\": [1, null, {\"b\": 2.5}]}'",
                            "{\"a\":[1,null,{\"b\":2.5}]}",
                            "'{\"a\": 1, \"a\": 2}'",
                            "\"{\\\"a\\\": 1, \\\"a\\\": 2}\""),
                    new Type(
                            "jsonb",
                            "'{\"a\": {\"b\": \"c\"}}'",
                            "{\"a\":{\"b\":\"c\"}}",
                            "'7'",
                            "7"),
                    new Type("bytea", "'\\x00ff10'", "\"AP8Q\"", "''", "\"\""),
                    new Type("inet", "'10.0.0.1'", "\"10.0.0.1\"", "'::1/64'", "\"::1/64\""),
                    new Type("cidr", "'10.0.0.0/8'", "\"10.0.0.0/8\"", "'::/0'", "\"::/0\""),
                    new Type(
                            "macaddr",
                            "'08:00:2B:01:02:03'",
                            "\"08:00:2b:01:02:03\"",
                            "'000000000000'",
                            "\"00:00:00:00:00:00\""),
                    new Type("bit(3)", "B'101'", "\"101\"", "B'000'", "\"000\""),
                    new Type("money", "1234.5", "\"$1,234.50\"", "0", "\"$0.00\""),
                    new Type("point", "'(1,2)'", "\"(1,2)\"", "'(0,0)'", "\"(0,0)\""),
                    new Type(
                            "box",
                            "'(1,1),(0,0)'",
                            "\"(1,1),(0,0)\"",
                            "'(2,2),(0,0)'",
                            "\"(2,2),(0,0)\""),
                    new Type("int4range", "'[1,5)'", "\"[1,5)\"", "'empty'", "\"empty\""),
                    new Type(
                            "tstzrange",
                            "'[2026-01-01 00:00:00+01,)'",
                            "\"[\\\"2025-12-31 23:00:00+00\\\",)\"",
                            "'(,)'",
                            "\"(,)\""),
                    new Type("tsvector", "'a:1 b:2'", "\"'a':1 'b':2\"", "''", "\"\""),
                    new Type("mood", "'happy'", "\"happy\"", "'so, so'", "\"so, so\""),
                    new Type("cents", "199", "199", "0", "0"),
                    new Type("moods", "'{happy,NULL}'", "[\"happy\",null]", "'{}'", "[]"),
                    new Type(
                            "place",
                            "ROW('A \"1\"', ROW(1.50, NULL), '{x,y}')",
                            "{\"street\":\"A \\\"1\\\"\",\"at\":{\"x\":1.50,\"y\":null},\"tags\":[\"x\",\"y\"]}",
                            "ROW(NULL, NULL, '{}')",
                            "{\"street\":null,\"at\":null,\"tags\":[]}"));

    private static final String[] DEFINITIONS = {
        "CREATE TYPE mood AS ENUM ('happy', 'so, so')",
        "CREATE DOMAIN cents AS int CHECK (VALUE >= 0)",
        "CREATE DOMAIN moods AS mood[]",
        "CREATE TYPE xy AS (x numeric, y int)",
        "CREATE TYPE place AS (street text, at xy, tags text[])",
        // What a row looks like must not depend on any of this.
        "ALTER DATABASE %s SET DateStyle = 'SQL, DMY'",
        "ALTER DATABASE %s SET TimeZone = 'Asia/Kolkata'",
        "ALTER DATABASE %s SET IntervalStyle = 'postgres_verbose'",
        "ALTER DATABASE %s SET bytea_output = 'escape'",
        "ALTER DATABASE %s SET extra_float_digits = -3"
    };

    @Test
    void documentsSayWhatSqlSays() {
        check(TestPostgres.database("matrix"));
    }

    @Test
    void onVersion15(@TempDir Path home) {
        assumeTrue(Files.isDirectory(VERSION_15), "Debian's PostgreSQL 15 is not installed");
        EmbeddedPostgres server =
                EmbeddedPostgres.start(VERSION_15, home, 0, Map.of("fsync", "off"));
        try {
            check(TestPostgres.database(server));
        } finally {
            server.stop();
        }
    }

    private static void check(TestDatabase database) {
        for (String definition : DEFINITIONS) {
            database.execute(definition.formatted(database.name()));
        }
        try (FollowedSource source =
                FollowedSource.of(
                        database, "matrix", FollowedSource.OPTIONS, everyType(), largeValues())) {
            source.database.execute(insert(1, false), insert(2, true), large(1));
            TableFollower rows = source.copy("every_type");
            TableFollower large = source.copy("large");
            rows.catchUp();
            assertEquals(List.of(expected(1, false), expected(2, true)), rows.members());

            source.database.execute(insert(3, false), update(1, true), update(2, false));
            source.database.execute("INSERT INTO every_type (id) VALUES (4)", nulls(2));
            assertEquals(
                    List.of(expected(1, true), nothing(2), expected(3, false), nothing(4)),
                    rows.catchUp().members());
            assertEquals(List.of(), rows.rejects());

            int given = rows.given().size();
            assertTrue(rows.refresh(DocumentKey.of(1)) && rows.refresh(DocumentKey.of(4)));
            assertEquals(given + 2, rows.given().size());
            assertEquals(
                    List.of(expected(1, true), nothing(2), expected(3, false), nothing(4)),
                    rows.members());

            large.catchUp();
            source.database.execute("UPDATE large SET small = 2");
            assertEquals(List.of(largeInSql(source.database)), large.catchUp().members());
            assertTrue(
                    large.given().getLast() instanceof Change.Upsert upsert
                            && upsert.keep().size() >= 6,
                    "large values were not sent again");
            assertEquals(List.of(), large.rejects());
        }
    }

    private static String everyType() {
        StringJoiner columns = new StringJoiner(", ", "CREATE TABLE every_type (", ")");
        columns.add("id int PRIMARY KEY");
        for (int i = 0; i < TYPES.size(); i++) {
            columns.add("c%d %s".formatted(i, TYPES.get(i).sql()));
            columns.add("a%d %s[]".formatted(i, TYPES.get(i).sql()));
        }
        return columns.toString();
    }

    private static String insert(int id, boolean second) {
        StringJoiner values = new StringJoiner(", ", "INSERT INTO every_type VALUES (", ")");
        values.add(Integer.toString(id));
        for (Type type : TYPES) {
            values.add("(%s)::%s".formatted(second ? type.second() : type.first(), type.sql()));
            values.add(type.array());
        }
        return values.toString();
    }

    private static String update(int id, boolean second) {
        StringJoiner values = new StringJoiner(", ", "UPDATE every_type SET ", " WHERE id = " + id);
        for (int i = 0; i < TYPES.size(); i++) {
            Type type = TYPES.get(i);
            values.add(
                    "c%d = (%s)::%s"
                            .formatted(i, second ? type.second() : type.first(), type.sql()));
        }
        return values.toString();
    }

    private static String nulls(int id) {
        StringJoiner values = new StringJoiner(", ", "UPDATE every_type SET ", " WHERE id = " + id);
        for (int i = 0; i < TYPES.size(); i++) {
            values.add("c%1$d = NULL, a%1$d = NULL".formatted(i));
        }
        return values.toString();
    }

    private static Map<String, String> expected(int id, boolean second) {
        Map<String, String> members = new TreeMap<>(Map.of("id", Integer.toString(id)));
        for (int i = 0; i < TYPES.size(); i++) {
            Type type = TYPES.get(i);
            members.put("c" + i, second ? type.json() : type.firstJson());
            members.put("a" + i, type.arrayJson());
        }
        return members;
    }

    private static Map<String, String> nothing(int id) {
        Map<String, String> members = expected(id, false);
        members.replaceAll((name, value) -> name.equals("id") ? value : "null");
        return members;
    }

    /// One column for each way of writing a value that the database keeps beside the row.
    private static String largeValues() {
        return "CREATE TABLE large (id int PRIMARY KEY, small int, t text, j json, b jsonb, y bytea,"
                + " ts text[], n numeric, p place, d moods)";
    }

    private static String large(int id) {
        List<String> values = new ArrayList<>();
        values.add(Integer.toString(id));
        values.add("1");
        String text = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i)";
        values.add(text);
        values.add("json_build_object('a', json_build_array(%s))".formatted(text));
        values.add("jsonb_build_object('a', jsonb_build_array(%s))".formatted(text));
        values.add("convert_to(%s, 'UTF8')".formatted(text));
        values.add("(SELECT array_agg(md5(i::text)) FROM generate_series(1, 400) i)");
        values.add(
                "(SELECT string_agg((i * 7919 % 10007)::text, '')::numeric FROM"
                        + " generate_series(1, 4000) i)");
        values.add("ROW(%s, NULL, NULL)::place".formatted(text));
        values.add("(SELECT array_agg('happy'::mood) FROM generate_series(1, 4000) i)");
        return "INSERT INTO large VALUES (" + String.join(", ", values) + ")";
    }

    /// The same in the words of SQL.
    private static Map<String, String> largeInSql(TestDatabase database) {
        List<String> names = List.of("id", "small", "t", "j", "b", "y", "ts", "n", "p", "d");
        List<String> values =
                database
                        .rows(
                                """
                                SELECT id::text, small::text, to_json(t)::text,
                                    replace(j::text, ' ', ''), replace(b::text, ' ', ''),
                                    to_json(translate(encode(y, 'base64'), E'\\n', ''))::text,
                                    array_to_json(ts)::text, n::text, row_to_json(p)::text,
                                    array_to_json(d)::text
                                FROM large\
                                """)
                        .getFirst()
                        .stream()
                        .map(String::valueOf)
                        .toList();
        Map<String, String> members = new TreeMap<>();
        for (int i = 0; i < names.size(); i++) {
            members.put(names.get(i), values.get(i));
        }
        return members;
    }
}
