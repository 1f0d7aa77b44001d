package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.CommitCadence;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.document.AbsentKey;
import io.millrace.document.FieldType;
import io.millrace.document.OwnAnalyzer;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.WriteMode;
import io.millrace.document.WriteRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Checks a definition and turns it into an [IndexDefinition]. Immutable.
///
/// Every refusal is an [InvalidRequest] that names the place as a JSON pointer, the value and the
/// rule.
public final class DefinitionParser {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,127}");

    private static final String NAME_SHAPE =
            "1 to 128 characters of a-z, 0-9, _ and -, the first a letter or digit";

    private static final int DESCRIPTION_CHARS_MAX = 4_000;

    private static final Set<String> MEMBERS =
            Set.of(
                    "kind",
                    "name",
                    "description",
                    "mode",
                    "key",
                    "absent",
                    "analyzers",
                    "fields",
                    "dynamic",
                    "visible-from",
                    "source",
                    "commit");
    private static final Map<String, String> LATER_MEMBERS =
            Map.of(
                    "where", "documents cannot be left out by a condition yet",
                    "delete-when", "a condition cannot delete yet, a Kafka tombstone does",
                    "include", "every member of a document is stored and returned for now",
                    "exclude", "every member of a document is stored and returned for now");

    /// As many columns as an index of a Postgres table can have.
    private static final int KEY_FIELDS_MAX = 32;

    private static final Set<String> COMMIT_MEMBERS =
            Set.of("interval", "changes", "bytes", "idle-interval");

    private final KnownAnalyzers analyzers;

    /// @param analyzers those that a definition may name
    public DefinitionParser(KnownAnalyzers analyzers) {
        this.analyzers = analyzers;
    }

    /// A definition that carries its own name.
    public IndexDefinition parse(Value definition) {
        var root = new DefinitionNode("", definition);
        return parse(root, root.required("name", "the name of the index").text());
    }

    /// A definition whose name stands outside of it: it may repeat the name, not contradict it.
    public IndexDefinition parse(String name, Value definition) {
        var root = new DefinitionNode("", definition);
        Optional<DefinitionNode> inside = root.member("name");
        if (inside.isPresent() && !inside.get().text().equals(name)) {
            throw inside.get().refused("%s, but the index is %s", inside.get().text(), name);
        }
        return parse(root, name);
    }

    /// @throws InvalidRequest when no index can have this name
    public static void checkName(String name) {
        checkName(new DefinitionNode("/name", Value.of(name)));
    }

    /// The name of an index or of a source.
    static void checkName(DefinitionNode name) {
        if (!NAME.matcher(name.text()).matches()) {
            throw name.expected(NAME_SHAPE);
        }
    }

    /// The name that a member has.
    static void checkMemberName(DefinitionNode member) {
        if (!NAME.matcher(member.name()).matches()) {
            throw member.refused("a name, expected %s", NAME_SHAPE);
        }
    }

    private IndexDefinition parse(DefinitionNode root, String name) {
        checkName(name);
        root.refuseUnknown(MEMBERS, LATER_MEMBERS);
        root.member("kind").ifPresent(kind -> kind.word(List.of("index")));
        root.member("description").ifPresent(DefinitionParser::checkDescription);
        boolean dynamic = root.member("dynamic").map(DefinitionNode::bool).orElse(true);
        WriteRules rules = rules(root);
        List<String> key = leavesKeyToSource(root, rules) ? List.of() : key(root, rules);
        Map<String, OwnAnalyzer> own =
                root.member("analyzers")
                        .<Map<String, OwnAnalyzer>>map(
                                section -> new AnalyzersParser(analyzers).parse(section))
                        .orElse(Map.of());
        FieldsParser fields = new FieldsParser(analyzers.names(), own);
        Schema schema =
                new Schema(1, key, fields.parse(root.member("fields"), key), rules, dynamic);
        root.member("visible-from").ifPresent(path -> checkVisibleFrom(path, schema));
        Source source =
                SourceParser.parse(
                        root.required("source", "where changes come from, such as kafka"), key);
        CommitCadence commit =
                root.member("commit").map(DefinitionParser::commit).orElse(CommitCadence.DEFAULT);
        return new IndexDefinition(
                name,
                schema,
                new OwnAnalyzers(own, fields.ownAnalyzers()),
                source,
                commit,
                named(name, root.object()));
    }

    /// A table knows its key by itself.
    private static boolean leavesKeyToSource(DefinitionNode root, WriteRules rules) {
        Optional<DefinitionNode> source = root.member("source");
        boolean isTable =
                source.isPresent()
                        && source.get().value() instanceof Value.Obj members
                        && members.get("postgres") != null;
        if (isTable && rules.mode() != WriteMode.UPSERT) {
            throw root.member("mode")
                    .orElse(root)
                    .refused(
                            "%s: rows of a table are changed and deleted, expected upsert",
                            rules.mode().label());
        }
        return isTable && root.member("key").isEmpty();
    }

    private static void checkVisibleFrom(DefinitionNode path, Schema schema) {
        boolean isTime =
                schema.field(path.text())
                        .filter(field -> field.type() == FieldType.TIMESTAMP && !field.multi())
                        .isPresent();
        if (!isTime) {
            throw path.refused(
                    "%s, expected the path of a field of type timestamp that is not multi",
                    path.text());
        }
    }

    private static void checkDescription(DefinitionNode description) {
        int length = description.text().length();
        if (length > DESCRIPTION_CHARS_MAX) {
            throw description.refused(
                    "%d characters, expected at most %d", length, DESCRIPTION_CHARS_MAX);
        }
    }

    private static WriteRules rules(DefinitionNode root) {
        WriteMode mode =
                root.member("mode")
                        .map(node -> node.word(WriteMode.labels()))
                        .flatMap(WriteMode::ofLabel)
                        .orElse(WriteRules.DEFAULT.mode());
        Optional<DefinitionNode> absent = root.member("absent");
        if (absent.isPresent() && mode == WriteMode.APPEND) {
            throw absent.get().refused("a patch needs a key, which mode append does not have");
        }
        return new WriteRules(
                mode,
                absent.map(node -> node.word(AbsentKey.labels()))
                        .flatMap(AbsentKey::ofLabel)
                        .orElse(WriteRules.DEFAULT.absent()));
    }

    private static List<String> key(DefinitionNode root, WriteRules rules) {
        if (rules.mode() != WriteMode.APPEND) {
            return key(root.required("key", "the field or fields that name a document"));
        }
        Optional<DefinitionNode> key = root.member("key");
        if (key.isPresent()) {
            throw key.get().refused("mode append has no key, leave one of the two out");
        }
        return List.of();
    }

    private static List<String> key(DefinitionNode key) {
        List<DefinitionNode> parts =
                switch (key.value()) {
                    case Value.Text _ -> List.of(key);
                    case Value.Array _ -> key.items();
                    default -> throw key.expected("the path of a field, or an array of paths");
                };
        if (parts.isEmpty() || parts.size() > KEY_FIELDS_MAX) {
            throw key.refused("%d fields, expected 1 to %d", parts.size(), KEY_FIELDS_MAX);
        }
        List<String> paths = new ArrayList<>(parts.size());
        for (DefinitionNode part : parts) {
            FieldsParser.checkPath(part, part.text());
            if (paths.contains(part.text())) {
                throw part.refused("field %s stands in the key twice", part.text());
            }
            paths.add(part.text());
        }
        return List.copyOf(paths);
    }

    private static CommitCadence commit(DefinitionNode node) {
        node.refuseUnknown(COMMIT_MEMBERS, Map.of());
        CommitCadence usual = CommitCadence.DEFAULT;
        return new CommitCadence(
                node.member("interval")
                        .map(it ->
                                Quantity.duration(it, Duration.ofMillis(10), Duration.ofHours(1)))
                        .orElse(usual.interval()),
                node.member("changes")
                        .map(it -> Quantity.count(it, 1, 1_000_000_000))
                        .orElse(usual.changes()),
                node.member("bytes")
                        .map(it -> Quantity.bytes(it, 1 << 10, 16L << 30))
                        .orElse(usual.bytes()),
                node.member("idle-interval")
                        .map(it ->
                                Quantity.duration(it, Duration.ofMillis(100), Duration.ofHours(24)))
                        .orElse(usual.idleInterval()));
    }

    private static Value.Obj named(String name, Value.Obj given) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("name", Value.of(name));
        members.putAll(given.members());
        return new Value.Obj(members);
    }
}
