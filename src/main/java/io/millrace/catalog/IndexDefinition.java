package io.millrace.catalog;

import io.millrace.MillraceException.InvalidRequest;
import io.millrace.document.OwnAnalyzers;
import io.millrace.document.Schema;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.source.postgres.TableName;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What an index should be: a checked definition, made by [DefinitionParser].
///
/// - analyzers: those that it makes; segments hold what they need of them in their schema
/// - origin: the definition as it was given, for answers
public record IndexDefinition(
        String name,
        Schema schema,
        OwnAnalyzers analyzers,
        Source source,
        CommitCadence commit,
        Obj origin) {

    /// A definition that makes no analyzers.
    public IndexDefinition(
            String name, Schema schema, Source source, CommitCadence commit, Obj origin) {
        this(name, schema, OwnAnalyzers.NONE, source, commit, origin);
    }

    /// What somebody wrote about the index, empty when nobody did.
    public String description() {
        return origin.get("description") instanceof Value.Text(String text) ? text : "";
    }

    /// The field whose time says from when on a document can be found.
    public Optional<String> visibleFrom() {
        return origin.get("visible-from") instanceof Value.Text(String path)
                ? Optional.of(path)
                : Optional.empty();
    }

    /// True when at most the commit cadence, the description, `visible-from`, synonyms, the
    /// properties of its source's client, or the order in which fields stand, differs.
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

        /// The definition of a source that it names; empty where there is none to name.
        default Optional<String> sourceName() {
            return Optional.empty();
        }

        /// @throws InvalidRequest MALFORMED when it names a source that is not defined, or is
        ///   something else
        default void checkSource(SourceCatalog sources) {
            // Nothing to name, nothing to check.
        }
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
        public Optional<String> sourceName() {
            return source.equals(SourceDefinition.DEFAULT) ? Optional.empty() : Optional.of(source);
        }

        @Override
        public void checkSource(SourceCatalog sources) {
            if (sourceName().isPresent()
                    && !(named("kafka", source, sources)
                            instanceof SourceDefinition.KafkaCluster)) {
                throw InvalidRequest.malformed(
                        "/source/kafka/source",
                        "source.kafka.source: %s is a database, expected a Kafka cluster"
                                .formatted(source));
            }
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

    /// A table of a database feeds the index.
    ///
    /// - keyIndex: the unique index whose columns are the key, null for the primary key
    /// - key: the columns of the key as the definition has them, none where it leaves that to the
    ///   table
    public record PostgresSource(
            String source, TableName table, @Nullable String keyIndex, List<String> key)
            implements Source {
        public PostgresSource {
            key = List.copyOf(key);
        }

        @Override
        public SortedMap<String, String> facts() {
            SortedMap<String, String> facts = new TreeMap<>();
            facts.put("source.postgres.source", source);
            facts.put("source.postgres.table", table.toString());
            facts.put("source.postgres.key-index", keyIndex == null ? "primary key" : keyIndex);
            facts.put(
                    "source.postgres.key", key.isEmpty() ? "of the table" : String.join(",", key));
            return facts;
        }

        @Override
        public Optional<String> sourceName() {
            return Optional.of(source);
        }

        @Override
        public void checkSource(SourceCatalog sources) {
            if (!(named("postgres", source, sources)
                    instanceof SourceDefinition.PostgresDatabase)) {
                throw InvalidRequest.malformed(
                        "/source/postgres/source",
                        "source.postgres.source: %s is a Kafka cluster, expected a database"
                                .formatted(source));
            }
        }
    }

    private static SourceDefinition named(String kind, String name, SourceCatalog sources) {
        return sources.find(name)
                .orElseThrow(() ->
                        InvalidRequest.malformed(
                                "/source/%s/source".formatted(kind),
                                "source.%s.source: no source named %s, define it first: PUT /sources/%s"
                                        .formatted(kind, name, name)));
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
