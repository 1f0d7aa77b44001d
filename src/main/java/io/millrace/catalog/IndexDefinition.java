package io.millrace.catalog;

import io.millrace.document.Schema;
import io.millrace.document.Value.Obj;
import java.time.Duration;
import java.util.Locale;

/// What an index should be: a checked definition, made by [DefinitionParser].
///
/// - origin: the definition as it was given, for answers
public record IndexDefinition(
        String name, Schema schema, Source source, CommitCadence commit, Obj origin) {

    /// True when what is on disk fits both definitions: at most the commit cadence, or the order in
    /// which fields stand, differs.
    public boolean isSameButCommit(IndexDefinition other) {
        return Compatibility.differences(this, other).isEmpty();
    }

    /// What feeds the index.
    public sealed interface Source {}

    /// A topic feeds the index.
    public record KafkaSource(String source, String topic, KeyFrom keyFrom) implements Source {}

    /// Whoever posts documents over HTTP feeds the index.
    public record PushSource() implements Source {}

    /// A file feeds the index, from its first line on, and what is appended to it.
    ///
    /// - path: relative to the node's folder of files, steps parted by `/`, none of them `.` or
    ///   `..`
    /// - delimiter: what parts the cells of a CSV line; a comma in NDJSON, where it means nothing
    public record FileSource(String path, FileFormat format, char delimiter) implements Source {}

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
