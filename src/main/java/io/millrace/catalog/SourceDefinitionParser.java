package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.SourceDefinition.KafkaCluster;
import io.millrace.catalog.SourceDefinition.PostgresDatabase;
import io.millrace.document.Value;
import io.millrace.source.postgres.PostgresSettings;
import io.millrace.source.postgres.SslMode;
import io.millrace.source.postgres.TruncatePolicy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Checks the definition of a source. Stateless.
///
/// Every refusal is an [InvalidRequest] that names the place as a JSON pointer, the value and the
/// rule.
final class SourceDefinitionParser {
    /// What a file of definitions says to be about a source.
    static final String KIND = "source";

    private static final int DESCRIPTION_CHARS_MAX = 4_000;
    private static final int NAME_CHARS_MAX = 63;
    private static final int SERVERS_MAX = 20;

    private static final Set<String> MEMBERS =
            Set.of("kind", "name", "description", "kafka", "postgres");
    private static final Set<String> KAFKA_MEMBERS =
            Set.of("bootstrap-servers", "security", "sasl", "certificates");
    private static final Set<String> SASL_MEMBERS = Set.of("mechanism", "user", "password");
    private static final Set<String> POSTGRES_MEMBERS =
            Set.of(
                    "url",
                    "host",
                    "port",
                    "database",
                    "user",
                    "password",
                    "ssl-mode",
                    "certificates",
                    "slot",
                    "publication",
                    "create",
                    "truncate",
                    "wal-budget");

    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,45}");
    private static final Pattern SERVER =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}\\]):[0-9]{1,5}");
    private static final Pattern URL =
            Pattern.compile(
                    "(?:jdbc:)?postgres(?:ql)?://(\\[[0-9A-Fa-f:.]{2,45}\\]|[A-Za-z0-9._-]{1,253})"
                            + "(?::([0-9]{1,5}))?/([^/?#@]{1,63})");
    private static final Pattern SLOT = Pattern.compile("[a-z0-9_]{1,63}");

    /// Whoever defines a source decides who is told the secret, so not every variable is one.
    private static final Pattern VARIABLE = Pattern.compile("MILLRACE_SECRET_[A-Z0-9_]{1,100}");

    private SourceDefinitionParser() {}

    /// True for a definition that says to be one of a source.
    static boolean isSource(Value definition) {
        return definition instanceof Value.Obj members
                && members.get("kind") instanceof Value.Text(String kind)
                && kind.equals(KIND);
    }

    /// A definition that carries its own name.
    static SourceDefinition parse(Value definition) {
        var root = new DefinitionNode("", definition);
        return parse(root, root.required("name", "the name of the source").text());
    }

    /// A definition whose name stands outside of it: it may repeat the name, not contradict it.
    static SourceDefinition parse(String name, Value definition) {
        var root = new DefinitionNode("", definition);
        Optional<DefinitionNode> inside = root.member("name");
        if (inside.isPresent() && !inside.get().text().equals(name)) {
            throw inside.get().refused("%s, but the source is %s", inside.get().text(), name);
        }
        return parse(root, name);
    }

    private static SourceDefinition parse(DefinitionNode root, String name) {
        DefinitionParser.checkName(name);
        if (name.equals(SourceDefinition.DEFAULT)) {
            throw InvalidRequest.conflict(
                    "source default is the application's own Kafka cluster, which is defined by the"
                            + " node's settings; expected another name");
        }
        root.refuseUnknown(MEMBERS, Map.of());
        root.member("kind").ifPresent(kind -> kind.word(List.of(KIND)));
        root.member("description")
                .ifPresent(description -> checkText(description, DESCRIPTION_CHARS_MAX));
        Optional<DefinitionNode> kafka = root.member("kafka");
        Optional<DefinitionNode> postgres = root.member("postgres");
        if (kafka.isPresent() == postgres.isPresent()) {
            throw root.refused(
                    "%s of kafka and postgres, expected one of them",
                    kafka.isPresent() ? "both" : "none");
        }
        Value.Obj origin = named(name, root.object());
        return postgres.isPresent()
                ? postgres(name, postgres.get(), origin)
                : kafka(name, kafka.orElseThrow(), origin);
    }

    private static PostgresDatabase postgres(String name, DefinitionNode node, Value.Obj origin) {
        node.refuseUnknown(POSTGRES_MEMBERS, Map.of());
        Place place = node.member("url").isPresent() ? placeOfUrl(node) : placeOfMembers(node);
        boolean create = node.member("create").map(DefinitionNode::bool).orElse(true);
        return new PostgresDatabase(
                name,
                place.host(),
                place.port(),
                place.database(),
                text(node.required("user", "the role that logs in"), NAME_CHARS_MAX),
                node.member("password").map(SourceDefinitionParser::secret).orElse(null),
                node.member("ssl-mode")
                        .map(mode -> mode.word(SslMode.labels()))
                        .flatMap(SslMode::ofLabel)
                        .orElse(SslMode.PREFER),
                node.member("certificates").map(SourceDefinitionParser::file).orElse(null),
                databaseName(node, "slot", create),
                databaseName(node, "publication", create),
                create,
                node.member("truncate")
                        .map(policy -> policy.word(TruncatePolicy.labels()))
                        .flatMap(TruncatePolicy::ofLabel)
                        .orElse(TruncatePolicy.APPLY),
                node.member("wal-budget")
                        .map(budget -> Quantity.bytes(budget, 1L << 20, 1L << 50))
                        .orElse(PostgresSettings.USUAL_WAL_BUDGET_BYTES),
                origin);
    }

    private record Place(String host, int port, String database) {}

    private static Place placeOfUrl(DefinitionNode node) {
        DefinitionNode url = node.required("url", "where the database is");
        for (String instead : List.of("host", "port", "database")) {
            node.member(instead)
                    .ifPresent(member -> {
                        throw member.refused("the url says it already, leave one out");
                    });
        }
        Matcher matcher = URL.matcher(url.text());
        if (!matcher.matches()) {
            // Not shown: it may hold a password.
            throw url.refused(
                    "no address of a database, expected postgresql://host:port/database, without"
                            + " user, password and parameters");
        }
        String host = matcher.group(1);
        String port = matcher.group(2);
        return new Place(
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
                port == null ? PostgresSettings.USUAL_PORT : checkedPort(url, port),
                matcher.group(3));
    }

    private static int checkedPort(DefinitionNode url, String port) {
        int number = Integer.parseInt(port);
        if (number < 1 || number > 65_535) {
            throw url.refused("port %s, expected 1 to 65535", port);
        }
        return number;
    }

    private static Place placeOfMembers(DefinitionNode node) {
        DefinitionNode host = node.required("host", "a host name, or url instead");
        if (!HOST.matcher(host.text()).matches()) {
            throw host.expected("a host name or an address");
        }
        return new Place(
                host.text(),
                node.member("port")
                        .map(port -> Math.toIntExact(Quantity.count(port, 1, 65_535)))
                        .orElse(PostgresSettings.USUAL_PORT),
                text(node.required("database", "the name of the database"), NAME_CHARS_MAX));
    }

    private static @Nullable String databaseName(
            DefinitionNode node, String member, boolean create) {
        Optional<DefinitionNode> named = node.member(member);
        if (named.isEmpty()) {
            if (!create) {
                throw node.refused(
                        "create is false, so member %s is missing: expected the name of the one"
                                + " that somebody else made",
                        member);
            }
            return null;
        }
        boolean fits =
                member.equals("slot")
                        ? SLOT.matcher(named.get().text()).matches()
                        : !text(named.get(), NAME_CHARS_MAX).isEmpty();
        if (!fits) {
            throw named.get().expected("1 to 63 characters of a-z, 0-9 and _");
        }
        return named.get().text();
    }

    private static KafkaCluster kafka(String name, DefinitionNode node, Value.Obj origin) {
        node.refuseUnknown(KAFKA_MEMBERS, Map.of());
        DefinitionNode servers = node.required("bootstrap-servers", "host:port, or several");
        String[] each = servers.text().split(",", -1);
        for (String server : each) {
            if (each.length > SERVERS_MAX || !SERVER.matcher(server.strip()).matches()) {
                throw servers.expected(
                        "1 to %d of host:port, parted by commas".formatted(SERVERS_MAX));
            }
        }
        String security =
                node.member("security")
                        .map(it ->
                                it.word(List.of("plaintext", "ssl", "sasl-plaintext", "sasl-ssl")))
                        .orElse("plaintext");
        Optional<DefinitionNode> sasl = node.member("sasl");
        if (sasl.isPresent() != security.startsWith("sasl")) {
            throw node.refused(
                    "security %s %s sasl",
                    security, sasl.isPresent() ? "does not log in, so it has no" : "needs");
        }
        return new KafkaCluster(
                name,
                servers.text(),
                security.toUpperCase(java.util.Locale.ROOT).replace('-', '_'),
                sasl.map(SourceDefinitionParser::sasl).orElse(null),
                node.member("certificates").map(SourceDefinitionParser::file).orElse(null),
                origin);
    }

    private static KafkaCluster.Sasl sasl(DefinitionNode node) {
        node.refuseUnknown(SASL_MEMBERS, Map.of());
        return new KafkaCluster.Sasl(
                node.required("mechanism", "how to log in")
                        .word(List.of("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")),
                text(node.required("user", "who logs in"), NAME_CHARS_MAX),
                secret(node.required("password", "where the password is found")));
    }

    /// A clear text is refused without being shown.
    private static Secret secret(DefinitionNode node) {
        String expected = "{env: MILLRACE_SECRET_…} or {file: a file below millrace.secrets-dir}";
        if (!(node.value() instanceof Value.Obj)) {
            throw node.refused("a password does not stand in a definition, expected %s", expected);
        }
        node.refuseUnknown(Set.of("env", "file"), Map.of());
        if (node.members().size() != 1) {
            throw node.refused("%d members, expected %s", node.members().size(), expected);
        }
        DefinitionNode only = node.members().getFirst();
        if (only.name().equals("file")) {
            return file(only);
        }
        if (!VARIABLE.matcher(only.text()).matches()) {
            throw only.expected("a variable whose name begins with MILLRACE_SECRET_");
        }
        return new Secret.Variable(only.text());
    }

    private static Secret.File file(DefinitionNode node) {
        SourceParser.checkPath(node, node.text(), "secrets (millrace.secrets-dir)");
        return new Secret.File(node.text());
    }

    private static String text(DefinitionNode node, int charsMax) {
        checkText(node, charsMax);
        String text = node.text();
        if (text.isEmpty() || text.chars().anyMatch(c -> c < ' ')) {
            throw node.expected("1 to %d printable characters".formatted(charsMax));
        }
        return text;
    }

    private static void checkText(DefinitionNode node, int charsMax) {
        int length = node.text().length();
        if (length > charsMax) {
            throw node.refused("%d characters, expected at most %d", length, charsMax);
        }
    }

    /// As it was given, with its name and without its kind.
    private static Value.Obj named(String name, Value.Obj given) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("name", Value.of(name));
        members.putAll(given.members());
        members.remove("kind");
        return new Value.Obj(members);
    }
}
