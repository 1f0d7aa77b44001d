package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.catalog.IndexDefinition.Source;
import io.millrace.document.Field;
import io.millrace.document.Schema;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What may change in the definition of an index that exists: its commit cadence. Everything else
/// decides what is on disk.
public final class Compatibility {
    private Compatibility() {}

    /// @throws InvalidRequest CONFLICT, naming every member that differs
    static void check(IndexDefinition before, IndexDefinition after) {
        List<String> differences = differences(before, after);
        if (!differences.isEmpty()) {
            throw InvalidRequest.conflict(
                    "index %s: %s; only commit can be changed, anything else needs another index"
                            .formatted(before.name(), String.join(", ", differences)));
        }
    }

    /// Every member of a schema that differs, as a phrase that names it; empty when both describe
    /// the same documents. The order of the fields says nothing: an index keeps its own.
    public static List<String> differences(Schema before, Schema after) {
        List<String> found = new ArrayList<>();
        compare(found, "version", before.version(), after.version());
        compare(found, "key", before.keyPaths(), after.keyPaths());
        compare(found, "mode", before.rules().mode().label(), after.rules().mode().label());
        compare(found, "absent", before.rules().absent().label(), after.rules().absent().label());
        for (Field old : before.fields()) {
            String path = "fields." + old.path();
            Optional<Field> same = after.field(old.path());
            if (same.isEmpty()) {
                found.add(path + " is gone");
                continue;
            }
            Field now = same.get();
            compare(found, path + ".type", old.type().label(), now.type().label());
            compare(found, path + ".multi", old.multi(), now.multi());
            compare(found, path + ".unit", old.unit().label(), now.unit().label());
            compare(found, path + ".analyzer", old.analyzer(), now.analyzer());
        }
        for (Field now : after.fields()) {
            if (before.field(now.path()).isEmpty()) {
                found.add("fields." + now.path() + " is new");
            }
        }
        return found;
    }

    /// Every member but `commit` that differs, as a phrase that names it.
    static List<String> differences(IndexDefinition before, IndexDefinition after) {
        List<String> found = differences(before.schema(), after.schema());
        compareSources(found, before.source(), after.source());
        return found;
    }

    private static void compareSources(List<String> found, Source before, Source after) {
        compare(found, "source", kind(before), kind(after));
        if (before instanceof KafkaSource old && after instanceof KafkaSource now) {
            compare(found, "source.kafka.source", old.source(), now.source());
            compare(found, "source.kafka.topic", old.topic(), now.topic());
            compare(found, "source.kafka.key-from", old.keyFrom().label(), now.keyFrom().label());
        }
        if (before instanceof FileSource old && after instanceof FileSource now) {
            compare(found, "source.file.path", old.path(), now.path());
            compare(found, "source.file.format", old.format().label(), now.format().label());
            compare(found, "source.file.delimiter", old.delimiter(), now.delimiter());
        }
    }

    private static String kind(Source source) {
        return switch (source) {
            case KafkaSource _ -> "kafka";
            case PushSource _ -> "push";
            case FileSource _ -> "file";
        };
    }

    private static void compare(List<String> found, String member, Object before, Object after) {
        if (!before.equals(after)) {
            found.add("%s changes from %s to %s".formatted(member, before, after));
        }
    }
}
