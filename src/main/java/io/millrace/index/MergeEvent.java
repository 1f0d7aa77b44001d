package io.millrace.index;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.MergeRun.Claim;
import io.millrace.segment.SegmentId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A merge's progress, for watchers: told once, to whoever listens, and kept nowhere. That a merge
/// finished is told by the commit event of its generation instead.
///
/// - id: `index:incarnation:merge:phase`
/// - merge: ULID of the output
public record MergeEvent(
        String id,
        String index,
        String incarnation,
        String merge,
        Phase phase,
        long atMillis,
        Obj data) {

    public enum Phase {
        PLANNED,
        STARTED,
        FINISHED,
        ABANDONED;

        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// @param detail why it was abandoned, empty otherwise
    static MergeEvent of(
            CommitRecord record, Claim claim, Phase phase, String detail, long atMillis) {
        Map<String, Value> data = new LinkedHashMap<>();
        data.put("id", Value.of(claim.output().ulid()));
        data.put("reason", Value.of(claim.plan().reason().name()));
        data.put("inputs", ids(claim.plan().inputs()));
        data.put("inputBytes", Value.of(claim.lengthBytes()));
        data.put("documents", Value.of(claim.liveCount()));
        if (!detail.isEmpty()) {
            data.put("detail", Value.of(detail));
        }
        String merge = claim.output().ulid();
        return new MergeEvent(
                idOf(record.index(), record.incarnation(), merge, phase),
                record.index(),
                record.incarnation(),
                merge,
                phase,
                atMillis,
                new Obj(data));
    }

    public static String idOf(String index, String incarnation, String merge, Phase phase) {
        return "%s:%s:%s:%s".formatted(index, incarnation, merge, phase.label());
    }

    static Value.Array ids(List<SegmentId> segments) {
        return new Value.Array(segments.stream().map(id -> Value.of(id.ulid())).toList());
    }
}
