package io.millrace.index;

import io.millrace.change.Checkpoint;
import io.millrace.directory.Directory;
import io.millrace.document.Schema;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.index.Draft.Ready;
import io.millrace.index.Draft.Staged;
import io.millrace.index.LaneOutput.OwnSegment;
import io.millrace.segment.DeleteVectorFile;
import io.millrace.segment.DeleteVectorMeta;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Steps L2 to L4 of the commit protocol: works out the next generation and makes all of it durable
/// under names that mean nothing yet. Confined to the manager's thread.
final class DraftWriter {
    private final Directory directory;
    private final CommitFiles commitFiles;
    private final FileSweep sweep;
    private final KeptGenerations kept;
    private final IndexOptions options;
    private final NodeResources resources;
    private final Ulids ulids;

    DraftWriter(
            Directory directory,
            CommitFiles commitFiles,
            FileSweep sweep,
            KeptGenerations kept,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        this.directory = directory;
        this.commitFiles = commitFiles;
        this.sweep = sweep;
        this.kept = kept;
        this.options = options;
        this.resources = resources;
        this.ulids = ulids;
    }

    /// Null when nothing changed. The readers of `staged` are still open when this fails.
    ///
    /// @param former the newest generation, which stays so while the token is held
    /// @param bases what became of the generations that the lanes worked upon
    /// @param acknowledged the newest generation known to be published downstream
    /// @param files names of the files of this draft; grows before each new one is begun
    @Nullable Ready write(
            Generation former,
            LaneBases bases,
            Staged staged,
            long acknowledged,
            List<String> files)
            throws IOException {
        SegmentChanges changes = SegmentChanges.of(former, bases, staged.outputs());
        List<RejectsMeta> rejects =
                staged.outputs().stream()
                        .map(LaneOutput::rejects)
                        .filter(Objects::nonNull)
                        .toList();
        boolean content = changes.changesVisibleDocuments() || !rejects.isEmpty();
        if (!content
                && staged.checkpoint().equals(former.record().checkpoint())
                && staged.schema().equals(former.record().schema())) {
            letGoUnneeded(changes);
            return null;
        }
        DeleteVectorMeta vectors = writeVectors(changes, files);
        StoredSchema schema = store(staged.schema(), former.record(), files);
        if (!files.isEmpty()) {
            directory.force();
        }
        CommitRecord record =
                record(
                        former,
                        staged.commitId(),
                        kind(staged, former.record(), content),
                        changes,
                        vectors,
                        rejects,
                        staged.checkpoint(),
                        staged.nextSequence(),
                        schema,
                        acknowledged);
        Ready ready =
                ready(
                        former,
                        record.withEvents(
                                List.of(
                                        CommitEvent.data(
                                                record, former.record(), changes, rejects, null))),
                        changes,
                        files);
        letGoUnneeded(changes);
        return ready;
    }

    /// A generation that holds the output of a merge in place of its inputs; null when none of them
    /// is left. The output's reader is still open when this fails.
    @Nullable Ready write(
            Generation former, FinishedMerge merge, long acknowledged, List<String> files)
            throws IOException {
        SegmentChanges changes = SegmentChanges.of(former, merge);
        if (changes.removed().isEmpty()) {
            return null;
        }
        DeleteVectorMeta vectors = writeVectors(changes, files);
        directory.force();
        CommitRecord before = former.record();
        CommitRecord record =
                record(
                        former,
                        merge.commitId(),
                        CommitKind.MERGE,
                        changes,
                        vectors,
                        List.of(),
                        before.checkpoint(),
                        before.nextSequence(),
                        before.storedSchema(),
                        acknowledged);
        return ready(
                former,
                record.withEvents(
                        List.of(CommitEvent.data(record, before, changes, List.of(), merge))),
                changes,
                files);
    }

    private @Nullable DeleteVectorMeta writeVectors(SegmentChanges changes, List<String> files)
            throws IOException {
        if (changes.vectors().isEmpty()) {
            return null;
        }
        String file = IndexFile.deleteVectors(ulids.next());
        files.add(file);
        sweep.claim(file);
        return DeleteVectorFile.write(directory, file, changes.vectors());
    }

    /// A schema that did not change stays where it is.
    private StoredSchema store(Schema schema, CommitRecord before, List<String> files)
            throws IOException {
        if (schema.equals(before.schema())) {
            return before.storedSchema();
        }
        return SchemaFile.store(
                directory,
                schema,
                options.schemaInRecordBytesMax(),
                name -> {
                    files.add(name);
                    sweep.claim(name);
                });
    }

    private Ready ready(
            Generation former, CommitRecord record, SegmentChanges changes, List<String> files)
            throws IOException {
        String pending = new IndexFile.Pending(record.generation()).name();
        files.add(pending);
        sweep.claim(pending);
        return new Ready(
                new Generation(commitFiles.writePending(record), changes.views()),
                former,
                files,
                resources.nanoClock().nanos() + options.prepareDeadline().toNanos());
    }

    /// The end of the chain: nothing is visible any more, and the position stays.
    ///
    /// @param files as in [#write]
    Ready writeLast(Generation former, long acknowledged, List<String> files) throws IOException {
        CommitRecord before = former.record();
        SegmentChanges changes =
                new SegmentChanges(
                        List.of(),
                        new TreeMap<>(),
                        before.segments(),
                        List.of(),
                        0,
                        before.documentCount());
        CommitRecord record =
                record(
                        former,
                        ulids.next(),
                        CommitKind.DELETE,
                        changes,
                        null,
                        List.of(),
                        before.checkpoint(),
                        before.nextSequence(),
                        before.storedSchema(),
                        acknowledged);
        return ready(
                former,
                record.withEvents(
                        List.of(CommitEvent.data(record, before, changes, List.of(), null))),
                changes,
                files);
    }

    private void letGoUnneeded(SegmentChanges changes) {
        for (OwnSegment own : changes.unneeded()) {
            own.reader().close();
            sweep.discard(own.reader().meta().id().fileName());
        }
    }

    private CommitRecord record(
            Generation former,
            String commitId,
            CommitKind kind,
            SegmentChanges changes,
            @Nullable DeleteVectorMeta vectors,
            List<RejectsMeta> rejects,
            Checkpoint checkpoint,
            long nextSequence,
            StoredSchema schema,
            long acknowledged) {
        CommitRecord before = former.record();
        long generation = before.generation() + 1;
        List<SegmentEntry> segments = changes.entries(former, vectors);
        return new CommitRecord(
                before.index(),
                before.incarnation(),
                generation,
                former.crc(),
                commitId,
                kind,
                segments,
                deleteVectors(before, segments, vectors),
                rejects,
                checkpoint,
                before.identity(),
                nextSequence,
                schema,
                List.of(),
                acknowledged,
                keptFrom(before, acknowledged),
                kind == CommitKind.DELETE || changes.changesVisibleDocuments()
                        ? generation
                        : before.contentGeneration(),
                changes.documentCount(),
                resources.clock().millis());
    }

    private static CommitKind kind(Staged staged, CommitRecord before, boolean hasContent) {
        if (hasContent) {
            return CommitKind.INDEX;
        }
        return staged.schema().equals(before.schema()) ? CommitKind.POSITION : CommitKind.SCHEMA;
    }

    /// A file goes out of the record when no segment names it any more.
    private static List<DeleteVectorMeta> deleteVectors(
            CommitRecord before, List<SegmentEntry> segments, @Nullable DeleteVectorMeta vectors) {
        Set<String> named = new HashSet<>();
        for (SegmentEntry entry : segments) {
            if (entry.deleteVector() != null) {
                named.add(entry.deleteVector());
            }
        }
        List<DeleteVectorMeta> files = new ArrayList<>(before.deleteVectors());
        if (vectors != null) {
            files.add(vectors);
        }
        files.removeIf(file -> !named.contains(file.name()));
        return files;
    }

    /// The newest `keptCommits` records behind the next one stay, and those that were not yet
    /// acknowledged. When these are too many, or too large, all of them go but the newest: those
    /// who follow are told to start over.
    private long keptFrom(CommitRecord before, long acknowledged) {
        long next = before.generation() + 1;
        long wanted = next - options.keptCommits();
        long unpublished = next + 1 - Math.max(before.keptFrom(), acknowledged + 1);
        if (unpublished > options.unpublishedMax()
                || kept.totalBytes() > options.unpublishedBytesMax()) {
            return Math.max(before.keptFrom(), wanted);
        }
        return Math.max(before.keptFrom(), Math.min(wanted, acknowledged + 1));
    }
}
