package io.millrace.catalog;

import io.millrace.catalog.IndexDefinition.FileFormat;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.document.Value;
import io.millrace.source.postgres.TableName;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The part of a definition that says where changes come from. Stateless.
final class SourceParser {
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final int FILE_PATH_CHARS_MAX = 1_000;
    private static final char DELIMITER = ',';

    private static final Set<String> SOURCES = Set.of("kafka", "postgres", "file");
    private static final Set<String> KAFKA_MEMBERS =
            Set.of("source", "topic", "format", "key-from", "properties");
    private static final Map<String, String> LATER_KAFKA_MEMBERS =
            Map.of(
                    "key-format", "a record key is read as text for now",
                    "topics", "an index reads one topic for now",
                    "version", "the newest record of a key wins by its offset for now");
    private static final Set<String> FILE_MEMBERS = Set.of("path", "format", "delimiter");
    private static final Map<String, String> LATER_FILE_MEMBERS =
            Map.of("compression", "a file is read as it lies there, unpack it first");

    private static final Set<String> POSTGRES_MEMBERS = Set.of("source", "table", "key-index");
    private static final Map<String, String> LATER_POSTGRES_MEMBERS =
            Map.of("tables", "an index reads one table for now");
    private static final int INDEX_NAME_CHARS_MAX = 63;

    private SourceParser() {}

    /// @param key what the definition says of it
    static Source parse(DefinitionNode node, List<String> key) {
        if (node.value() instanceof Value.Text(String text) && text.equals("push")) {
            return new PushSource();
        }
        if (!(node.value() instanceof Value.Obj)) {
            throw node.expected("push, or an object with kafka, postgres or file");
        }
        node.refuseUnknown(SOURCES, Map.of());
        if (node.members().size() != 1) {
            throw node.refused(
                    "%d members, expected one of kafka, postgres and file", node.members().size());
        }
        DefinitionNode only = node.members().getFirst();
        return switch (only.name()) {
            case "kafka" -> kafka(only);
            case "postgres" -> postgres(only, key);
            default -> file(only);
        };
    }

    private static PostgresSource postgres(DefinitionNode postgres, List<String> key) {
        postgres.refuseUnknown(POSTGRES_MEMBERS, LATER_POSTGRES_MEMBERS);
        DefinitionNode source =
                postgres.required("source", "the name of a source (PUT /sources/{name})");
        DefinitionParser.checkName(source);
        DefinitionNode table = postgres.required("table", "the name of a table");
        Optional<DefinitionNode> keyIndex = postgres.member("key-index");
        keyIndex.ifPresent(SourceParser::checkIndexName);
        return new PostgresSource(
                source.text(),
                TableName.parse(table.text())
                        .orElseThrow(() ->
                                table.expected(
                                        "table or schema.table, as the catalog has it, a part"
                                                + " that has a dot in double quotes")),
                keyIndex.map(DefinitionNode::text).orElse(null),
                key);
    }

    private static void checkIndexName(DefinitionNode index) {
        if (index.text().isEmpty() || index.text().length() > INDEX_NAME_CHARS_MAX) {
            throw index.expected("the name of a unique index of the table");
        }
    }

    private static FileSource file(DefinitionNode file) {
        file.refuseUnknown(FILE_MEMBERS, LATER_FILE_MEMBERS);
        DefinitionNode path = file.required("path", "the path of a file");
        checkPath(path, path.text(), "files (millrace.files-dir)");
        DefinitionNode format = file.required("format", "ndjson or csv");
        if (format.word(List.of("ndjson", "csv")).equals("ndjson")) {
            if (file.member("delimiter").isPresent()) {
                throw file.member("delimiter").get().refused("ndjson has none, only csv has one");
            }
            return new FileSource(path.text(), FileFormat.NDJSON, DELIMITER);
        }
        char delimiter = file.member("delimiter").map(SourceParser::delimiter).orElse(DELIMITER);
        return new FileSource(path.text(), FileFormat.CSV, delimiter);
    }

    private static char delimiter(DefinitionNode node) {
        return node.word(List.of(",", ";", "\t", "|")).charAt(0);
    }

    /// Whoever defines an index over HTTP must not read what lies elsewhere on this machine; the
    /// source itself refuses links that lead out.
    static void checkPath(DefinitionNode node, String path, String folder) {
        boolean steps =
                Arrays.stream(path.split("/", -1))
                        .noneMatch(step -> step.isEmpty() || step.equals(".") || step.equals(".."));
        boolean characters = path.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':');
        if (!steps || !characters || path.length() > FILE_PATH_CHARS_MAX) {
            throw node.expected(
                    ("a path below the node's folder of %s: steps parted by /, at most %d characters,"
                                    + " none of them \\ or :, no step . or ..")
                            .formatted(folder, FILE_PATH_CHARS_MAX));
        }
    }

    private static KafkaSource kafka(DefinitionNode kafka) {
        kafka.refuseUnknown(KAFKA_MEMBERS, LATER_KAFKA_MEMBERS);
        DefinitionNode topic = kafka.required("topic", "the name of a Kafka topic");
        String name = topic.text();
        if (!TOPIC.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw topic.expected("1 to 249 characters of a-z, A-Z, 0-9, ., _ and -");
        }
        kafka.member("format").ifPresent(SourceParser::checkFormat);
        Optional<DefinitionNode> source = kafka.member("source");
        source.ifPresent(DefinitionParser::checkName);
        KeyFrom keyFrom =
                kafka.member("key-from")
                        .map(from -> from.word(List.of("record", "value")))
                        .map(from -> from.equals("record") ? KeyFrom.RECORD : KeyFrom.VALUE)
                        .orElse(KeyFrom.RECORD);
        return new KafkaSource(
                source.map(DefinitionNode::text).orElse(SourceDefinition.DEFAULT),
                name,
                keyFrom,
                kafka.member("properties")
                        .map(KafkaProperties::parse)
                        .orElse(Collections.emptySortedMap()));
    }

    private static void checkFormat(DefinitionNode format) {
        String name = format.text();
        if (name.equals("debezium") || name.equals("cloudevents")) {
            throw format.refused("format %s comes later, expected json", name);
        }
        format.word(List.of("json"));
    }
}
