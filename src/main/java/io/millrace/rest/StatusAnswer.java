package io.millrace.rest;

import io.millrace.MillraceException;
import io.millrace.change.Checkpoint;
import io.millrace.change.Position;
import io.millrace.change.SourcePartition;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitPoint;
import io.millrace.index.Index;
import io.millrace.index.IndexSnapshot;
import io.millrace.index.IndexState;
import io.millrace.index.IndexWriter;
import io.millrace.index.Leftovers;
import io.millrace.pipeline.PipelineStatus;
import io.millrace.pipeline.RunningIndex;
import io.millrace.rest.MergeAnswers.MergesAnswer;
import io.millrace.source.SourceStatus;
import io.millrace.source.SourceStatus.Progress.Lines;
import io.millrace.source.SourceStatus.Progress.Rows;
import java.util.Map;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/// How an index stands: what it has read, how far that is from the end of its source, what waits.
///
/// - lag: records between the newest commit and the end of the source, null while either is
///   unknown; an end that was looked at before the commit counts as reached
/// - generation, documents, segments, incarnation, publishedThrough, store, merges, leftovers: null
///   before generation 1
@Schema(name = "Status")
record StatusAnswer(
        String name,
        @Schema(description = "starting, running, retrying, paused, failed, deleting or stopped")
                String state,
        @Schema(description = "one sentence for people, empty when all is well") String detail,
        @Schema(description = "absent before generation 1") @Nullable String incarnation,
        @Nullable Long generation,
        @Schema(description = "visible documents") @Nullable Long documents,
        @Schema(description = "visible documents that list a path in _ignored")
                @Nullable Long ignoredDocuments,
        @Nullable Long segments,
        @Schema(description = "newest generation whose events and dead letters are acknowledged")
                @Nullable Long publishedThrough,
        @Schema(description = "open, disk-full, failed or closed, with the reason")
                @Nullable String store,
        @Schema(description = "merges that run, or why they do not") @Nullable MergesAnswer merges,
        @Nullable LeftoversAnswer leftovers,
        SourceAnswer source,
        @Schema(
                        description = "next offset by topic and partition",
                        type = SchemaType.OBJECT,
                        implementation = Object.class)
                Obj committed,
        @Schema(
                        description = "committed, with what is queued and building",
                        type = SchemaType.OBJECT,
                        implementation = Object.class)
                Obj accepted,
        @Schema(
                        description =
                                "records between the newest commit and the end of the source,"
                                        + " absent while the end is not known")
                @Nullable Long lag,
        PendingAnswer pending,
        @Schema(description = "since the process started") long indexedChanges,
        @Schema(description = "since the process started") long rejectedChanges,
        @Schema(description = "the rebuild that is under way, absent without one")
                @Nullable RebuildAnswer rebuild)
        implements Wire {

    /// Files in the folder of the index that nobody needs.
    @Schema(name = "Leftovers")
    record LeftoversAnswer(
            @Schema(description = "whose deletion failed and is tried again") long files,
            @Schema(description = "what these take") long bytes,
            @Schema(description = "files that nobody owned, found and deleted since it was opened")
                    long orphansFound)
            implements Wire {
        static LeftoversAnswer of(Leftovers leftovers) {
            return new LeftoversAnswer(
                    leftovers.undeletedFiles(),
                    leftovers.undeletedBytes(),
                    leftovers.orphansFound());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("files", files)
                    .put("bytes", bytes)
                    .put("orphansFound", orphansFound)
                    .toObj();
        }
    }

    /// The source's own state.
    @Schema(name = "SourceStatus")
    record SourceAnswer(
            @Schema(description = "starting, reading, paused, done, stopped or failed")
                    String state,
            String detail,
            @Schema(
                            description = "newest known next offset by topic and partition",
                            type = SchemaType.OBJECT,
                            implementation = Object.class)
                    Obj ends,
            @Schema(description = "of a file, or of the copy of a table")
                    @Nullable ProgressAnswer progress,
            @Schema(description = "what a database keeps for all indexes of the source")
                    @Nullable RetainedAnswer retained)
            implements Wire {
        static SourceAnswer of(SourceStatus source) {
            SourceStatus.Progress progress = source.progress();
            SourceStatus.Retained retained = source.retained();
            return new SourceAnswer(
                    source.state().label(),
                    source.detail(),
                    source.ends().toValue(),
                    progress == null ? null : ProgressAnswer.of(progress),
                    retained == null ? null : RetainedAnswer.of(retained));
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("state", state)
                    .put("detail", detail)
                    .put("ends", ends)
                    .put("progress", progress)
                    .put("retained", retained)
                    .toObj();
        }
    }

    /// The log that a database holds back, as of the last look.
    @Schema(name = "Retained")
    record RetainedAnswer(
            long bytes,
            @Schema(description = "beyond this something is lost") long limitBytes,
            @Schema(description = "of the limit that is exceeded: 0, 50, 75 or 90")
                    long alarmPercent)
            implements Wire {
        static RetainedAnswer of(SourceStatus.Retained retained) {
            return new RetainedAnswer(
                    retained.bytes(), retained.limitBytes(), retained.alarmPercent());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("bytes", bytes)
                    .put("limitBytes", limitBytes)
                    .put("alarmPercent", alarmPercent)
                    .toObj();
        }
    }

    /// How far a file was read, or a table was copied; the members of the other are absent.
    @Schema(name = "Progress")
    record ProgressAnswer(
            @Nullable Long readBytes,
            @Nullable Long totalBytes,
            @Schema(description = "of a file, since reading began in this process")
                    @Nullable Long lines,
            @Nullable Long rows,
            @Schema(description = "an estimate, until all are copied") @Nullable Long totalRows,
            @Schema(description = "of the rows of a table, 0 to 100") @Nullable Double percent,
            @Schema(description = "at the pace so far") @Nullable Long leftMillis)
            implements Wire {
        static ProgressAnswer of(SourceStatus.Progress progress) {
            return switch (progress) {
                case Lines lines ->
                        new ProgressAnswer(
                                lines.readBytes(),
                                lines.totalBytes(),
                                lines.lines(),
                                null,
                                null,
                                null,
                                lines.leftMillis());
                case Rows rows ->
                        new ProgressAnswer(
                                null,
                                null,
                                null,
                                rows.rows(),
                                rows.totalRows(),
                                Math.round(rows.percent() * 10) / 10.0,
                                rows.leftMillis());
            };
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("readBytes", readBytes)
                    .put("totalBytes", totalBytes)
                    .put("lines", lines)
                    .put("rows", rows)
                    .put("totalRows", totalRows)
                    .put("percent", percent)
                    .put("leftMillis", leftMillis)
                    .toObj();
        }
    }

    /// An incarnation that is being built beside the one that serves.
    @Schema(name = "RebuildStatus")
    record RebuildAnswer(
            String incarnation,
            @Schema(description = "as of an index") String state,
            String detail,
            @Schema(description = "indexed since the process started") long changes,
            @Schema(description = "visible documents") long documents,
            @Schema(description = "records until it takes over, absent while not known")
                    @Nullable Long lag)
            implements Wire {
        static RebuildAnswer of(RunningIndex.Rebuilding rebuild) {
            return new RebuildAnswer(
                    rebuild.incarnation(),
                    rebuild.state(),
                    rebuild.detail(),
                    rebuild.changes(),
                    rebuild.documents(),
                    rebuild.lag());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("incarnation", incarnation)
                    .put("state", state)
                    .put("detail", detail)
                    .put("changes", changes)
                    .put("documents", documents)
                    .put("lag", lag)
                    .toObj();
        }
    }

    /// Changes since the newest commit.
    @Schema(name = "Pending")
    record PendingAnswer(long changes, long bytes, long queuedDocuments, long queuedBytes)
            implements Wire {
        static PendingAnswer of(IndexWriter.Pending pending) {
            return new PendingAnswer(
                    pending.changes(),
                    pending.bytes(),
                    pending.queuedDocuments(),
                    pending.queuedBytes());
        }

        @Override
        public Obj toValue() {
            return new Members()
                    .put("changes", changes)
                    .put("bytes", bytes)
                    .put("queuedDocuments", queuedDocuments)
                    .put("queuedBytes", queuedBytes)
                    .toObj();
        }
    }

    static StatusAnswer of(RunningIndex running) {
        PipelineStatus status = running.status();
        Index index = null;
        CommitPoint newest = null;
        long ignored = 0;
        try {
            index = running.index();
            newest = index.newestCommit();
            try (IndexSnapshot snapshot = index.snapshot()) {
                ignored = snapshot.ignoredCount();
            }
        } catch (MillraceException.Unavailable e) {
            // No generation yet; the status says why.
        }
        return new StatusAnswer(
                running.definition().name(),
                status.state().label(),
                status.detail(),
                index == null ? null : index.incarnation(),
                newest == null ? null : Long.valueOf(newest.generation()),
                newest == null ? null : Long.valueOf(newest.documentCount()),
                newest == null ? null : Long.valueOf(ignored),
                newest == null ? null : Long.valueOf(newest.segmentCount()),
                index == null ? null : Long.valueOf(index.publishedThrough()),
                index == null ? null : store(index.state()),
                index == null ? null : MergesAnswer.of(index.merges()),
                index == null ? null : LeftoversAnswer.of(index.leftovers()),
                SourceAnswer.of(status.source()),
                status.committed().toValue(),
                status.accepted().toValue(),
                lag(status.committed(), status.source().ends()),
                PendingAnswer.of(status.pending()),
                status.indexedChanges(),
                status.rejectedChanges(),
                running.rebuild().map(RebuildAnswer::of).orElse(null));
    }

    static @Nullable Long lag(Checkpoint committed, Checkpoint ends) {
        if (committed.positions().isEmpty()) {
            return null;
        }
        long lag = 0;
        for (Map.Entry<SourcePartition, Position> stands : committed.positions().entrySet()) {
            Position end = ends.position(stands.getKey());
            if (end == null) {
                return null;
            }
            lag += Math.max(0, end.next() - stands.getValue().next());
        }
        return lag;
    }

    private static String store(IndexState state) {
        return switch (state) {
            case IndexState.Open _ -> "open";
            case IndexState.DiskFull(String reason) -> "disk-full: " + reason;
            case IndexState.Failed(String reason) -> "failed: " + reason;
            case IndexState.Closed _ -> "closed";
        };
    }

    @Override
    public Obj toValue() {
        return new Members()
                .put("name", name)
                .put("state", state)
                .put("detail", detail)
                .put("incarnation", incarnation)
                .put("generation", generation)
                .put("documents", documents)
                .put("ignoredDocuments", ignoredDocuments)
                .put("segments", segments)
                .put("publishedThrough", publishedThrough)
                .put("store", store)
                .put("merges", merges)
                .put("leftovers", leftovers)
                .put("source", source)
                .put("committed", committed)
                .put("accepted", accepted)
                .put("lag", lag)
                .put("pending", pending)
                .put("indexedChanges", indexedChanges)
                .put("rejectedChanges", rejectedChanges)
                .put("rebuild", rebuild)
                .toObj();
    }
}
