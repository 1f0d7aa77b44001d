package io.millrace.catalog;

import io.millrace.catalog.IndexDefinition.FileFormat;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.KeyFrom;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.document.Value;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// The part of a definition that says where changes come from. Stateless.
final class SourceParser {
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
    private static final int FILE_PATH_CHARS_MAX = 1_000;
    private static final char DELIMITER = ',';

    private static final Set<String> SOURCES = Set.of("kafka", "file");
    private static final Map<String, String> LATER_SOURCES =
            Map.of("postgres", "Postgres tables cannot be indexed yet, only kafka, push and file");
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

    private SourceParser() {}

    static Source parse(DefinitionNode node) {
        if (node.value() instanceof Value.Text(String text) && text.equals("push")) {
            return new PushSource();
        }
        if (!(node.value() instanceof Value.Obj)) {
            throw node.expected("push, or an object with kafka or file");
        }
        node.refuseUnknown(SOURCES, LATER_SOURCES);
        if (node.members().size() != 1) {
            throw node.refused("%d members, expected one of kafka and file", node.members().size());
        }
        DefinitionNode only = node.members().getFirst();
        return only.name().equals("kafka") ? kafka(only) : file(only);
    }

    private static FileSource file(DefinitionNode file) {
        file.refuseUnknown(FILE_MEMBERS, LATER_FILE_MEMBERS);
        DefinitionNode path = file.required("path", "the path of a file");
        checkPath(path, path.text());
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
    private static void checkPath(DefinitionNode node, String path) {
        boolean steps =
                Arrays.stream(path.split("/", -1))
                        .noneMatch(step -> step.isEmpty() || step.equals(".") || step.equals(".."));
        boolean characters = path.chars().noneMatch(c -> c < ' ' || c == '\\' || c == ':');
        if (!steps || !characters || path.length() > FILE_PATH_CHARS_MAX) {
            throw node.expected(
                    "a path below the node's folder of files (millrace.files-dir): steps parted by"
                            + " /, at most %d characters, none of them \\ or :, no step . or .."
                                    .formatted(FILE_PATH_CHARS_MAX));
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
        kafka.member("source").ifPresent(SourceParser::checkSourceName);
        KeyFrom keyFrom =
                kafka.member("key-from")
                        .map(from -> from.word(List.of("record", "value")))
                        .map(from -> from.equals("record") ? KeyFrom.RECORD : KeyFrom.VALUE)
                        .orElse(KeyFrom.RECORD);
        return new KafkaSource(
                "default",
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

    private static void checkSourceName(DefinitionNode source) {
        if (!source.text().equals("default")) {
            throw source.refused(
                    "source %s: named sources come later, expected default (the application's own"
                            + " Kafka settings)",
                    source.text());
        }
    }
}
