package io.millrace.index;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.CommitRecord.SegmentEntry;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The data of the event that announces a generation: enough for a follower to mirror the index.
///
/// ```json
/// {"kind": "INDEX", "commitId": "01…", "contentGeneration": 7, "schemaVersion": 1,
///  "positions": {"quakes": {"0": 1707}},
///  "documents": {"total": 1500, "added": 20, "deleted": 3, "rejected": 1},
///  "segments": {"total": 4, "added": [{"id": "01…", "documents": 20, "bytes": 9120}],
///               "removed": ["01…"]},
///  "committedAt": "2026-11-20T15:06:40Z"}
/// ```
final class CommitEvent {
    private CommitEvent() {}

    /// What the event says beyond the record.
    ///
    /// - added: documents in new segments that are visible
    /// - deleted: documents of older segments that no longer are
    record Changes(
            long added,
            long deleted,
            long rejected,
            List<SegmentEntry> segmentsAdded,
            List<SegmentEntry> segmentsRemoved) {
        static final Changes NONE = new Changes(0, 0, 0, List.of(), List.of());
    }

    static Obj data(CommitRecord record, Changes changes) {
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
        documents.put("rejected", Value.of(changes.rejected()));
        data.put("documents", new Obj(documents));
        Map<String, Value> segments = new LinkedHashMap<>();
        segments.put("total", Value.of(record.segments().size()));
        segments.put(
                "added",
                new Value.Array(
                        changes.segmentsAdded().stream()
                                .<Value>map(CommitEvent::segment)
                                .toList()));
        segments.put(
                "removed",
                new Value.Array(
                        changes.segmentsRemoved().stream()
                                .map(entry -> Value.of(entry.meta().id().ulid()))
                                .toList()));
        data.put("segments", new Obj(segments));
        data.put(
                "committedAt",
                Value.of(Instant.ofEpochMilli(record.committedAtMillis()).toString()));
        return new Obj(data);
    }

    private static Obj segment(SegmentEntry entry) {
        Map<String, Value> members = new LinkedHashMap<>();
        members.put("id", Value.of(entry.meta().id().ulid()));
        members.put("documents", Value.of(entry.meta().documentCount()));
        members.put("bytes", Value.of(entry.meta().lengthBytes()));
        return new Obj(members);
    }
}
