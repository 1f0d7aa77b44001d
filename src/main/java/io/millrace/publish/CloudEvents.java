package io.millrace.publish;

import io.millrace.document.Value;
import io.millrace.document.Value.Obj;
import io.millrace.index.IndexEvent;
import io.millrace.json.Json;
import io.millrace.publish.OutgoingRecord.Header;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Commit events as CloudEvents 1.0, with the generation and the one before it as extension
/// attributes: a reader sees a missing or repeated event without looking at the data.
public final class CloudEvents {
    public static final String COMMIT_TYPE = "io.millrace.commit.v1";

    private static final String JSON = "application/json";

    private CloudEvents() {}

    /// Binary mode of the Kafka binding: attributes are headers, the value is the data.
    static OutgoingRecord toRecord(IndexEvent event) {
        List<Header> headers = new ArrayList<>();
        attributes(event)
                .forEach((name, value) -> headers.add(Header.of("ce_" + name, value.toString())));
        headers.add(Header.of("content-type", JSON));
        return new OutgoingRecord(Topic.COMMITS, event.index(), Json.bytes(event.data()), headers);
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
        attributes.put("type", Value.of(COMMIT_TYPE));
        if (event.data().get("committedAt") instanceof Value.Text time) {
            attributes.put("time", time);
        }
        attributes.put("generation", Value.of(event.generation()));
        attributes.put("previousgeneration", Value.of(event.previousGeneration()));
        return attributes;
    }
}
