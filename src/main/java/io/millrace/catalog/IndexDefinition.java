package io.millrace.catalog;

import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an index should be: a checked definition, made by [DefinitionParser].
///
/// - origin: the definition as it was given, for answers
public record IndexDefinition(
        String name, Schema schema, Source source, CommitCadence commit, Obj origin) {

    /// What somebody wrote about the index, empty when nobody did.
    public String description() {
        return origin.get("description") instanceof Value.Text(String text) ? text : "";
    }

    /// True when at most the commit cadence, the description, the properties of its source's
    /// client, or the order in which fields stand, differs.
    public boolean isSameButCommit(IndexDefinition other) {
        return Compatibility.differences(this, other).isEmpty();
    }

    /// True when an index built from this one can go on under the other.
    public boolean needsNoRebuildTo(IndexDefinition other) {
        return Compatibility.refusals(this, schema, other).isEmpty();
    }

    /// What feeds the index.
    public sealed interface Source {
        /// What decides which documents come from it and under which keys, by member of a
        /// definition: an index keeps these with the identity of its source.
        SortedMap<String, String> facts();
    }

    /// A topic feeds the index.
    ///
    /// - properties: settings of its client, checked; they hold from the next start on
    public record KafkaSource(
            String source, String topic, KeyFrom keyFrom, SortedMap<String, String> properties)
            implements Source {
        public KafkaSource {
            properties = Collections.unmodifiableSortedMap(new TreeMap<>(properties));
        }

        public KafkaSource(String source, String topic, KeyFrom keyFrom) {
            this(source, topic, keyFrom, Collections.emptySortedMap());
        }

        @Override
        public SortedMap<String, String> facts() {
            return new TreeMap<>(
                    Map.of(
                            "source.kafka.source",
                            source,
                            "source.kafka.topic",
                            topic,
                            "source.kafka.key-from",
                            keyFrom.label()));
        }
    }

    /// Whoever posts documents over HTTP feeds the index.
    public record PushSource() implements Source {
        @Override
        public SortedMap<String, String> facts() {
            return new TreeMap<>(Map.of("source", "push"));
        }
    }

    /// A file feeds the index, from its first line on, and what is appended to it.
    ///
    /// - path: relative to the node's folder of files, steps parted by `/`, none of them `.` or
    ///   `..`
    /// - delimiter: what parts the cells of a CSV line; a comma in NDJSON, where it means nothing
    public record FileSource(String path, FileFormat format, char delimiter) implements Source {
        @Override
        public SortedMap<String, String> facts() {
            return new TreeMap<>(
                    Map.of(
                            "source.file.path",
                            path,
                            "source.file.format",
                            format.label(),
                            "source.file.delimiter",
                            Character.toString(delimiter)));
        }
    }

    /// How the lines of a file are written.
    public enum FileFormat {
        NDJSON,
        CSV;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where a record's key is found.
    public enum KeyFrom {
        RECORD,
        VALUE;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// When a generation is published: whichever comes first.
    ///
    /// - idleInterval: how often positions alone are published
    public record CommitCadence(
            Duration interval, long changes, long bytes, Duration idleInterval) {
        public static final CommitCadence DEFAULT =
                new CommitCadence(
                        Duration.ofSeconds(1), 100_000, 64L << 20, Duration.ofSeconds(10));
    }
}
