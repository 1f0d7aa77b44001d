package io.millrace.catalog;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.source.postgres.SslMode;
import io.millrace.source.postgres.TruncatePolicy;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A Kafka cluster or a database, named once for all indexes that read it: a checked definition,
/// made by [SourceDefinitionParser].
public sealed interface SourceDefinition {

    /// The Kafka cluster that the application itself is connected to; needs no definition.
    String DEFAULT = "default";

    String name();

    /// The definition as it was given, for answers; it holds no secret.
    Obj origin();

    /// What may not change while an index reads the source, by member of the definition.
    SortedMap<String, String> fixed();

    /// What somebody wrote about the source, empty when nobody did.
    default String description() {
        return origin().get("description") instanceof Value.Text(String text) ? text : "";
    }

    /// A Kafka cluster.
    ///
    /// - security: Kafka's `security.protocol` in its own words
    /// - sasl: how to log in, null for not at all
    /// - certificates: file of the authorities (PEM) that brokers are trusted for, below the node's
    ///   folder of secrets; null for those of the machine
    record KafkaCluster(
            String name,
            String bootstrapServers,
            String security,
            @Nullable Sasl sasl,
            Secret.@Nullable File certificates,
            Obj origin)
            implements SourceDefinition {

        /// - mechanism: `PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`
        public record Sasl(String mechanism, String user, Secret password) {}

        @Override
        public SortedMap<String, String> fixed() {
            return new TreeMap<>(Map.of("kind", "kafka"));
        }
    }

    /// A database.
    ///
    /// - certificates: file of the authority (PEM) that the server is trusted for, below the node's
    ///   folder of secrets; null for none
    /// - slot, publication: null where they are named after the source
    /// - create: whether they are made, and the publication extended, by this node
    /// - walBudgetBytes: how much of the log an index that does not read may hold back
    record PostgresDatabase(
            String name,
            String host,
            int port,
            String database,
            String user,
            @Nullable Secret password,
            SslMode sslMode,
            Secret.@Nullable File certificates,
            @Nullable String slot,
            @Nullable String publication,
            boolean create,
            TruncatePolicy truncate,
            long walBudgetBytes,
            Obj origin)
            implements SourceDefinition {

        @Override
        public SortedMap<String, String> fixed() {
            SortedMap<String, String> fixed = new TreeMap<>();
            fixed.put("kind", "postgres");
            fixed.put("postgres.database", database);
            fixed.put("postgres.slot", slot == null ? "its own" : slot);
            fixed.put("postgres.publication", publication == null ? "its own" : publication);
            fixed.put("postgres.create", Boolean.toString(create));
            return fixed;
        }

        /// The slot in the database: lower-case letters, digits and underscores.
        ///
        /// @param incarnation which life of the source this is, 16 hexadecimal digits
        public String slotName(String incarnation) {
            return slot == null ? ownName(incarnation) : slot;
        }

        public String publicationName(String incarnation) {
            return publication == null ? ownName(incarnation) : publication;
        }

        private String ownName(String incarnation) {
            int sourceCharsMax = 40;
            String source = name.replace('-', '_');
            return "millrace_%s_%s"
                    .formatted(
                            source.substring(0, Math.min(source.length(), sourceCharsMax)),
                            incarnation.substring(0, 8));
        }
    }
}
