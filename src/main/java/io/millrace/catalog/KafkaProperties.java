package io.millrace.catalog;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// The settings of a Kafka client that a definition may make: how much is fetched at once, how long
/// is waited, what a transaction hides. Nothing that says where to connect, as whom, with which
/// class, or from which offset. Stateless.
final class KafkaProperties {
    private static final Map<String, Function<DefinitionNode, String>> ALLOWED =
            Map.of(
                    "client.rack", KafkaProperties::rack,
                    "fetch.max.bytes", node -> number(node, 1 << 10, 256 << 20),
                    "fetch.max.wait.ms", node -> number(node, 0, 60_000),
                    "fetch.min.bytes", node -> number(node, 1, 16 << 20),
                    "isolation.level",
                            node -> node.word(List.of("read_committed", "read_uncommitted")),
                    "max.partition.fetch.bytes", node -> number(node, 1 << 10, 256 << 20),
                    "receive.buffer.bytes", node -> number(node, -1, 64 << 20),
                    "request.timeout.ms", node -> number(node, 1_000, 600_000));

    private static final int RACK_CHARS_MAX = 100;

    private KafkaProperties() {}

    /// Checked settings by name.
    static SortedMap<String, String> parse(DefinitionNode properties) {
        SortedMap<String, String> parsed = new TreeMap<>();
        for (DefinitionNode property : properties.members()) {
            Function<DefinitionNode, String> check = ALLOWED.get(property.name());
            if (check == null) {
                throw property.refused(
                        "a definition cannot set %s, expected %s; other settings are the node's",
                        property.name(), DefinitionNode.oneOf(ALLOWED.keySet()));
            }
            parsed.put(property.name(), check.apply(property));
        }
        return parsed;
    }

    private static String number(DefinitionNode node, long least, long most) {
        return Long.toString(Quantity.count(node, least, most));
    }

    private static String rack(DefinitionNode node) {
        String rack = node.text();
        boolean fits =
                !rack.isEmpty()
                        && rack.length() <= RACK_CHARS_MAX
                        && rack.chars().noneMatch(c -> c < ' ');
        if (!fits) {
            throw node.expected("1 to %d printable characters".formatted(RACK_CHARS_MAX));
        }
        return rack;
    }
}
