package io.millrace.publish;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.IndexEvent;
import io.millrace.index.MergeEvent;
import io.millrace.json.Json;
import io.millrace.publish.OutgoingRecord.Header;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Commit and merge events as CloudEvents 1.0. Those of commits come with the generation and the
/// one before it as extension attributes: a reader sees a missing or repeated event without looking
/// at the data.
public final class CloudEvents {
    public static final String COMMIT_TYPE = "io.millrace.commit.v1";
    public static final String RESYNC_TYPE = "io.millrace.resync.v1";
    static final String MERGE_TYPE = "io.millrace.merge.v1";

    private static final String JSON = "application/json";

    private CloudEvents() {}

    /// Binary mode of the Kafka binding: attributes are headers, the value is the data.
    static OutgoingRecord toRecord(IndexEvent event) {
        return record(Topic.COMMITS, event.index(), attributes(event), event.data());
    }

    /// How a merge gets on.
    static OutgoingRecord toRecord(MergeEvent event) {
        Map<String, Value> attributes =
                mergeAttributes(event.index(), event.incarnation(), event.merge(), event.phase());
        attributes.put("time", Value.of(Instant.ofEpochMilli(event.atMillis()).toString()));
        return record(Topic.MERGES, event.index(), attributes, event.data());
    }

    /// That the merge of a generation finished, empty for one without a merge. Names the
    /// generation: its own event is the one that is never lost.
    static Optional<OutgoingRecord> toFinishedMerge(IndexEvent commit) {
        if (!(commit.data().get("merge") instanceof Obj merge)
                || !(merge.get("id") instanceof Value.Text(String id))) {
            return Optional.empty();
        }
        Map<String, Value> attributes =
                mergeAttributes(
                        commit.index(), commit.incarnation(), id, MergeEvent.Phase.FINISHED);
        if (commit.data().get("committedAt") instanceof Value.Text time) {
            attributes.put("time", time);
        }
        attributes.put("generation", Value.of(commit.generation()));
        return Optional.of(record(Topic.MERGES, commit.index(), attributes, merge));
    }

    private static Map<String, Value> mergeAttributes(
            String index, String incarnation, String merge, MergeEvent.Phase phase) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        attributes.put("specversion", Value.of("1.0"));
        attributes.put("id", Value.of(MergeEvent.idOf(index, incarnation, merge, phase)));
        attributes.put("source", Value.of("/indexes/" + index));
        attributes.put("type", Value.of(MERGE_TYPE));
        attributes.put("phase", Value.of(phase.label()));
        return attributes;
    }

    private static OutgoingRecord record(
            Topic topic, String index, Map<String, Value> attributes, Obj data) {
        List<Header> headers = new ArrayList<>();
        attributes.forEach((name, value) -> headers.add(Header.of("ce_" + name, value.toString())));
        headers.add(Header.of("content-type", JSON));
        return new OutgoingRecord(topic, index, Json.bytes(data), headers);
    }

    /// Structured mode: one JSON object with attributes and data, for readers without headers.
    public static Obj toValue(IndexEvent event) {
        Map<String, Value> members = new LinkedHashMap<>(attributes(event));
        members.put("datacontenttype", Value.of(JSON));
        members.put("data", event.data());
        return new Obj(members);
    }

    private static Map<String, Value> attributes(IndexEvent event) {
        Map<String, Value> attributes = new LinkedHashMap<>();
        attributes.put("specversion", Value.of("1.0"));
        attributes.put("id", Value.of(event.id()));
        attributes.put("source", Value.of("/indexes/" + event.index()));
        attributes.put("type", Value.of(event.isResync() ? RESYNC_TYPE : COMMIT_TYPE));
        if (event.data().get("committedAt") instanceof Value.Text time) {
            attributes.put("time", time);
        }
        attributes.put("generation", Value.of(event.generation()));
        attributes.put("previousgeneration", Value.of(event.previousGeneration()));
        return attributes;
    }
}
