package io.millrace.node;

import io.millrace.MillraceException;
import io.millrace.catalog.Catalog;
import io.millrace.catalog.IndexDefinition;
import io.millrace.catalog.IndexDefinition.FileFormat;
import io.millrace.catalog.IndexDefinition.FileSource;
import io.millrace.catalog.IndexDefinition.KafkaSource;
import io.millrace.catalog.IndexDefinition.PostgresSource;
import io.millrace.catalog.IndexDefinition.PushSource;
import io.millrace.catalog.SourceDefinition;
import io.millrace.catalog.SourceDefinition.KafkaCluster;
import io.millrace.catalog.SourceDefinition.PostgresDatabase;
import io.millrace.index.NodeResources;
import io.millrace.pipeline.SourceFactory;
import io.millrace.source.ChangeSource;
import io.millrace.source.file.FileBinding;
import io.millrace.source.file.FileChangeSource;
import io.millrace.source.file.FileReadOptions;
import io.millrace.source.kafka.KafkaChangeSource;
import io.millrace.source.kafka.KafkaReadOptions;
import io.millrace.source.kafka.TopicBinding;
import io.millrace.source.postgres.CopyOptions;
import io.millrace.source.postgres.PostgresSettings;
import io.millrace.source.postgres.PostgresSources;
import io.millrace.source.postgres.TableBinding;
import io.millrace.source.postgres.WalReadOptions;
import io.millrace.source.push.PushChangeSource;
import io.millrace.source.push.PushOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Makes the source that feeds an index, from its definition, that of the cluster or database it
/// names, and the secrets of this node. May be shared between threads.
final class Sources implements SourceFactory {
    private final Catalog catalog;
    private final Secrets secrets;
    private final Map<String, Object> ownCluster;
    private final Path filesDir;
    private final PushOptions pushing;
    private final KafkaReadOptions reading;
    private final NodeResources resources;

    private final PostgresSources databases;

    /// @param ownCluster how clients reach the application's own Kafka
    Sources(
            Catalog catalog,
            Secrets secrets,
            Map<String, Object> ownCluster,
            Path filesDir,
            PushOptions pushing,
            KafkaReadOptions reading,
            NodeResources resources) {
        this.catalog = catalog;
        this.secrets = secrets;
        this.ownCluster = Map.copyOf(ownCluster);
        this.filesDir = filesDir;
        this.pushing = pushing;
        this.reading = reading;
        this.resources = resources;
        this.databases =
                new PostgresSources(
                        new Databases(),
                        WalReadOptions.DEFAULT,
                        CopyOptions.DEFAULT,
                        PostgresSources.Guarding.DEFAULT,
                        resources.nanoClock()::nanos,
                        resources.threads());
    }

    /// The databases that are defined.
    PostgresSources databases() {
        return databases;
    }

    private final class Databases implements PostgresSources.Definitions {
        @Override
        public Set<String> databases() {
            return catalog.sources().definitions().stream()
                    .filter(PostgresDatabase.class::isInstance)
                    .map(SourceDefinition::name)
                    .collect(Collectors.toUnmodifiableSet());
        }

        @Override
        public PostgresSettings database(String source) {
            return Sources.this.database(source);
        }

        @Override
        public Set<String> readers(String source) {
            return catalog.readers(source);
        }
    }

    @Override
    public ChangeSource open(IndexDefinition definition) {
        return switch (definition.source()) {
            case KafkaSource kafka -> topic(definition, kafka);
            case PostgresSource postgres -> table(definition, postgres);
            case PushSource _ ->
                    new PushChangeSource(definition.name(), pushing, resources.random());
            case FileSource file ->
                    new FileChangeSource(
                            new FileBinding(
                                    definition.name(),
                                    filesDir,
                                    file.path(),
                                    file.format() == FileFormat.CSV,
                                    file.delimiter(),
                                    definition.schema()),
                            FileReadOptions.DEFAULT,
                            resources.nanoClock()::nanos,
                            resources.threads());
        };
    }

    private ChangeSource topic(IndexDefinition definition, KafkaSource kafka) {
        TopicBinding.KeyPlace keyPlace =
                definition.schema().keyPaths().isEmpty()
                        ? TopicBinding.KeyPlace.NONE
                        : switch (kafka.keyFrom()) {
                            case RECORD -> TopicBinding.KeyPlace.RECORD;
                            case VALUE -> TopicBinding.KeyPlace.VALUE;
                        };
        return new KafkaChangeSource(
                new TopicBinding(
                        definition.name(),
                        kafka.topic(),
                        keyPlace,
                        definition.schema(),
                        kafka.properties()),
                kafka.sourceName().map(this::cluster).orElse(ownCluster),
                reading,
                resources.nanoClock()::nanos,
                resources.threads());
    }

    /// How clients reach a cluster.
    ///
    /// @throws MillraceException.Unavailable when it is not defined, or a secret is missing
    Map<String, Object> cluster(String source) {
        if (!(defined(source) instanceof KafkaCluster cluster)) {
            throw new MillraceException.Unavailable(
                    "source %s is a database, expected a Kafka cluster".formatted(source));
        }
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", cluster.bootstrapServers());
        settings.put("security.protocol", cluster.security());
        KafkaCluster.Sasl sasl = cluster.sasl();
        if (sasl != null) {
            String module =
                    sasl.mechanism().equals("PLAIN")
                            ? "org.apache.kafka.common.security.plain.PlainLoginModule"
                            : "org.apache.kafka.common.security.scram.ScramLoginModule";
            settings.put("sasl.mechanism", sasl.mechanism());
            settings.put(
                    "sasl.jaas.config",
                    "%s required username=%s password=%s;"
                            .formatted(
                                    module,
                                    quoted(sasl.user()),
                                    quoted(secrets.find(source, sasl.password()))));
        }
        if (cluster.certificates() != null) {
            settings.put("ssl.truststore.type", "PEM");
            settings.put(
                    "ssl.truststore.location", secrets.path(cluster.certificates()).toString());
        }
        return settings;
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /// How a database is reached.
    ///
    /// @throws MillraceException.Unavailable when it is not defined, or a secret is missing
    PostgresSettings database(String source) {
        if (!(defined(source) instanceof PostgresDatabase database)) {
            throw new MillraceException.Unavailable(
                    "source %s is a Kafka cluster, expected a database".formatted(source));
        }
        String incarnation = catalog.sources().incarnation(source);
        return new PostgresSettings(
                source,
                database.host(),
                database.port(),
                database.database(),
                database.user(),
                database.password() == null ? null : secrets.find(source, database.password()),
                database.sslMode(),
                database.certificates() == null
                        ? null
                        : secrets.path(database.certificates()).toString(),
                database.slotName(incarnation),
                database.publicationName(incarnation),
                database.create(),
                database.truncate(),
                database.walBudgetBytes());
    }

    private SourceDefinition defined(String source) {
        return catalog.sources()
                .find(source)
                .orElseThrow(() ->
                        new MillraceException.Unavailable(
                                "source %s is not defined: PUT /sources/%s, or a file with kind: source"
                                        .formatted(source, source)));
    }

    private ChangeSource table(IndexDefinition definition, PostgresSource postgres) {
        return databases.open(
                postgres.source(),
                new TableBinding(
                        definition.name(),
                        postgres.table(),
                        postgres.keyIndex(),
                        definition.schema()));
    }
}
