package io.millrace.index;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitRecord.SegmentEntry;
import io.millrace.segment.SegmentId;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The data of the event that announces a generation: enough for a follower to mirror the index.
///
/// ```json
/// {"kind": "INDEX", "commitId": "01…", "contentGeneration": 7, "schemaVersion": 1,
///  "positions": {"quakes": {"0": 1707}},
///  "documents": {"total": 1500, "added": 20, "deleted": 3, "rejected": 1},
///  "segments": {"total": 4, "added": [{"id": "01…", "documents": 20, "bytes": 9120}],
///               "removed": ["01…"]},
///  "merge": {"id": "01…", "reason": "TIERED", "inputs": ["01…"], "inputBytes": 20480,
///            "documents": 1200, "bytes": 18000, "tookMillis": 40},
///  "committedAt": "2026-11-20T15:06:40Z"}
/// ```
///
/// `merge` is there in generations of kind MERGE.
final class CommitEvent {
    private CommitEvent() {}

    /// Of the first generation of an incarnation: every segment is new.
    static Obj first(CommitRecord record) {
        return data(
                record,
                null,
                new SegmentChanges(List.of(), new TreeMap<>(), List.of(), List.of(), 0, 0),
                List.of(),
                null);
    }

    /// @param before null for generation 1
    /// @param merge null for a commit of the writer
    static Obj data(
            CommitRecord record,
            @Nullable CommitRecord before,
            SegmentChanges changes,
            List<RejectsMeta> rejects,
            @Nullable FinishedMerge merge) {
        Map<String, Value> data = new LinkedHashMap<>();
        data.put("kind", Value.of(record.kind().name()));
        data.put("commitId", Value.of(record.commitId()));
        data.put("contentGeneration", Value.of(record.contentGeneration()));
        data.put("schemaVersion", Value.of(record.schema().version()));
        data.put("positions", record.checkpoint().toValue());
        Map<String, Value> documents = new LinkedHashMap<>();
        documents.put("total", Value.of(record.documentCount()));
        documents.put("added", Value.of(changes.added()));
        documents.put("deleted", Value.of(changes.deleted()));
        documents.put("rejected", Value.of(rejects.stream().mapToLong(RejectsMeta::count).sum()));
        data.put("documents", new Obj(documents));
        Map<String, Value> segments = new LinkedHashMap<>();
        segments.put("total", Value.of(record.segments().size()));
        segments.put("added", added(record, before));
        segments.put(
                "removed",
                MergeEvent.ids(
                        changes.removed().stream().map(entry -> entry.meta().id()).toList()));
        data.put("segments", new Obj(segments));
        if (merge != null) {
            data.put("merge", merge(merge));
        }
        data.put(
                "committedAt",
                Value.of(Instant.ofEpochMilli(record.committedAtMillis()).toString()));
        return new Obj(data);
    }

    private static Value.Array added(CommitRecord record, @Nullable CommitRecord before) {
        Set<SegmentId> known = new HashSet<>();
        if (before != null) {
            before.segments().forEach(entry -> known.add(entry.meta().id()));
        }
        return new Value.Array(
                record.segments().stream()
                        .filter(entry -> !known.contains(entry.meta().id()))
                        .<Value>map(CommitEvent::segment)
                        .toList());
    }

    private static Obj merge(FinishedMerge merge) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(merge.reader().meta().id().ulid()));
        members.put("reason", Value.of(merge.plan().reason().name()));
        members.put("inputs", MergeEvent.ids(merge.plan().inputs()));
        members.put(
                "inputBytes",
                Value.of(merge.inputs().stream().mapToLong(SegmentView::lengthBytes).sum()));
        members.put("documents", Value.of(merge.reader().documentCount()));
        members.put("bytes", Value.of(merge.reader().meta().lengthBytes()));
        members.put("tookMillis", Value.of(merge.tookMillis()));
        return new Obj(members);
    }

    private static Obj segment(SegmentEntry entry) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(entry.meta().id().ulid()));
        members.put("documents", Value.of(entry.meta().documentCount()));
        members.put("bytes", Value.of(entry.meta().lengthBytes()));
        return new Obj(members);
    }
}
