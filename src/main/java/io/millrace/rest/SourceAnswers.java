package io.millrace.rest;

import io.millrace.catalog.SourceDefinition;
import io.millrace.catalog.SourceDefinition.KafkaCluster;
import io.millrace.catalog.SourceDefinition.PostgresDatabase;
import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.source.postgres.SourceHealth;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// What is answered about sources. No answer holds a password: no definition does.
final class SourceAnswers {
    private SourceAnswers() {}

    /// One source and its definition.
    ///
    /// - definedBy: `http`, or the file that makes it read-only over HTTP
    @Schema(name = "Source")
    record SourceAnswer(
            String name,
            @Schema(description = "kafka or postgres") String kind,
            @Schema(description = "http, or the file that defines the source") String definedBy,
            @Schema(description = "indexes that read it") List<String> indexes,
            @Schema(type = SchemaType.OBJECT, implementation = Object.class) Obj definition,
            @Nullable DatabaseAnswer postgres)
            implements Wire {

        /// @param health null where it was not asked for
        static SourceAnswer of(
                SourceDefinition definition,
                String definedBy,
                Set<String> readers,
                @Nullable SourceHealth health) {
            return new SourceAnswer(
                    definition.name(),
                    switch (definition) {
                        case KafkaCluster _ -> "kafka";
                        case PostgresDatabase _ -> "postgres";
                    },
                    definedBy,
                    readers.stream().sorted().toList(),
                    definition.origin(),
                    health == null ? null : DatabaseAnswer.of(health));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("name", name)
                    .put("kind", kind)
                    .put("definedBy", definedBy)
                    .put("indexes", new Value.Array(indexes.stream().map(Value::of).toList()))
                    .put("definition", definition)
                    .put("postgres", postgres)
                    .toObj();
        }
    }

    @Schema(name = "Sources")
    record SourceList(List<SourceAnswer> sources) implements Wire {
        @Override
        public Obj toValue() {
            return new Members().put("sources", sources).toObj();
        }
    }

    /// How a database serves its indexes.
    @Schema(name = "SourceDatabase")
    record DatabaseAnswer(
            String slot,
            String publication,
            @Schema(description = "whether slot and publication are made and dropped by this node")
                    boolean managed,
            @Schema(description = "one sentence for people, empty when all is well") String detail,
            @Nullable LogAnswer log,
            List<ReaderAnswer> readers)
            implements Wire {
        static DatabaseAnswer of(SourceHealth health) {
            SourceHealth.Log log = health.log();
            return new DatabaseAnswer(
                    health.slot(),
                    health.publication(),
                    health.managed(),
                    health.detail(),
                    log == null ? null : LogAnswer.of(log),
                    health.readers().stream().map(ReaderAnswer::of).toList());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("slot", slot)
                    .put("publication", publication)
                    .put("managed", Value.of(managed))
                    .put("detail", detail)
                    .put("log", log)
                    .put("readers", readers)
                    .toObj();
        }
    }

    /// The log that the slot holds back.
    @Schema(name = "SourceLog")
    record LogAnswer(
            @Schema(description = "reserved, extended, unreserved or lost") String walStatus,
            long retainedBytes,
            @Schema(
                            description =
                                    "bytes that may still be written before the slot is lost; left out"
                                            + " when the server sets no limit")
                    @Nullable Long safeBytes,
            @Schema(description = "the limit of the server, else wal-budget") long limitBytes,
            @Schema(description = "0, 50, 75 or 90: how much of the limit is used at least")
                    int alarmPercent,
            @Schema(description = "whether somebody reads the slot now") boolean read,
            String confirmedLsn,
            String endLsn)
            implements Wire {
        static LogAnswer of(SourceHealth.Log log) {
            return new LogAnswer(
                    log.walStatus(),
                    log.retainedBytes(),
                    log.safeBytes(),
                    log.limitBytes(),
                    log.alarmPercent(),
                    log.read(),
                    log.confirmedLsn(),
                    log.endLsn());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("walStatus", walStatus)
                    .put("retainedBytes", retainedBytes)
                    .put("safeBytes", safeBytes)
                    .put("limitBytes", limitBytes)
                    .put("alarmPercent", alarmPercent)
                    .put("read", Value.of(read))
                    .put("confirmedLsn", confirmedLsn)
                    .put("endLsn", endLsn)
                    .toObj();
        }
    }

    /// An index that reads the database, or should.
    @Schema(name = "SourceReader")
    record ReaderAnswer(
            String index,
            boolean reading,
            @Nullable String committedLsn,
            @Nullable Long behindBytes,
            @Schema(description = "it did not read for too long: it needs a rebuild")
                    boolean detached)
            implements Wire {
        static ReaderAnswer of(SourceHealth.Reader reader) {
            return new ReaderAnswer(
                    reader.index(),
                    reader.reading(),
                    reader.committedLsn(),
                    reader.behindBytes(),
                    reader.detached());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("index", index)
                    .put("reading", Value.of(reading))
                    .put("committedLsn", committedLsn)
                    .put("behindBytes", behindBytes)
                    .put("detached", Value.of(detached))
                    .toObj();
        }
    }
}
