package io.millrace.index;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.SourceIdentity;
import io.millrace.document.Schema;
import io.millrace.document.Value.Obj;
import io.millrace.segment.DeleteVectorMeta;
import io.millrace.segment.SegmentMeta;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Everything a generation is. The file `c-<generation>.commit` holds exactly this
/// ([CommitRecordLayout]).
///
/// - previousCrc: checksum of the record before, 0 in generation 1: the records are a chain (I2)
/// - commitId: a ULID minted before prepare; the same commit never gets another one
/// - deleteVectors: every file that an entry of `segments` names
/// - rejects: of this generation only
/// - nextSequence: intake number of the next change
/// - events: the data of the events of this generation; their ordinal is their place
/// - publishedThrough: the newest generation known to be acknowledged when this one was written
/// - keptFrom: the oldest generation whose record is still needed; older ones may be gone
/// - contentGeneration: the newest generation that changed visible documents
/// - documentCount: visible documents
record CommitRecord(
        String index,
        String incarnation,
        long generation,
        int previousCrc,
        String commitId,
        CommitKind kind,
        List<SegmentEntry> segments,
        List<DeleteVectorMeta> deleteVectors,
        List<RejectsMeta> rejects,
        Checkpoint checkpoint,
        SourceIdentity identity,
        long nextSequence,
        StoredSchema storedSchema,
        List<Obj> events,
        long publishedThrough,
        long keptFrom,
        long contentGeneration,
        long documentCount,
        long committedAtMillis) {

    /// A segment of the generation, with where its delete vector is.
    ///
    /// - deleteVector: name of the file, null when nothing is deleted
    record SegmentEntry(SegmentMeta meta, @Nullable String deleteVector, int deletedCount) {
        int liveCount() {
            return meta.documentCount() - deletedCount;
        }
    }

    CommitRecord {
        segments = List.copyOf(segments);
        deleteVectors = List.copyOf(deleteVectors);
        rejects = List.copyOf(rejects);
        events = List.copyOf(events);
        check(generation >= 1, "generation " + generation + ", expected 1 or more");
        check(
                (kind == CommitKind.CREATE) == (generation == 1),
                "kind " + kind + " in generation " + generation);
        check(
                keptFrom >= 1 && keptFrom <= generation,
                "kept from " + keptFrom + " in generation " + generation);
        check(
                publishedThrough >= 0 && publishedThrough < generation,
                "published through " + publishedThrough + " in generation " + generation);
        check(
                contentGeneration >= 1 && contentGeneration <= generation,
                "content of generation " + contentGeneration + " in " + generation);
        Set<String> vectorFiles = new HashSet<>();
        deleteVectors.forEach(file -> vectorFiles.add(file.name()));
        long live = 0;
        for (SegmentEntry entry : segments) {
            live += entry.liveCount();
            check(
                    entry.deleteVector() == null
                            ? entry.deletedCount() == 0
                            : vectorFiles.contains(entry.deleteVector()),
                    "segment "
                            + entry.meta().id()
                            + " with "
                            + entry.deletedCount()
                            + " deleted in "
                            + entry.deleteVector());
            check(
                    entry.liveCount() > 0,
                    "segment " + entry.meta().id() + " with " + entry.liveCount() + " live");
        }
        check(
                kind != CommitKind.DELETE || segments.isEmpty(),
                "last generation with " + segments.size() + " segments");
        check(live == documentCount, documentCount + " documents, segments hold " + live);
    }

    private static void check(boolean holds, String message) {
        if (!holds) {
            throw new MillraceException.Bug("commit record: " + message);
        }
    }

    /// Generation 1: an empty index that knows where its source starts.
    static CommitRecord first(
            String index,
            String incarnation,
            String commitId,
            StoredSchema schema,
            SourceIdentity identity,
            Checkpoint start,
            long committedAtMillis) {
        CommitRecord record =
                new CommitRecord(
                        index,
                        incarnation,
                        1,
                        0,
                        commitId,
                        CommitKind.CREATE,
                        List.of(),
                        List.of(),
                        List.of(),
                        start,
                        identity,
                        0,
                        schema,
                        List.of(),
                        0,
                        1,
                        1,
                        0,
                        committedAtMillis);
        return record.withEvents(List.of(CommitEvent.first(record)));
    }

    CommitRecord withEvents(List<Obj> announced) {
        return with(copy -> copy.events = announced);
    }

    /// The same generation without what came before it: no older record is needed, and no rejects.
    CommitRecord alone() {
        return with(copy -> {
            copy.rejects = List.of();
            copy.keptFrom = generation;
        });
    }

    /// The same with its delete vectors in other files.
    CommitRecord withSegments(List<SegmentEntry> entries, List<DeleteVectorMeta> vectors) {
        return with(copy -> {
            copy.segments = entries;
            copy.deleteVectors = vectors;
        });
    }

    /// The first generation of another incarnation that shows what this one shows.
    ///
    /// @param number above every generation that this index may have published
    /// @param crc the checksum of this record
    CommitRecord restored(
            String life, long number, int crc, String restoredBy, long restoredAtMillis) {
        CommitRecord restored =
                with(copy -> {
                    copy.incarnation = life;
                    copy.generation = number;
                    copy.previousCrc = crc;
                    copy.commitId = restoredBy;
                    copy.kind = CommitKind.RESTORE;
                    copy.rejects = List.of();
                    copy.events = List.of();
                    copy.publishedThrough = number - 1;
                    copy.keptFrom = number;
                    copy.contentGeneration = number;
                    copy.committedAtMillis = restoredAtMillis;
                });
        return restored.withEvents(List.of(CommitEvent.first(restored)));
    }

    Schema schema() {
        return storedSchema.schema();
    }

    long previousGeneration() {
        return generation - 1;
    }

    CommitPoint toCommitPoint() {
        return new CommitPoint(
                generation,
                contentGeneration,
                kind,
                checkpoint,
                segments.size(),
                documentCount,
                committedAtMillis);
    }

    List<IndexEvent> toEvents() {
        List<IndexEvent> announced = new ArrayList<>(events.size());
        for (int ordinal = 0; ordinal < events.size(); ordinal++) {
            announced.add(
                    new IndexEvent(
                            "%s:%s:%d:%d".formatted(index, incarnation, generation, ordinal),
                            index,
                            incarnation,
                            generation,
                            previousGeneration(),
                            ordinal,
                            kind,
                            events.get(ordinal)));
        }
        return announced;
    }

    /// Name of the schema's file, empty when the record holds the schema.
    Optional<String> schemaFile() {
        return Optional.ofNullable(storedSchema.file()).map(SchemaFile.Meta::name);
    }

    /// Names of the files that this generation cannot be read without.
    List<String> contentFiles() {
        List<String> names = new ArrayList<>();
        segments.forEach(entry -> names.add(entry.meta().id().fileName()));
        deleteVectors.forEach(file -> names.add(file.name()));
        schemaFile().ifPresent(names::add);
        return names;
    }

    private CommitRecord with(Consumer<Copy> change) {
        Copy copy = new Copy(this);
        change.accept(copy);
        return new CommitRecord(
                index,
                copy.incarnation,
                copy.generation,
                copy.previousCrc,
                copy.commitId,
                copy.kind,
                copy.segments,
                copy.deleteVectors,
                copy.rejects,
                checkpoint,
                identity,
                nextSequence,
                storedSchema,
                copy.events,
                copy.publishedThrough,
                copy.keptFrom,
                copy.contentGeneration,
                documentCount,
                copy.committedAtMillis);
    }

    /// What [#with] changes; never seen outside.
    private static final class Copy {
        private String incarnation;
        private long generation;
        private int previousCrc;
        private String commitId;
        private CommitKind kind;
        private List<SegmentEntry> segments;
        private List<DeleteVectorMeta> deleteVectors;
        private List<RejectsMeta> rejects;
        private List<Obj> events;
        private long publishedThrough;
        private long keptFrom;
        private long contentGeneration;
        private long committedAtMillis;

        Copy(CommitRecord record) {
            incarnation = record.incarnation;
            generation = record.generation;
            previousCrc = record.previousCrc;
            commitId = record.commitId;
            kind = record.kind;
            segments = record.segments;
            deleteVectors = record.deleteVectors;
            rejects = record.rejects;
            events = record.events;
            publishedThrough = record.publishedThrough;
            keptFrom = record.keptFrom;
            contentGeneration = record.contentGeneration;
            committedAtMillis = record.committedAtMillis;
        }
    }
}
