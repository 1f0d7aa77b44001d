package io.millrace.catalog;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.FileFormat;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.document.AbsentKey;
import io.millrace.document.Analysis;
import io.millrace.document.Field;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.TimestampUnit;
import io.millrace.document.WriteMode;
import io.millrace.document.WriteRules;
import io.millrace.json.Json;
import io.millrace.node.LuceneAnalyzers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DefinitionParserTest {
    private static final DefinitionParser PARSER = new DefinitionParser(new LuceneAnalyzers());

    private static final String QUAKES =
            """
            name: quakes
            key: id
            fields:
              place:     { type: text, analyzer: english }
              magnitude: { type: double }
              status:    { type: keyword }
              tags:      { type: keyword, multi: true }
              felt:      { type: long }
              tsunami:   { type: bool, multi: false }
              time:      { type: timestamp, unit: seconds }
            source:
              kafka: { topic: quakes, format: json, key-from: value, source: default }
            commit: { interval: 200ms, changes: 500, bytes: 10MB, idle-interval: 5m }
            """;

    @Test
    void aFullDefinitionIsReadWhole() {
        IndexDefinition quakes = parse(QUAKES);

        assertEquals("quakes", quakes.name());
        assertEquals(List.of("id"), quakes.schema().keyPaths());
        assertEquals(
                List.of(
                        Field.of("id", FieldType.KEYWORD),
                        Field.of("place", FieldType.TEXT).withAnalyzer("english"),
                        Field.of("magnitude", FieldType.DOUBLE),
                        Field.of("status", FieldType.KEYWORD),
                        Field.of("tags", FieldType.KEYWORD).asMulti(),
                        Field.of("felt", FieldType.LONG),
                        Field.of("tsunami", FieldType.BOOL),
                        Field.of("time", FieldType.TIMESTAMP).withUnit(TimestampUnit.SECONDS)),
                quakes.schema().fields());
        assertEquals(new KafkaSource("default", "quakes", KeyFrom.VALUE), quakes.source());
        assertEquals(
                new CommitCadence(Duration.ofMillis(200), 500, 10_000_000, Duration.ofMinutes(5)),
                quakes.commit());
        assertEquals(Json.parseYaml(QUAKES.getBytes(UTF_8)), quakes.origin());
    }

    @Test
    void aDefinitionTunesTheClientOfItsTopic() {
        IndexDefinition tuned =
                parse(
                        "{name: a, key: id, source: {kafka: {topic: t, properties: {fetch.min.bytes: 65536,"
                                + " isolation.level: read_uncommitted}}}}");

        assertEquals(
                Map.of("fetch.min.bytes", "65536", "isolation.level", "read_uncommitted"),
                ((KafkaSource) tuned.source()).properties());
    }

    @Test
    void aDefinitionMakesAnalyzersOfItsOwn() {
        IndexDefinition made =
                parse(
                        """
                        {name: a, key: id, source: push,
                         analyzers: {
                           names: {base: english, stopwords: [the, a, the], synonyms: ["tv, television"]},
                           all: {stopwords: none}},
                         fields: {title: {type: text, analyzer: names, positions: false},
                                  body: {type: text, analyzer: all}, rest: {type: text}}}
                        """);

        Analysis names = Analysis.of("english").withStopwords(List.of("a", "the"));
        Analysis all = Analysis.DEFAULT.withStopwords(List.of());
        assertEquals(
                new OwnAnalyzers(
                        Map.of(
                                "names", new OwnAnalyzer(names, List.of("tv, television")),
                                "all", new OwnAnalyzer(all, List.of())),
                        Map.of("title", "names", "body", "all")),
                made.analyzers());
        assertEquals(
                List.of(names.withPositions(false), all, Analysis.DEFAULT),
                made.schema().fields().stream()
                        .filter(field -> field.type() == FieldType.TEXT)
                        .map(Field::analysis)
                        .toList());
    }

    @Test
    void analyzersAreBounded() {
        String word = "a".repeat(100);
        assertRefusedAnalyzer("{stopwords: [%s]}".formatted(numbered(1_001)), "1001 stop words");
        assertRefusedAnalyzer("{stopwords: [%s]}".formatted(word + "a"), "a word of 1 to 100");
        assertRefusedAnalyzer(
                "{synonyms: ['%s']}".formatted((word + ",").repeat(10)), "1010 characters");
        assertRefusedAnalyzer(
                "{synonyms: [%s]}".formatted(numbered(10_001)), "10001 rules in all analyzers");
        assertRefusedAnalyzer(
                "{synonyms: ['%s']}".formatted(numbered(102)), "more than 100 synonyms of \"0\"");
    }

    private static String numbered(int count) {
        return IntStream.range(0, count)
                .mapToObj(Integer::toString)
                .map(number -> count > 1_000 ? "'" + number + "'" : number)
                .collect(Collectors.joining(","));
    }

    private static void assertRefusedAnalyzer(String analyzer, String reason) {
        InvalidRequest refusal =
                assertThrows(
                        InvalidRequest.class,
                        () ->
                                parse(
                                        "{name: a, key: id, source: push, analyzers: {own: %s}}"
                                                .formatted(analyzer)));
        assertTrue(
                String.valueOf(refusal.getMessage()).contains(reason),
                () -> refusal.getMessage() + " without " + reason);
    }

    @Test
    void whatIsLeftOutHasDefaults() {
        IndexDefinition least = parse("{name: a, key: [id], source: {kafka: {topic: t}}}");

        assertEquals(List.of(Field.of("id", FieldType.KEYWORD)), least.schema().fields());
        assertEquals(new KafkaSource("default", "t", KeyFrom.RECORD), least.source());
        assertEquals(CommitCadence.DEFAULT, least.commit());
    }

    @Test
    void aKeyOfSeveralFieldsKeepsTheirOrder() {
        IndexDefinition lines =
                parse(
                        """
                        {name: a, key: [shop, no], source: push,
                         fields: {no: {type: uuid}, day: {type: date}, price: {type: decimal}}}
                        """);

        assertEquals(List.of("shop", "no"), lines.schema().keyPaths());
        assertEquals(
                List.of(
                        Field.of("shop", FieldType.KEYWORD),
                        Field.of("no", FieldType.UUID),
                        Field.of("day", FieldType.DATE),
                        Field.of("price", FieldType.DECIMAL)),
                lines.schema().fields());
    }

    @Test
    void pushAndFileAreSources() {
        assertEquals(new PushSource(), parse("{name: a, key: id, source: push}").source());
        assertEquals(
                new FileSource("in/a b.ndjson", FileFormat.NDJSON, ','),
                parse("{name: a, key: id, source: {file: {path: in/a b.ndjson, format: ndjson}}}")
                        .source());
        assertEquals(
                new FileSource("a.csv", FileFormat.CSV, '\t'),
                parse(
                                "{name: a, key: id, source: {file: {path: a.csv, format: csv,"
                                        + " delimiter: \"\\t\"}}}")
                        .source());
    }

    @Test
    void aDeclaredKeyKeepsItsTypeAndPlace() {
        IndexDefinition orders =
                parse(
                        "{name: a, key: no, fields: {x: {type: bool}, no: {type: long}},"
                                + " source: {kafka: {topic: t}}}");

        assertEquals(
                List.of(Field.of("x", FieldType.BOOL), Field.of("no", FieldType.LONG)),
                orders.schema().fields());
    }

    @ParameterizedTest
    @CsvSource({
        "10ms, PT0.01S",
        "1s, PT1S",
        "90s, PT1M30S",
        "5m, PT5M",
        "1h, PT1H",
    })
    void intervalsHaveUnits(String text, Duration expected) {
        assertEquals(
                expected,
                parse(
                                "{name: a, key: id, source: {kafka: {topic: t}}, commit: {interval: "
                                        + text
                                        + "}}")
                        .commit()
                        .interval());
    }

    @ParameterizedTest
    @CsvSource({
        "2048, 2048",
        "2048B, 2048",
        "2kB, 2000",
        "2KiB, 2048",
        "3MB, 3000000",
        "64MiB, 67108864",
        "1GB, 1000000000",
        "16GiB, 17179869184",
    })
    void sizesHaveUnits(String text, long expected) {
        assertEquals(
                expected,
                parse(
                                "{name: a, key: id, source: {kafka: {topic: t}}, commit: {bytes: "
                                        + text
                                        + "}}")
                        .commit()
                        .bytes());
    }

    /// Columns: the members that differ from a good definition, the pointer, a part of the message.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "name: Quakes|/name|name: a string Quakes, expected 1 to 128 characters of a-z",
                "name: ''|/name|expected 1 to 128 characters",
                "name: _a|/name|the first a letter or digit",
                "name: a/b|/name|expected 1 to 128 characters",
                "name: '..'|/name|expected 1 to 128 characters",
                "name: 7|/name|a number 7, expected a string",
                "key: null|/key|null, expected the path of a field",
                "key: []|/key|0 fields, expected 1 to 32",
                "key: [a, b, a]|/key/2|field a stands in the key twice",
                "key: {a: b}|/key|an object, expected the path of a field",
                "key: ''|/key|field name, expected 1 to 500",
                "key: a..b|/key|single dots",
                "key: [7]|/key/0|a number 7, expected a string",
                "key: place|/fields/place|the key has type text, expected bool, date, decimal",
                "fields: {id: {type: double}}|/fields/id|type double, expected bool, date, decimal",
                "fields: {id: {type: keyword, multi: true}}|/fields/id|the key has many values",
                "fields: []|/fields|an array [], expected an object",
                "fields: {a: text}|/fields/a|a string text, expected an object",
                "fields: {a: {}}|/fields/a|member type is missing, expected one of bool, bytes",
                "fields: {a: {type: string}}|/fields/a/type|what strings become where no field is declared",
                "fields: {a: {type: int}}|/fields/a/type|expected bool, bytes, date, decimal",
                "fields: {a: {type: 1}}|/fields/a/type|a number 1, expected a string",
                "fields: {a: {type: vector}}|/fields/a/type|type vector comes later",
                "fields: {a: {type: long, multi: yes}}|/fields/a/multi|a string yes, expected true",
                "fields: {a: {type: long, unit: millis}}|/fields/a/unit|a long has no unit",
                "fields: {a: {type: timestamp, unit: micros}}|/fields/a/unit|iso, millis or seconds",
                "fields: {a: {type: keyword, analyzer: english}}|/fields/a/analyzer|has no analyzer",
                "fields: {a: {type: text, analyzer: klingon}}|/fields/a/analyzer|expected arabic",
                "fields: {a: {type: keyword, positions: false}}|/fields/a/positions|has no positions",
                "fields: {a: {type: text, positions: no}}|/fields/a/positions|true or false",
                "analyzers: {english: {}}|/analyzers/english|the name of a known analyzer",
                "analyzers: {A: {}}|/analyzers/A|a name, expected 1 to 128 characters",
                "analyzers: {a: {base: klingon}}|/analyzers/a/base|string klingon, expected arabic",
                "analyzers: {a: {stopword: [a]}}|/analyzers/a/stopword|did you mean stopwords?",
                "analyzers: {a: {stopwords: all}}|/analyzers/a/stopwords|expected none",
                "analyzers: {a: {stopwords: [a b]}}|/analyzers/a/stopwords/0|a word of 1 to 100",
                "analyzers: {a: {base: keyword, stopwords: none}}|/analyzers/a/stopwords|leaves out no"
                        + " words",
                "analyzers: {a: {base: cjk, synonyms: [a]}}|/analyzers/a/synonyms|not words; expected",
                "analyzers: {a: {synonyms: ['a, b', c]}}|/analyzers/a/synonyms/1|rule \"c\", expected"
                        + " words parted by commas",
                "analyzers: {a: {synonyms: [a => b => c]}}|/analyzers/a/synonyms/0|one =>",
                "analyzers: {a: {synonyms: ['# a, b']}}|/analyzers/a/synonyms/0|parted by commas",
                "analyzers: {a: {synonyms: ['a, -']}}|/analyzers/a/synonyms/0|\"-\" has no words",
                "analyzers: {a: {synonyms: ['a, ']}}|/analyzers/a/synonyms/0|parted by commas",
                "analyzers: {a: {synonyms: ['a, b', bar => !!!]}}|/analyzers/a/synonyms/1|rule \"bar => !!!\""
                        + " names no words that can be looked for instead, expected some that the"
                        + " analyzer does not leave out",
                "analyzers: {a: {base: english, synonyms: [foo => the]}}|/analyzers/a/synonyms/0|rule"
                        + " \"foo => the\" names no words",
                "analyzers: {a: {base: english, synonyms: ['it, the']}}|/analyzers/a/synonyms/0|names no"
                        + " words",
                "fields: {a: {typ: text}}|/fields/a/typ|unknown member typ, expected analyzer, multi",
                "fields: {a: {typ: text}}|/fields/a/typ|did you mean type?",
                "fields: {_score: {type: double}}|/fields/_score|start with _ are reserved",
                "fields: {a/b~c.: {type: long}}|/fields/a~1b~0c.|single dots",
                "dynamic: 1|/dynamic|expected true or false",
                "source: kafka|/source|a string kafka, expected push, or an object",
                "source: {}|/source|0 members, expected one of kafka, postgres and file",
                "source: {kafka: {topic: t}, file: {path: a, format: csv}}|/source|2 members",
                "source: {postgres: {table: t}}|/source/postgres|member source is missing",
                "source: {postgres: {source: shop}}|/source/postgres|member table is missing",
                "source: {postgres: {source: shop, table: a.b.c}}|/source/postgres/table|or schema.table",
                "source: {postgres: {source: shop, table: ''}}|/source/postgres/table|or schema.table",
                "source: {postgres: {source: Shop, table: t}}|/source/postgres/source|expected 1 to 128 characters",
                "source: {postgres: {source: shop, table: t, key-index: ''}}|/source/postgres/key-index|unique index",
                "source: {postgres: {source: shop, tables: {}}}|/source/postgres/tables|is reserved: an index reads one",
                "source: {file: x}|/source/file|a string x, expected an object",
                "source: {file: {format: csv}}|/source/file|member path is missing",
                "source: {file: {path: a}}|/source/file|member format is missing",
                "source: {file: {path: a, format: xml}}|/source/file/format|xml, expected csv or",
                "source: {file: {path: a, format: ndjson, delimiter: ;}}|/source/file/delimiter|none",
                "source: {file: {path: a, format: csv, delimiter: x}}|/source/file/delimiter|x, ex",
                "source: {file: {path: a, format: csv, compression: gzip}}|/source/file/compression|unpack",
                "source: {file: {path: /etc/passwd, format: csv}}|/source/file/path|millrace.files-dir",
                "source: {file: {path: ../a.csv, format: csv}}|/source/file/path|no step . or ..",
                "source: {file: {path: a/./b, format: csv}}|/source/file/path|no step . or ..",
                "source: {file: {path: 'C:a', format: csv}}|/source/file/path|none of them",
                "source: {kafak: {topic: t}}|/source/kafak|did you mean kafka?",
                "source: {kafka: {}}|/source/kafka|member topic is missing",
                "source: {kafka: {topic: 'a b'}}|/source/kafka/topic|expected 1 to 249 characters",
                "source: {kafka: {topic: ..}}|/source/kafka/topic|expected 1 to 249 characters",
                "source: {kafka: {topic: t, format: avro}}|/source/kafka/format|avro, expected json",
                "source: {kafka: {topic: t, format: debezium}}|/source/kafka/format|comes later",
                "source: {kafka: {topic: t, key_from: value}}|/source/kafka/key_from|mean key-from?",
                "source: {kafka: {topic: t, key-from: header}}|/source/kafka/key-from|record or value",
                "source: {kafka: {topic: t, source: 'a b'}}|/source/kafka/source|expected 1 to 128 characters",
                "source: {kafka: {topic: t, key-format: long}}|/source/kafka/key-format|is reserved",
                "source: {kafka: {topic: t, properties: {bootstrap.servers: evil}}}|/source/kafka/properties/bootstrap.servers|cannot set bootstrap.servers, expected client.rack, fetch.max.bytes",
                "source: {kafka: {topic: t, properties: {group.id: g}}}|/source/kafka/properties/group.id|cannot set group.id",
                "source: {kafka: {topic: t, properties: {fetch.min.bytes: 0}}}|/source/kafka/properties/fetch.min.bytes|expected",
                "source: {kafka: {topic: t, properties: {fetch.min.bytes: many}}}|/source/kafka/properties/fetch.min.bytes|expected",
                "source: {kafka: {topic: t, properties: {isolation.level: none}}}|/source/kafka/properties/isolation.level|expected read_committed or read_uncommitted",
                "source: {kafka: {topic: t, properties: {client.rack: ''}}}|/source/kafka/properties/client.rack|printable characters",
                "source: {kafka: {topic: t, properties: [1]}}|/source/kafka/properties|an object",
                "commit: fast|/commit|a string fast, expected an object",
                "commit: {interval: 1}|/commit/interval|a number 1, expected a duration from 10ms",
                "commit: {interval: 1 s}|/commit/interval|such as 200ms, 1s or 5m",
                "commit: {interval: 9ms}|/commit/interval|from 10ms to 1h",
                "commit: {interval: 2h}|/commit/interval|from 10ms to 1h",
                "commit: {idle-interval: 10d}|/commit/idle-interval|from 100ms to 24h",
                "commit: {idleInterval: 1s}|/commit/idleInterval|did you mean idle-interval?",
                "commit: {changes: 0}|/commit/changes|a whole number from 1",
                "commit: {changes: 1.5}|/commit/changes|a whole number from 1",
                "commit: {bytes: 64mib}|/commit/bytes|a size from 1024",
                "commit: {bytes: -1}|/commit/bytes|a size from 1024",
                "where: x|/where|where is reserved",
                "delete-when: x|/delete-when|delete-when is reserved",
                "include: [a]|/include|include is reserved",
                "exclude: [a]|/exclude|exclude is reserved",
                "feilds: {}|/feilds|did you mean fields?",
                "shards: 3|/shards|unknown member shards, expected absent, analyzers, commit, description, dynamic",
                "mode: replace|/mode|expected append, reject-duplicates or upsert",
                "mode: append|/key|mode append has no key",
                "absent: skip|/absent|expected create, ignore or reject",
            })
    void aBadDefinitionIsRefusedWithItsPlaceAndRule(String change, String pointer, String message) {
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> PARSER.parse(changed(change)));

        assertEquals(pointer, refused.pointer());
        String found = String.valueOf(refused.getMessage());
        assertTrue(found.contains(message), found);
    }

    @Test
    void modeAndAbsentSayHowChangesAreTaken() {
        assertEquals(
                new WriteRules(WriteMode.REJECT_DUPLICATES, AbsentKey.CREATE),
                pushed("mode: reject-duplicates\nabsent: create\nkey: id").schema().rules());
        assertEquals(WriteRules.DEFAULT, pushed("mode: upsert\nkey: id").schema().rules());

        Schema logs = pushed("mode: append\nfields: {n: {type: long}}").schema();

        assertEquals(WriteRules.APPEND, logs.rules());
        assertEquals(List.of(), logs.keyPaths());
        assertEquals(List.of("n"), logs.fields().stream().map(Field::path).toList());
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> pushed("mode: append\nabsent: create"));
        assertEquals("/absent", refused.pointer());
    }

    private static IndexDefinition pushed(String members) {
        return PARSER.parse("logs", Json.parseYaml((members + "\nsource: push").getBytes(UTF_8)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "key", "source"})
    void aMissingMemberIsNamed(String member) {
        var good = (io.millrace.document.Value.Obj) Json.parseYaml(QUAKES.getBytes(UTF_8));
        var members = new java.util.LinkedHashMap<>(good.members());
        members.remove(member);

        InvalidRequest refused =
                assertThrows(
                        InvalidRequest.class,
                        () -> PARSER.parse(new io.millrace.document.Value.Obj(members)));

        assertEquals("", refused.pointer());
        assertTrue(
                String.valueOf(refused.getMessage()).contains("member " + member + " is missing"));
    }

    @Test
    void aNameOutsideMustNotBeContradicted() {
        var quakes = Json.parseYaml(QUAKES.getBytes(UTF_8));

        assertEquals("quakes", PARSER.parse("quakes", quakes).name());
        InvalidRequest refused =
                assertThrows(InvalidRequest.class, () -> PARSER.parse("other", quakes));
        assertEquals("/name", refused.pointer());
    }

    private static io.millrace.document.Value changed(String change) {
        var good = (io.millrace.document.Value.Obj) Json.parseYaml(QUAKES.getBytes(UTF_8));
        var difference = (io.millrace.document.Value.Obj) Json.parseYaml(change.getBytes(UTF_8));
        var members = new java.util.LinkedHashMap<>(good.members());
        members.putAll(difference.members());
        return new io.millrace.document.Value.Obj(members);
    }

    private static IndexDefinition parse(String yaml) {
        return PARSER.parse(Json.parseYaml(yaml.getBytes(UTF_8)));
    }
}
