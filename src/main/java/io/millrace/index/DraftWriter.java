package io.millrace.index;

import io.millrace.directory.Directory;
import io.millrace.index.CommitEvent.Changes;
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
import org.jspecify.annotations.Nullable;

/// Steps L2 to L4 of the commit protocol: works out the next generation and makes all of it durable
/// under names that mean nothing yet. Confined to the manager's thread.
final class DraftWriter {
    private final Directory directory;
    private final CommitFiles commitFiles;
    private final FileSweep sweep;
    private final IndexOptions options;
    private final NodeResources resources;
    private final Ulids ulids;

    DraftWriter(
            Directory directory,
            CommitFiles commitFiles,
            FileSweep sweep,
            IndexOptions options,
            NodeResources resources,
            Ulids ulids) {
        this.directory = directory;
        this.commitFiles = commitFiles;
        this.sweep = sweep;
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
        DeleteVectorMeta vectors = null;
        if (!changes.vectors().isEmpty()) {
            String file = IndexFile.deleteVectors(ulids.next());
            files.add(file);
            vectors = DeleteVectorFile.write(directory, file, changes.vectors());
        }
        if (!files.isEmpty()) {
            directory.force();
        }
        CommitRecord record = record(staged, former, changes, vectors, rejects, acknowledged);
        String pending = new IndexFile.Pending(record.generation()).name();
        files.add(pending);
        sweep.keep(pending);
        int crc = commitFiles.writePending(record);
        letGoUnneeded(changes);
        return new Ready(
                new Generation(record, crc, changes.views()),
                former,
                files,
                resources.nanoClock().nanos() + options.prepareDeadline().toNanos());
    }

    /// The end of the chain: nothing is visible any more, and the position stays.
    ///
    /// @param files as in [#write]
    Ready writeLast(Generation former, long acknowledged, List<String> files) throws IOException {
        CommitRecord before = former.record();
        long generation = before.generation() + 1;
        CommitRecord silent =
                new CommitRecord(
                        before.index(),
                        before.incarnation(),
                        generation,
                        former.crc(),
                        ulids.next(),
                        CommitKind.DELETE,
                        List.of(),
                        List.of(),
                        List.of(),
                        before.checkpoint(),
                        before.identity(),
                        before.nextSequence(),
                        before.schema(),
                        List.of(),
                        acknowledged,
                        keptFrom(before, acknowledged),
                        generation,
                        0,
                        resources.clock().millis());
        CommitRecord record =
                silent.withEvents(
                        List.of(
                                CommitEvent.data(
                                        silent,
                                        new Changes(
                                                0,
                                                before.documentCount(),
                                                0,
                                                List.of(),
                                                before.segments()))));
        String pending = new IndexFile.Pending(generation).name();
        files.add(pending);
        sweep.keep(pending);
        int crc = commitFiles.writePending(record);
        return new Ready(
                new Generation(record, crc, List.of()),
                former,
                files,
                resources.nanoClock().nanos() + options.prepareDeadline().toNanos());
    }

    private void letGoUnneeded(SegmentChanges changes) {
        for (OwnSegment own : changes.unneeded()) {
            own.reader().close();
            sweep.discard(own.reader().meta().id().fileName());
        }
    }

    private CommitRecord record(
            Staged staged,
            Generation former,
            SegmentChanges changes,
            @Nullable DeleteVectorMeta vectors,
            List<RejectsMeta> rejects,
            long acknowledged) {
        CommitRecord before = former.record();
        long generation = before.generation() + 1;
        List<SegmentEntry> segments = changes.entries(former, vectors);
        boolean visible = changes.changesVisibleDocuments();
        CommitRecord record =
                new CommitRecord(
                        before.index(),
                        before.incarnation(),
                        generation,
                        former.crc(),
                        staged.commitId(),
                        kind(staged, before, visible || !rejects.isEmpty()),
                        segments,
                        deleteVectors(before, segments, vectors),
                        rejects,
                        staged.checkpoint(),
                        before.identity(),
                        staged.nextSequence(),
                        staged.schema(),
                        List.of(),
                        acknowledged,
                        keptFrom(before, acknowledged),
                        visible ? generation : before.contentGeneration(),
                        changes.documentCount(),
                        resources.clock().millis());
        int olderCount = before.segments().size() - changes.removed().size();
        return record.withEvents(
                List.of(
                        CommitEvent.data(
                                record,
                                new Changes(
                                        changes.added(),
                                        changes.deleted(),
                                        rejects.stream().mapToLong(RejectsMeta::count).sum(),
                                        segments.subList(olderCount, segments.size()),
                                        changes.removed()))));
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

    /// The newest `keptCommits` records behind the next one stay, and all that were not yet
    /// acknowledged.
    private long keptFrom(CommitRecord before, long acknowledged) {
        long next = before.generation() + 1;
        return Math.max(
                before.keptFrom(), Math.min(next - options.keptCommits(), acknowledged + 1));
    }
}
